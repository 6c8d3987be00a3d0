"""What of notifications is a member's own: what they were told."""

from mysocial.privacy import ExportSection, listed, register, single
from notifications.store import inboxes, notifications

register(ExportSection(notifications, "Notifications", listed(notifications, "user")))
register(ExportSection(inboxes, "Unread notifications", single(inboxes)))
