"""The data of logged events."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgpack

from mysocial.core.events import EVENTS, AudienceContext
from mysocial.core.packed_events import Fields
from mysocial.store import gather, reads

READ_AT_ONCE = 10  # events whose records, of up to 40 KB each, are read in one round trip


class EventData(NamedTuple):
    """The data of an event: as it was logged, and a query for it as its records are now, if any."""

    logged: bytes | None
    query: Any

    @classmethod
    def from_fields(cls, event_type: str, context: AudienceContext, fields: Fields) -> "EventData":
        """Return the data of an event of the log.

        Raises:
            Unavailable: Redis, or a MongoDB that is needed, does not respond.
        """
        logged = get_event_data(fields)
        # Without data, its records are gone.
        query = EVENTS[event_type].current_query(context, logged) if logged is not None else None
        return cls(logged, query)

    def current(self) -> bytes | None:
        """Return the data as its records are now; None if they are gone."""
        return self.query.result() if self.query else self.logged


def read_current(data: Sequence[EventData]) -> None:
    """Read the records of events as they are now, `READ_AT_ONCE` events in one round trip.

    Call it before the audiences are determined: they then follow from the same moment.

    Raises:
        Unavailable: Redis, or a MongoDB that is needed, does not respond.
    """
    queries = [each.query for each in data if each.query]
    for first in range(0, len(queries), READ_AT_ONCE):
        gather(*queries[first : first + READ_AT_ONCE])


def get_event_data(fields: Fields) -> bytes | None:
    """Return the data of an event of the log, as it was logged.

    The log has no copy of the data of a large event. It is rendered from the records as they are
    now; None if one of them is gone.

    Raises:
        Unavailable: Redis, or a MongoDB that is needed, does not respond.
    """
    if b"data" in fields:
        return fields[b"data"]
    return reads.render_live(msgpack.unpackb(fields[b"parts"], raw=True))
