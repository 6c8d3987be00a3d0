"""Notifications in the data export of a member."""

from collections.abc import Iterator
from itertools import islice

from mysocial.privacy import ExportSection, Owner, register, single, walk
from notifications.models import Notification
from notifications.selectors import get_inbox, visible_notification_ids
from notifications.store import inboxes, notifications

MARK = ("read_mark",)
BATCH = 200


def _notifications(owner: Owner) -> Iterator[Notification]:
    """Yield the notifications that a member can see now, read as the member sees them."""
    read_mark = get_inbox(owner.id).read_mark
    records = walk(notifications, "user", owner.id)
    while batch := list(islice(records, BATCH)):
        visible_ids = visible_notification_ids([each.id for each in batch], viewer_id=owner.id)
        for notification in batch:
            if notification.id in visible_ids:
                notification.read = not notification.is_unread(read_mark)
                yield notification


register(ExportSection(notifications, "Notifications", _notifications, without=MARK))
register(ExportSection(inboxes, "Unread notifications", single(inboxes), without=MARK))
