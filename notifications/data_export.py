"""Notifications in the data export of a member."""

from mysocial.privacy import ExportSection, listed, register, single
from notifications.store import inboxes, notifications

register(ExportSection(notifications, "Notifications", listed(notifications, "user")))
register(ExportSection(inboxes, "Unread notifications", single(inboxes)))
