"""Notifications of a cause: created in the write that creates the cause, deleted with it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from mysocial.core.errors import Unavailable
from mysocial.outbox import queue_email
from mysocial.store import Write, newest_records
from notifications.events import NotificationCreated, NotificationDeleted
from notifications.models import Inbox, Notification
from notifications.selectors import Recipients, recipients_query
from notifications.store import cause_list_value, notifications
from users.selectors import CHANNELS, get_users, wants_notification

EMAIL_KIND = "notification"
MAX_RETRACTED = 100  # the notifications of a list that one write retracts


def initialize_cause(w: Write, cause: str, *kinds: str) -> None:
    """Declare, within the write that creates the cause, that it has no notifications yet.

    The notifications of the cause can then be retracted without a query to MongoDB.
    """
    for kind in kinds:
        w.initialize_lists(Notification, cause_list_value(cause, kind), "cause")


def notify(  # noqa: PLR0913 - keyword arguments name the parts of a notification
    w: Write,
    *,
    to: str,
    kind: str,
    actor_id: str,
    cause: str,
    post_id: str = "",
    channels: Sequence[str] = CHANNELS,
    recipients: Recipients | None = None,
) -> None:
    """Notify a member of what the actor did, in the write that does it.

    Nobody is notified of their own actions, of a member that they mute, or across a block.

    Args:
        w: The write that creates the cause.
        to: The id of the recipient.
        kind: One of `NOTIFICATION_TYPES`.
        actor_id: The id of the member who did it.
        cause: The id of the record that the notification is about.
        post_id: The id of the post that the cause belongs to, if any.
        channels: The channels to use, as far as the recipient has not switched them off.
        recipients: The result of `recipients_query` for `to`, if the caller has it already.
    """
    fields = {"kind": kind, "actor_id": actor_id, "cause": cause, "post_id": post_id}
    if recipients is None:
        recipients = recipients_query({to}, actor_id=actor_id).result()
    _notify(w, recipients, channels, fields)


def notify_many(  # noqa: PLR0913 - keyword arguments name the parts of a notification
    w: Write, *, to: Iterable[str], kind: str, actor_id: str, cause: str, post_id: str = ""
) -> None:
    """Notify several members as `notify` does, in one round trip."""
    fields = {"kind": kind, "actor_id": actor_id, "cause": cause, "post_id": post_id}
    recipients = recipients_query(set(to), actor_id=actor_id).result()
    _notify(w, recipients, CHANNELS, fields)


def notify_mentioned(
    w: Write, *, to: Iterable[str], actor_id: str, cause: str, post_id: str
) -> None:
    """Notify the members that a post or comment newly mentions, in the write that changes it.

    `cause` is the id of the post or of the comment, `post_id` that of the post in either case.
    """
    notify_many(w, to=to, kind="mention", actor_id=actor_id, cause=cause, post_id=post_id)


def notify_without_actor(  # noqa: PLR0913 - keyword arguments name the parts of a notification
    w: Write,
    *,
    to: str,
    kind: str,
    cause: str,
    post_id: str = "",
    message: str = "",
    always_in_app: bool = False,
) -> None:
    """Notify a member of something that no other member did, in the write that does it.

    Such are a moderator's decision, and the end of the member's own poll. The recipient is also
    recorded as the actor, so that a moderator is not disclosed. `always_in_app` ignores the
    preferences of the recipient for the in-app channel.
    """
    user = get_users([to]).get(to)
    if user is None:
        return
    notification = Notification(
        user_id=to, actor_id=to, kind=kind, cause=cause, post_id=post_id, message=message
    )
    in_app = always_in_app or wants_notification(user, kind, "in_app")
    if in_app:
        _create_notification(w, notification)
    if wants_notification(user, kind, "email"):
        _queue_email(w, notification, in_app=in_app)


def _notify(
    w: Write, recipients: Recipients, channels: Sequence[str], fields: dict[str, str]
) -> None:
    for user_id, preferences in sorted(recipients.items()):
        wanted = {
            channel
            for channel in channels
            if wants_notification(preferences, fields["kind"], channel)
        }
        notification = Notification(user_id=user_id, **fields)
        if "in_app" in wanted:
            _create_notification(w, notification)
        if "email" in wanted:
            _queue_email(w, notification, in_app="in_app" in wanted)


def _create_notification(w: Write, notification: Notification) -> None:
    w.create(notification, new_id=True)
    count_as_unread(w, notification)
    w.announce(NotificationCreated(notification.user_id, notification))


def _queue_email(w: Write, notification: Notification, *, in_app: bool) -> None:
    queue_email(
        w,
        EMAIL_KIND,
        recipient=notification.user_id,
        wake=False,
        notification_type=notification.kind,
        actor_id=notification.actor_id,
        cause=notification.cause,
        post_id=notification.post_id,
        notification_id=notification.id if in_app else "",
    )


def retract(w: Write, *, to: str, kind: str, cause: str) -> None:
    """Delete the notifications of a cause to one member, in the write that ends the cause.

    There may be none. The write raises `Conflict` or `NotFound` if one was changed or deleted
    since it was read, so use `retry_on_conflict`.
    """
    retract_all(w, kinds=(kind,), cause=cause, to=(to,))


def retract_all(
    w: Write, *, kinds: Sequence[str], cause: str, to: Iterable[str] | None = None
) -> None:
    """Delete the notifications of a cause to the members in `to`, or to all, as `retract` does."""
    user_ids = None if to is None else set(to)
    if user_ids == set():
        return
    of_cause = [
        notification for kind in kinds for notification in _notifications_of_cause(cause, kind)
    ]
    retract_notifications(
        w,
        (
            notification
            for notification in of_cause
            if user_ids is None or notification.user_id in user_ids
        ),
    )


def _notifications_of_cause(cause: str, kind: str) -> list[Notification]:
    newest, _ = newest_records(
        notifications, "cause", cause_list_value(cause, kind), limit=MAX_RETRACTED
    )
    return newest


def retract_between(w: Write, user_id: str, other_id: str) -> None:
    """Delete the notifications that two members caused each other, in the write of their block.

    Only the newest ones are deleted here, so that the unread counts are right at once; a cascade
    deletes the rest. If MongoDB is needed but unavailable, all of them are left to the cascade,
    because a block must never fail for that reason.
    """
    for value in pair_list_values(user_id, other_id):
        try:
            newest, _ = newest_records(notifications, "between", value, limit=MAX_RETRACTED)
        except Unavailable:
            return
        retract_notifications(w, newest)


def pair_list_values(user_id: str, other_id: str) -> tuple[str, str]:
    """Return the values of the `between` lists of two members, one for each direction."""
    return f"{user_id}:{other_id}", f"{other_id}:{user_id}"


def retract_notifications(w: Write, retracted: Iterable[Notification]) -> None:
    """Delete notifications, and correct and announce the unread counts, within a write."""
    deleted = list(retracted)
    for notification in deleted:
        # The unread count depends on `read` as it was read.
        w.delete(notification, check_revision=True)
        w.announce(NotificationDeleted(notification.user_id, notification.id))
    discount_unread(w, deleted)


def count_as_unread(w: Write, notification: Notification) -> None:
    """Give a notification the mark of its inbox, and count it, in the write that changes it."""
    user_id = notification.user_id
    w.copy_field(notification, "read_mark", Inbox, user_id)
    w.increment(Inbox, user_id, init=Inbox(id=user_id), unread_count=1)


def discount_unread(w: Write, changed: Iterable[Notification]) -> None:
    """Subtract notifications from the unread counts, in the write that deletes or reads them.

    Those that have not got the mark of their inbox any more when the write is applied are read and
    not counted.
    """
    counts = Counter(
        (notification.user_id, notification.read_mark)
        for notification in changed
        if not notification.read
    )
    for (user_id, read_mark), count in counts.items():
        has_mark = (Inbox, user_id, "read_mark", read_mark.encode())
        w.increment(Inbox, user_id, init=Inbox(id=user_id), only_if=has_mark, unread_count=-count)
