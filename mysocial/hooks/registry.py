"""The declaration of hooks, in `<app>/hooks.py`, and what they are called with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from django.core.exceptions import ImproperlyConfigured

from mysocial.core.addresses import insert_public_url
from mysocial.core.events import EVENTS, EphemeralEvent
from mysocial.core.wakeup_names import HOOKED_TYPES

GapReason = Literal["epoch_changed", "too_old"]


@dataclass(frozen=True)
class StoredEvent:
    """An event of the log, as it was stored.

    Attributes:
        id: The cursor of the event, `<epoch>:<offset>`. It is the same in each attempt.
        type: The type, such as `post.created`.
        context: The ids that the audience of the event depends on.
        topics: The topics of its logs.
        data: The data as it was announced; None if it was too large to be stored. It may show what
            has been edited or deleted since: show others only what `load` returns.
    """

    id: str
    type: str
    context: dict[str, str]
    topics: tuple[str, ...]
    data: Any

    def load(self) -> Any:
        """Return the data as the records are now; None if they are gone.

        Raises:
            Unavailable: Redis, or a MongoDB that is needed, cannot be reached.
        """
        query = EVENTS[self.type].current_query(self.context, orjson.dumps(self.data))
        if query is None:
            return self.data
        current = query.result()
        return None if current is None else orjson.loads(insert_public_url(current))


@dataclass(frozen=True)
class Gap:
    """Events that a hook has missed: the log does not have them any more.

    Attributes:
        after: The cursor up to which the hook had received all events.
        until: The cursor from which on it receives events again.
        reason: `epoch_changed` if Redis lost the log, `too_old` if the log was trimmed.
    """

    after: str
    until: str
    reason: GapReason


Handler = Callable[[StoredEvent], Any]
GapHandler = Callable[[Gap], Any]


@dataclass(frozen=True)
class Hook:
    """A function that is called with the events of some types."""

    name: str  # `<module>.<function>`
    types: frozenset[str]
    handle: Handler
    handle_gap: GapHandler | None


HOOKS: dict[str, Hook] = {}
MAX_NAME_LENGTH = 64  # of the id of its cursor


def on_event(*types: str, on_gap: GapHandler | None = None) -> Callable[[Handler], Handler]:
    """Call the decorated function with each event of these types, after its write, in order.

    Args:
        types: Types of events, as in `docs/events.md`.
        on_gap: Called instead with a `Gap` if events were missed; logged without it.

    Raises:
        ImproperlyConfigured: There is no stored event of a type, or the name is taken or too long.
    """

    def register(handle: Handler) -> Handler:
        name = f"{handle.__module__}.{handle.__qualname__}"
        unknown = [kind for kind in types if not _is_stored(kind)]
        if unknown or not types:
            raise ImproperlyConfigured(f"{name}: there is no stored event {', '.join(unknown)}.")
        if name in HOOKS or len(name) > MAX_NAME_LENGTH:
            raise ImproperlyConfigured(
                f"{name}: a hook needs a name of its own with at most {MAX_NAME_LENGTH} characters."
            )
        HOOKS[name] = Hook(name, frozenset(types), handle, on_gap)
        HOOKED_TYPES.update(types)
        return handle

    return register


def _is_stored(kind: str) -> bool:
    return kind in EVENTS and not issubclass(EVENTS[kind], EphemeralEvent)
