"""Preconditions of writes: what must still hold of a member when a write is applied."""

from mysocial.store import Write
from users.models import User


def require_privacy(w: Write, user_id: str, is_private: bytes) -> None:
    """Make a write fail with `Conflict` unless `is_private` is still the stored field value."""
    w.require(User, user_id, is_private=is_private)


def require_user(w: Write, user_id: str) -> None:
    """Make a write fail with `NotFound` unless the member exists."""
    w.require(User, user_id)


def require_messaging(w: Write, user_id: str, who_may_message: str) -> None:
    """Make a write fail unless the member's setting `who_may_message` is unchanged.

    It fails with `Conflict`, or with `NotFound` if the member was deleted.
    """
    w.require(User, user_id, who_may_message=who_may_message.encode())


def require_not_silenced(w: Write, user_id: str) -> None:
    """Make a write that shows something new to others fail with `Silenced` if the member is.

    Call it first in the write: the other preconditions may rest on reads that are stale too.
    """
    w.require_expired(User, user_id, "silenced_until")


def require_not_suspended(w: Write, user_id: str) -> None:
    """Make a write fail with `Suspended` if the member is suspended."""
    w.require_expired(User, user_id, "suspended_until")
