"""Inboxes: reading and deleting the notifications of one member."""

from mysocial.core.request_context import detached
from mysocial.store import STALE_ERRORS, Write, newest_records, reads, retry_on_conflict, write
from notifications import selectors
from notifications.events import NotificationUpdated
from notifications.models import Inbox, Notification
from notifications.services.causes import increment_unread, retract_notifications
from notifications.store import notifications, unread_list_value
from users.selectors import NOTIFICATION_TYPES
from users.services import update_settings

BATCH = 200


def create_inbox(w: Write, user_id: str) -> None:
    """Create the empty inbox of a new member, within the write that signs them up."""
    w.create(Inbox(id=user_id), new_id=True)


@retry_on_conflict
def mark_read(*, user_id: str, notification_id: str, read: bool) -> Notification:
    """Mark a member's notification as read or unread; repeating it changes nothing.

    Raises:
        NotFound: The notification is not the member's, or is hidden from them.
    """
    notification = selectors.get_notification(notification_id, viewer_id=user_id)
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
    listed, is_last = newest_records(
        notifications, "unread", unread_list_value(user_id), limit=BATCH
    )
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
    increment_unread(w, user_id, -len(changed) if read else len(changed))
    ids = tuple(notification.id for notification in changed)
    w.announce(NotificationUpdated(user_id, ids, read))


@retry_on_conflict
def delete_notification(*, user_id: str, notification_id: str) -> None:
    """Delete a member's notification.

    Raises:
        NotFound: The notification is not the member's, or is hidden from them.
    """
    _delete(selectors.get_notification(notification_id, viewer_id=user_id))


@retry_on_conflict
def remove_notification(*, notification_id: str) -> None:
    """Delete the notification of any member, as staff.

    Raises:
        NotFound: There is no such notification.
    """
    _delete(reads.get_record(notifications, notification_id))


def _delete(notification: Notification) -> None:
    with write(*STALE_ERRORS) as w:
        retract_notifications(w, [notification])


def unsubscribe(*, token: str) -> None:
    """Switch off the e-mails that an unsubscribe token names.

    Raises:
        NotFound: The token is not valid.
    """
    user_id, kind = selectors.read_token(token)
    kinds = NOTIFICATION_TYPES if kind == selectors.ALL_TYPES else (kind,)
    update_settings(user_id=user_id, notifications={kind: {"email": False} for kind in kinds})


def delete_inbox(user_id: str) -> None:
    """Delete the inbox of a member, after all of their notifications."""
    with write() as w:
        w.delete(Inbox(id=user_id), missing_ok=True)


@retry_on_conflict
def delete_listed_notifications(index: str, value: str, *, limit: int) -> bool:
    """Delete at most `limit` notifications of a list; return whether none are left."""
    listed, is_all = newest_records(notifications, index, value, limit=limit)
    if listed:
        with write(*STALE_ERRORS) as w:
            retract_notifications(w, listed)
    return is_all
