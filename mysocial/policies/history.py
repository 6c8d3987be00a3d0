"""History policy: from when on a member may see events.

`mysocial.realtime` replays events from a cursor, which a client may have invented. It asks the
function that `users` sets at start-up.
"""

from collections.abc import Callable

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
