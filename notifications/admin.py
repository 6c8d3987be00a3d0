"""Admin of notifications."""

from django.contrib import admin

from mysocial.admin.record_admin import RecordAdmin
from notifications import selectors, services
from notifications.models import Inbox, Notification


@admin.register(Notification)
class NotificationAdmin(RecordAdmin):
    """Notifications of members."""

    list_display = ("kind", "user_id", "actor_id", "post_id", "is_read", "created_at")
    list_filter = ("kind",)
    search_fields = ("user_id", "actor_id", "post_id")
    ordering = ("-created_at",)

    @admin.display(boolean=True, description="read")
    def is_read(self, notification: Notification) -> bool:
        """Return whether the recipient has read a notification."""
        return not notification.is_unread(selectors.get_inbox(notification.user_id).read_mark)

    @staticmethod
    def remove(notification_id: str) -> None:
        services.remove_notification(notification_id=notification_id)


@admin.register(Inbox)
class InboxAdmin(RecordAdmin):
    """Unread counts of members. They are derived, so they are read-only."""

    list_display = ("id", "unread_count")
    search_fields = ("id",)
