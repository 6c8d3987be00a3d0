"""Services of notifications: the only writers of notifications and of unread counts.

Other apps call `notify`, `retract` and their variants within the write that creates or deletes the
cause, so that a notification never exists without its cause.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from mysocial.core.errors import Unavailable
from mysocial.core.request_context import detached
from mysocial.outbox import queue_email
from mysocial.store import STALE_ERRORS, Write, latest, reads, retry_on_conflict, write
from notifications import selectors
from notifications.events import NotificationCreated, NotificationDeleted, NotificationUpdated
from notifications.models import Inbox, Notification
from notifications.selectors import Recipients, recipients_query
from notifications.store import cause_list_value, notifications, unread_list_value
from users.selectors import CHANNELS, get_users, wants_notification
from users.services import update_settings

EMAIL_KIND = "notification"
BATCH = 200
MAX_RECIPIENTS = 100  # how many notifications of a list one write retracts


def create_inbox(w: Write, user_id: str) -> None:
    """Create the empty inbox of a new member, within the write that signs them up."""
    w.create(Inbox(id=user_id), new_id=True)


def initialise_cause(w: Write, cause: str, *kinds: str) -> None:
    """Declare, within the write that creates the cause, that it has no notifications yet.

    The notifications of the cause can then be retracted without a query to MongoDB.
    """
    for kind in kinds:
        w.initialise_lists(Notification, cause_list_value(cause, kind), "cause")


# Notify and retract ------------------------------------------------------------------------------


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


def notify_of_decision(  # noqa: PLR0913 - keyword arguments name the parts of a notification
    w: Write, *, to: str, kind: str, cause: str, message: str = "", always_in_app: bool = False
) -> None:
    """Notify a member of a moderator's decision, in the write that makes it.

    The recipient is also recorded as the actor, so that the moderator is not disclosed.
    `always_in_app` ignores the preferences of the recipient for the in-app channel.
    """
    user = get_users([to]).get(to)
    if user is None:
        return
    notification = Notification(user_id=to, actor_id=to, kind=kind, cause=cause, message=message)
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
    _increment_unread(w, notification.user_id, 1)
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
    _retract(
        w,
        (
            notification
            for notification in of_cause
            if user_ids is None or notification.user_id in user_ids
        ),
    )


def _notifications_of_cause(cause: str, kind: str) -> list[Notification]:
    newest, _ = latest(notifications, "cause", cause_list_value(cause, kind), limit=MAX_RECIPIENTS)
    return newest


def retract_between(w: Write, user_id: str, other_id: str) -> None:
    """Delete the notifications that two members caused each other, in the write of their block.

    Only the newest ones are deleted here, so that the unread counts are right at once; a cascade
    deletes the rest. If MongoDB is needed but unavailable, all of them are left to the cascade,
    because a block must never fail for that reason.
    """
    for value in pair_list_values(user_id, other_id):
        try:
            newest, _ = latest(notifications, "between", value, limit=MAX_RECIPIENTS)
        except Unavailable:
            return
        _retract(w, newest)


def pair_list_values(user_id: str, other_id: str) -> tuple[str, str]:
    """Return the values of the `between` lists of two members, one for each direction."""
    return f"{user_id}:{other_id}", f"{other_id}:{user_id}"


def _retract(w: Write, retracted: Iterable[Notification]) -> None:
    unread_counts: Counter[str] = Counter()
    for notification in retracted:
        # The unread count depends on `read` as it was read.
        w.delete(notification, check_revision=True)
        unread_counts[notification.user_id] += not notification.read
        w.announce(NotificationDeleted(notification.user_id, notification.id))
    for user_id, count in unread_counts.items():
        if count:
            _increment_unread(w, user_id, -count)


def _increment_unread(w: Write, user_id: str, delta: int) -> None:
    w.increment(Inbox, user_id, init=Inbox(id=user_id), unread_count=delta)


# Actions of the recipient ------------------------------------------------------------------------


@retry_on_conflict
def mark_read(*, user_id: str, notification_id: str, read: bool) -> Notification:
    """Mark a member's notification as read or unread; repeating it changes nothing.

    Raises:
        NotFound: The notification is not the member's, or is hidden from them.
    """
    notification = selectors.get_notification(notification_id, to=user_id)
    if notification.read != read:
        with write(*STALE_ERRORS) as w:
            _set_read(w, user_id, [notification], read=read)
            w.respond_with(notification)
    return notification


def mark_all_read(*, user_id: str) -> str:
    """Mark all notifications of a member as read; return the id of the member.

    Works in batches, each one a write of its own. A notification that arrives meanwhile is either
    marked as well, or stays unread and counted.
    """
    while not _mark_batch_read(user_id):
        pass
    return user_id


@retry_on_conflict
def _mark_batch_read(user_id: str) -> bool:
    """Mark a batch as read and return whether it was the last.

    Only the write of the last batch stores the response of the request.
    """
    listed, is_last = latest(notifications, "unread", unread_list_value(user_id), limit=BATCH)
    unread = [notification for notification in listed if not notification.read]  # still unread
    if is_last:
        _write_batch_read(user_id, unread)
    else:
        with detached():
            _write_batch_read(user_id, unread)
    return is_last


def _write_batch_read(user_id: str, unread: list[Notification]) -> None:
    if unread:
        with write(*STALE_ERRORS) as w:
            _set_read(w, user_id, unread, read=True)
            w.respond_with(user_id)


def _set_read(w: Write, user_id: str, changed: list[Notification], *, read: bool) -> None:
    for notification in changed:
        w.update(notification, check_revision=True, read=read)
    _increment_unread(w, user_id, -len(changed) if read else len(changed))
    ids = tuple(notification.id for notification in changed)
    w.announce(NotificationUpdated(user_id, ids, read))


@retry_on_conflict
def delete_notification(*, user_id: str, notification_id: str) -> None:
    """Delete a member's notification.

    Raises:
        NotFound: The notification is not the member's, or is hidden from them.
    """
    _delete(selectors.get_notification(notification_id, to=user_id))


@retry_on_conflict
def remove_notification(*, notification_id: str) -> None:
    """Delete the notification of any member, as staff.

    Raises:
        NotFound: There is no such notification.
    """
    _delete(reads.get_record(notifications, notification_id))


def _delete(notification: Notification) -> None:
    with write(*STALE_ERRORS) as w:
        _retract(w, [notification])


def unsubscribe(*, token: str) -> None:
    """Switch off the e-mails that an unsubscribe token names.

    Raises:
        NotFound: The token is not valid.
    """
    user_id, kind = selectors.read_token(token)
    update_settings(user_id=user_id, notifications={kind: {"email": False}})


# Cascades ----------------------------------------------------------------------------------------


def delete_inbox(user_id: str) -> None:
    """Delete the inbox of a member, after all of their notifications."""
    with write() as w:
        w.delete(Inbox(id=user_id), missing_ok=True)


@retry_on_conflict
def delete_listed_notifications(index: str, value: str, *, limit: int) -> bool:
    """Delete at most `limit` notifications of a list; return whether none are left."""
    listed, is_all = latest(notifications, index, value, limit=limit)
    if listed:
        with write(*STALE_ERRORS) as w:
            _retract(w, listed)
    return is_all
