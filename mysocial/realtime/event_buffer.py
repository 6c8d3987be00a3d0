"""The events that wait for one client."""

import time
from sys import getsizeof
from typing import NamedTuple

# Of the events for a client that reads nothing; beyond one of these, the client must resume.
MAX_BUFFERED, MAX_BUFFERED_BYTES = 1000, 256 * 1024
# An event is sent within this time after its audience was determined: a block may follow.
MAX_AUDIENCE_AGE_SECONDS = 5.0


def is_too_old(determined_at: float) -> bool:
    """Return whether an audience was determined too long ago to send its event.

    Args:
        determined_at: When it was determined, by the monotonic clock.
    """
    return time.monotonic() - determined_at > MAX_AUDIENCE_AGE_SECONDS


class BufferedEvent(NamedTuple):
    """An event, and the time at which the dispatcher delivered it."""

    offset: int | None
    type: str
    frame: str
    delivered_at: float

    @property
    def has_expired(self) -> bool:
        """Whether the audience was determined too long ago to send the event."""
        return is_too_old(self.delivered_at)


class EventBuffer:
    """Events in the order of their delivery, bounded in number and bytes."""

    def __init__(self) -> None:
        self._events: list[BufferedEvent] = []  # an idle deque takes ten times more
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def is_full(self) -> bool:
        """Whether no event may be added."""
        return len(self._events) >= MAX_BUFFERED or self._bytes >= MAX_BUFFERED_BYTES

    @property
    def has_expired(self) -> bool:
        """Whether the oldest event has expired."""
        return bool(self._events) and self._events[0].has_expired

    def append(self, offset: int | None, event_type: str, frame: str) -> None:
        """Add an event that was just delivered."""
        self._events.append(BufferedEvent(offset, event_type, frame, time.monotonic()))
        self._bytes += getsizeof(frame)

    def pop(self) -> BufferedEvent:
        """Remove the oldest event and return it."""
        event = self._events.pop(0)
        self._bytes -= getsizeof(event.frame)
        return event

    def clear(self) -> None:
        """Remove all events."""
        self._events.clear()
        self._bytes = 0
