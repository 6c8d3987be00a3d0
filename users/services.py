"""Verbs of members: the only writers of profiles."""

from typing import Any

from mysocial import reads
from mysocial.errors import Invalid
from mysocial.writes import Write, write
from users.events import UserUpdated
from users.models import COLORS, User
from users.store import users


def add_user(w: Write, *, user_id: str, username: str, avatar_color: str = "") -> User:
    """Make a member's profile within a sign-up. `AlreadyExists` when the name is taken."""
    color = avatar_color or COLORS[sum(username.encode()) % len(COLORS)]
    user = User(id=user_id, username=username, avatar_color=color)
    w.create(user, fresh=True)
    return user


def count(w: Write, user_id: str, **by: int) -> None:
    """Add to a member's counters within a write; a member who is gone is passed over."""
    w.increment(User, user_id, lenient=True, init=None, **by)


def require_private(w: Write, user_id: str, is_private: bytes) -> None:
    """Hold a write to a member's being private or not, as a row shows it. `Conflict`."""
    w.require(User, user_id, is_private=is_private)


def update_basics(*, user_id: str, **changes: Any) -> User:
    """Change fields of one's own profile."""
    if not changes:
        raise Invalid("There is nothing to change.")
    user = reads.get(users, user_id)
    with write() as w:
        w.update(user, **changes)
        w.announce(UserUpdated(user_id))
        w.returns(user)
    return user


def update_settings(*, user_id: str, **changes: Any) -> User:
    """Change one's own settings; what is so already changes nothing.

    An account that goes public accepts nothing by itself: who asked is still asking,
    until they are answered, withdraw, or follow now that they may.
    """
    if not changes:
        raise Invalid("There is nothing to change.")
    user = reads.get(users, user_id)
    if all(getattr(user, name) == value for name, value in changes.items()):
        return user
    return update_basics(user_id=user_id, **changes)
