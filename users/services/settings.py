"""The settings of a member."""

from typing import Any

from mysocial.core.errors import Conflict, Invalid, Unavailable
from mysocial.outbox import queue_cascade
from mysocial.realtime import ephemeral, presence
from mysocial.store import reads, respond_unchanged, retry_on_conflict, write
from users.events import PresenceChanged, UserHidden, UserShown, UserUpdated
from users.models import User, default_notifications
from users.services.counts import count_public_posts_of
from users.services.profile_checks import check_birth_date
from users.store import users

OPENED_ACCOUNT = "users.user.opened"  # the label of what an account that became public accepts


def update_settings(*, user_id: str, pending_requests: str = "", **changes: Any) -> User:
    """Change the member's own settings; equal values change nothing.

    `notifications` is merged into the stored preferences.

    Args:
        user_id: The id of the member.
        pending_requests: What happens to the follow requests that wait at a public account:
            "accept" queues their acceptance, "keep" does not. By default, an account that becomes
            public accepts them.
        changes: The new values by setting.

    Raises:
        Invalid: There are no changes, or requests are to be accepted by a private account.
    """
    if (not changes and not pending_requests) or changes.get("notifications") == {}:
        raise Invalid("There is nothing to change.")
    return _update_settings(user_id, changes, pending_requests)


@retry_on_conflict
def _update_settings(user_id: str, requested: dict[str, Any], pending_requests: str) -> User:
    user = reads.get_record(users, user_id)
    if "birth_date" in requested:
        requested = {**requested, "birth_date": check_birth_date(requested["birth_date"])}
    is_private = requested.get("is_private", user.is_private)
    if pending_requests and is_private:
        raise Invalid(errors={"pending_requests": "Only a public account can do this."})
    changes_privacy = is_private != user.is_private
    is_opened = changes_privacy and not is_private
    accepts_requests = pending_requests == "accept" or (is_opened and pending_requests != "keep")
    changes = dict(requested)
    if "notifications" in changes:
        changes["notifications"] = _merge_preferences(user, changes["notifications"])
    showed_presence = user.shows_presence
    is_unchanged = all(getattr(user, name) == value for name, value in changes.items())
    if is_unchanged and not accepts_requests:
        respond_unchanged(user)
        return user
    with write(Conflict) as w:
        if changes_privacy:
            count_public_posts_of(w, user, sign=1 if is_opened else -1)
        # Checked, because the merged preferences contain what was read.
        w.update(user, check_revision=True, **changes)
        if accepts_requests:
            queue_cascade(w, user, label=OPENED_ACCOUNT)
        if changes_privacy:
            w.announce(UserUpdated(user_id))
            w.announce(UserShown(user_id) if is_opened else UserHidden(user_id))
        w.respond_with(user)
    if user.shows_presence != showed_presence:
        _publish_presence(user)
    return user


def _merge_preferences(user: User, requested: dict[str, Any]) -> dict[str, Any]:
    stored = {**default_notifications(), **user.notifications}
    return {
        notification_type: {**channels, **requested.get(notification_type, {})}
        for notification_type, channels in stored.items()
    }


def _publish_presence(user: User) -> None:
    """Publish that a member who is online shows their presence from now on, or hides it."""
    try:
        is_online = bool(presence.filter_online([user.id]))
    except Unavailable:
        return  # The setting is saved; ephemeral events may be lost, and clients read presence.
    if is_online:
        shows = user.shows_presence
        ephemeral.publish(PresenceChanged(user.id, online=shows, is_hiding=not shows))
