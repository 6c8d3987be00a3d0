"""Verbs of members: the only writers of profiles."""

from typing import Any

from django.conf import settings

from mysocial import passing, presence, reads
from mysocial.cascades import cascade
from mysocial.errors import Conflict, Invalid, Unavailable
from mysocial.writes import Write, again, write
from users.events import PresenceChanged, UserDeleted, UserHidden, UserShown, UserUpdated
from users.models import COLORS, User
from users.store import users


def add_user(
    w: Write, *, user_id: str, username: str, avatar_color: str = "", avatar_id: str = ""
) -> User:
    """Make a member's profile within a sign-up. `AlreadyExists` when the name is taken."""
    color = avatar_color or COLORS[sum(username.encode()) % len(COLORS)]
    user = User(id=user_id, username=username, avatar_color=color, avatar_id=avatar_id)
    user.avatar_url = initial_avatar(user)
    w.create(user, fresh=True)
    return user


def remove_user(w: Write, user_id: str) -> None:
    """Remove a member's profile within an erasure; all that hangs on it is then removed, too."""
    user = reads.get(users, user_id)
    w.delete(user)
    cascade(w, user)
    w.announce(UserDeleted(user_id))


def count(w: Write, user_id: str, **by: int) -> None:
    """Add to a member's counters within a write; a member who is gone is passed over."""
    w.increment(User, user_id, lenient=True, init=None, **by)


def initial_avatar(user: User) -> str:
    """Return the address of the picture of a member who brought none."""
    color, initial = user.avatar_color[1:].lower(), user.username[:1].upper()
    return f"{settings.PUBLIC_URL}/avatars/{color}/{initial}.png"


def set_pictures(w: Write, user: User, **changes: str) -> None:
    """Change a profile's pictures within a write; strict, for it follows from what was read."""
    w.update(user, strict=True, **changes)
    if changes.keys() & {"avatar_url", "background_url"}:
        w.announce(UserUpdated(user.id))


def require_private(w: Write, user_id: str, is_private: bytes) -> None:
    """Hold a write to a member's being private or not, as a row shows it. `Conflict`."""
    w.require(User, user_id, is_private=is_private)


def require_member(w: Write, user_id: str) -> None:
    """Hold a write to there being this member. `NotFound`."""
    w.require(User, user_id)


def require_messaging(w: Write, user_id: str, who_may_message: str) -> None:
    """Hold a write to who may write to a member, as it was read. `Conflict` or `NotFound`."""
    w.require(User, user_id, who_may_message=who_may_message.encode())


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

    Of `notifications`, the switches that are given. An account that goes public accepts nothing by
    itself: who asked is still asking, until they are answered, withdraw, or follow now that they
    may.
    """
    if not changes or changes.get("notifications") == {}:
        raise Invalid("There is nothing to change.")
    return again(lambda: _update_settings(user_id, dict(changes)))


def _update_settings(user_id: str, changes: dict[str, Any]) -> User:
    user = reads.get(users, user_id)
    if "notifications" in changes:
        given = changes["notifications"]
        changes["notifications"] = {
            notice: {**channels, **given.get(notice, {})}
            for notice, channels in user.notifications.items()
        }
    was_private, showed_presence = user.is_private, user.shows_presence
    if all(getattr(user, name) == value for name, value in changes.items()):
        return user
    with write(Conflict) as w:
        # Strict: the other switches stay as they were read.
        w.update(user, strict=True, **changes)
        if user.is_private != was_private:
            w.announce(UserUpdated(user_id))
            w.announce(UserHidden(user_id) if user.is_private else UserShown(user_id))
        w.returns(user)
    if user.shows_presence != showed_presence:
        _tell_presence(user)
    return user


def _tell_presence(user: User) -> None:
    """Tell those who may know that a member who is online shows it from now on, or hides it."""
    try:
        is_online = bool(presence.online([user.id]))
    except Unavailable:
        return  # The setting stands. What passes may be lost; reads ask again.
    if is_online:
        shows = user.shows_presence
        passing.send(PresenceChanged(user.id, online=shows, is_hiding=not shows))
