"""What of notifications is a member's own: what they were told."""

from mysocial.privacy.exports import Portion, export, listed, single
from notifications.store import inboxes, notifications

export(Portion(notifications, "Notifications", listed(notifications, "user")))
export(Portion(inboxes, "Unread notifications", single(inboxes)))
