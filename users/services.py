"""Verbs of members: the only writers of profiles."""

from typing import Any

from django.conf import settings

from mysocial.core.errors import Conflict, Invalid, Unavailable
from mysocial.outbox import queue_cascade
from mysocial.policies import check_text
from mysocial.realtime import ephemeral, presence
from mysocial.store import Write, reads, run_with_retry, write
from users.events import PresenceChanged, UserDeleted, UserHidden, UserShown, UserUpdated
from users.models import COLORS, User, default_notifications
from users.store import users

LABEL = "users.user"


def create_user(
    w: Write, *, user_id: str, username: str, avatar_color: str = "", avatar_id: str = ""
) -> User:
    """Make a member's profile within a sign-up. `AlreadyExists` when the name is taken."""
    color = avatar_color or COLORS[sum(username.encode()) % len(COLORS)]
    user = User(id=user_id, username=username, avatar_color=color, avatar_id=avatar_id)
    user.avatar_url = initial_avatar(user)
    check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts={"username": username})
    w.create(user, new_id=True)
    return user


def delete_user(w: Write, user_id: str) -> None:
    """Remove a member's profile within an erasure; all that hangs on it is then removed, too."""
    user = reads.get_record(users, user_id)
    w.delete(user)
    queue_cascade(w, user)
    w.announce(UserDeleted(user_id))


def increment_user_counters(w: Write, user_id: str, **deltas: int) -> None:
    """Add to a member's counters within a write; a member who is gone is passed over."""
    w.increment(User, user_id, missing_ok=True, init=None, **deltas)


def initial_avatar(user: User) -> str:
    """Return the address of the picture of a member who brought none."""
    color, initial = user.avatar_color[1:].lower(), user.username[:1].upper()
    return f"{settings.PUBLIC_URL}/avatars/{color}/{initial}.png"


def set_pictures(w: Write, user: User, **changes: str) -> None:
    """Change a profile's pictures within a write; strict, for it follows from what was read."""
    w.update(user, check_revision=True, **changes)
    if changes.keys() & {"avatar_url", "background_url"}:
        w.announce(UserUpdated(user.id))


def require_privacy(w: Write, user_id: str, is_private: bytes) -> None:
    """Hold a write to a member's being private or not, as a row shows it. `Conflict`."""
    w.require(User, user_id, is_private=is_private)


def require_user(w: Write, user_id: str) -> None:
    """Hold a write to there being this member. `NotFound`."""
    w.require(User, user_id)


def require_messaging(w: Write, user_id: str, who_may_message: str) -> None:
    """Hold a write to who may write to a member, as it was read. `Conflict` or `NotFound`."""
    w.require(User, user_id, who_may_message=who_may_message.encode())


def require_not_silenced(w: Write, user_id: str) -> None:
    """Hold a write that shows others something new to the member's not being silenced then.

    `Silenced`. It comes first in the write: what was read may have changed as well.
    """
    w.require_expired(User, user_id, "silenced_until")


def require_not_suspended(w: Write, user_id: str) -> None:
    """Hold a write to the member's not being suspended then. `Suspended`."""
    w.require_expired(User, user_id, "suspended_until")


def silence(w: Write, user_id: str, until_ms: int) -> None:
    """Let a member show others nothing new until a moment, in milliseconds; 0 lifts it."""
    w.update(reads.get_record(users, user_id), silenced_until=str(until_ms or ""))


def suspend(w: Write, user_id: str, until_ms: int) -> None:
    """Hide a member, and all that is theirs, from others until a moment; 0 shows them again."""
    w.update(reads.get_record(users, user_id), suspended_until=str(until_ms or ""))
    kind = UserHidden if until_ms else UserShown
    w.announce(kind(user_id, everywhere=True))


def update_profile(*, user_id: str, **changes: Any) -> User:
    """Change fields of one's own profile."""
    return _change(user_id, changes, is_own=True)


def moderate_profile(*, user_id: str, **changes: Any) -> User:
    """Change fields of anybody's profile, as staff."""
    return _change(user_id, changes, is_own=False)


def _change(user_id: str, changes: dict[str, Any], *, is_own: bool) -> User:
    if not changes:
        raise Invalid("There is nothing to change.")
    user = reads.get_record(users, user_id)
    with write() as w:
        if is_own:
            require_not_silenced(w, user_id)
            texts = {name: value for name, value in changes.items() if isinstance(value, str)}
            check_text(w, label=LABEL, pk=user_id, author_id=user_id, texts=texts)
        w.update(user, **changes)
        w.announce(UserUpdated(user_id))
        w.respond_with(user)
    return user


def update_settings(*, user_id: str, **changes: Any) -> User:
    """Change one's own settings; what is so already changes nothing.

    Of `notifications`, the switches that are given. An account that goes public accepts nothing by
    itself: who asked is still asking, until they are answered, withdraw, or follow now that they
    may.
    """
    if not changes or changes.get("notifications") == {}:
        raise Invalid("There is nothing to change.")
    return run_with_retry(lambda: _update_settings(user_id, dict(changes)))


def _update_settings(user_id: str, changes: dict[str, Any]) -> User:
    user = reads.get_record(users, user_id)
    if "notifications" in changes:
        given = changes["notifications"]
        changes["notifications"] = {
            notice: {**channels, **given.get(notice, {})}
            for notice, channels in {**default_notifications(), **user.notifications}.items()
        }
    was_private, showed_presence = user.is_private, user.shows_presence
    if all(getattr(user, name) == value for name, value in changes.items()):
        return user
    with write(Conflict) as w:
        # Strict: the other switches stay as they were read.
        w.update(user, check_revision=True, **changes)
        if user.is_private != was_private:
            w.announce(UserUpdated(user_id))
            w.announce(UserHidden(user_id) if user.is_private else UserShown(user_id))
        w.respond_with(user)
    if user.shows_presence != showed_presence:
        _publish_presence(user)
    return user


def _publish_presence(user: User) -> None:
    """Tell those who may know that a member who is online shows it from now on, or hides it."""
    try:
        is_online = bool(presence.online([user.id]))
    except Unavailable:
        return  # The setting stands. What passes may be lost; reads ask again.
    if is_online:
        shows = user.shows_presence
        ephemeral.publish(PresenceChanged(user.id, online=shows, is_hiding=not shows))
