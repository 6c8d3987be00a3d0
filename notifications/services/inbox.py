"""Inboxes: reading and deleting the notifications of one member."""

from mysocial.core.ids import new_id
from mysocial.store import STALE_ERRORS, Write, newest_records, reads, retry_on_conflict, write
from notifications import selectors
from notifications.events import NotificationUpdated
from notifications.models import Inbox, Notification
from notifications.services.causes import (
    count_as_unread,
    discount_unread,
    retract_notifications,
)
from notifications.store import notifications
from users.selectors import NOTIFICATION_TYPES
from users.services import update_settings

MAX_ANNOUNCED = 100  # the notifications that the event of `mark_all_read` names


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
    is_read = not notification.is_unread(selectors.get_inbox(user_id).read_mark)
    if is_read != read:
        with write(*STALE_ERRORS) as w:
            _set_read(w, notification, read=read)
            w.announce(NotificationUpdated(user_id, (notification.id,), read))
            w.respond_with(notification)
    elif notification.read != read:
        # It is read by the mark of the inbox. The response shows its own field.
        with write(*STALE_ERRORS) as w:
            w.update(notification, check_revision=True, read=read)
            w.respond_with(notification)
    return notification


def _set_read(w: Write, notification: Notification, *, read: bool) -> None:
    if read:
        discount_unread(w, [notification])
        w.update(notification, check_revision=True, read=True)
    else:
        w.update(notification, check_revision=True, read=False)
        count_as_unread(w, notification)


@retry_on_conflict
def mark_all_read(*, user_id: str) -> str:
    """Mark all notifications of a member as read; return the id of the member.

    This is one write, however many there are: the inbox gets a new mark. A notification that
    arrives meanwhile is either read by it as well, or stays unread and counted.
    """
    inbox = selectors.get_inbox(user_id)
    if inbox.unread_count:
        newest_ids = selectors.newest_ids(user_id, limit=MAX_ANNOUNCED)
        with write(*STALE_ERRORS) as w:
            w.require_unchanged(inbox)
            w.update(inbox, check_revision=True, read_mark=new_id())
            w.increment(Inbox, user_id, unread_count=-inbox.unread_count)
            up_to = newest_ids[0] if newest_ids else None
            w.announce(NotificationUpdated(user_id, newest_ids, read=True, up_to=up_to))
            w.respond_with(user_id)
    return user_id


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
