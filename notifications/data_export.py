"""Notifications in the data export of a member."""

from collections.abc import Iterator

from mysocial.privacy import ExportSection, Owner, register, single, walk
from notifications.models import Notification
from notifications.selectors import get_inbox
from notifications.store import inboxes, notifications

MARK = ("read_mark",)


def _notifications(owner: Owner) -> Iterator[Notification]:
    """Yield the notifications of a member, read as the member sees them."""
    read_mark = get_inbox(owner.id).read_mark
    for notification in walk(notifications, "user", owner.id):
        notification.read = not notification.is_unread(read_mark)
        yield notification


register(ExportSection(notifications, "Notifications", _notifications, without=MARK))
register(ExportSection(inboxes, "Unread notifications", single(inboxes), without=MARK))
