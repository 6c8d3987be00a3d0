"""History policy: from when on a member may see events, and the relations that they had then.

`mysocial.realtime` replays events from a cursor, which a client may have invented. It asks the
function that `users` sets at start-up. While it decides whether a member may see an event, it sets
the `PastRelations` of the member: `followers` then reports a follow that began later as none, and a
block that ended later as one that exists.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mysocial.core.events import Revealed
from mysocial.core.ids import microseconds_of_id

CursorOfMember = Callable[[str], str]


def _unknown_cursor(_user_id: str) -> str:
    return ""


_joined_cursor: CursorOfMember = _unknown_cursor


def set_joined_cursor(function: CursorOfMember) -> None:
    """Set the function that returns the event cursor of a member's sign-up."""
    global _joined_cursor  # noqa: PLW0603 - set once, when the apps are ready
    _joined_cursor = function


def earliest_offset(user_id: str, epoch: str) -> int:
    """Return the offset in the event log of `epoch` before which a member may see no event.

    It is the position of the log when the member signed up. Members who signed up before this was
    stored may see events since the time in their id. A log that is newer than the member has no
    such events.
    """
    joined_epoch, _, offset = _joined_cursor(user_id).partition(":")
    if not joined_epoch:
        return microseconds_of_id(user_id)
    return int(offset) if joined_epoch == epoch else 0


class PastRelations:
    """The relations of one member at an event, as far as they permit more by now.

    Attributes:
        member_id: The member.
        offset: The offset of the event.
    """

    def __init__(self, member_id: str) -> None:
        self.member_id, self.offset = member_id, 0
        self._offsets: dict[Revealed, int] = {}
        self._last_offset = 0

    def note(self, revealed: Revealed, offset: int) -> None:
        """Note an event that revealed another member; the events come in order."""
        self._offsets[revealed] = self._last_offset = offset

    def differ_at(self, offset: int) -> bool:
        """Return whether an event after `offset` revealed another member."""
        return self._last_offset > offset

    def was_following(self, other_id: str) -> bool:
        """Return whether a follow that exists now existed at the event."""
        return self._offsets.get(Revealed(other_id, by="follow"), 0) <= self.offset

    def was_blocked(self, other_id: str) -> bool:
        """Return whether a block that does not exist now existed, or may have, at the event."""
        return self._offsets.get(Revealed(other_id, by="unblock"), 0) > self.offset


_past_relations: ContextVar[PastRelations | None] = ContextVar("past_relations", default=None)


def past_relations() -> PastRelations | None:
    """Return the relations to report instead of the present ones; usually None."""
    return _past_relations.get()


@contextmanager
def relations_at(past: PastRelations, offset: int) -> Iterator[None]:
    """Report the relations that a member had at an event, in the block."""
    past.offset = offset
    token = _past_relations.set(past)
    try:
        yield
    finally:
        _past_relations.reset(token)
