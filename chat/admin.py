"""Messages in the admin: that they were sent, never what they say."""

from django.contrib import admin

from chat.models import Message
from mysocial.admin import RecordAdmin


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """Who wrote to whom, and when: nothing can be changed, and no text is shown."""

    list_display = ("id", "sender_id", "receiver_id", "created_at", "is_deleted")
    list_filter = ("is_deleted",)
    search_fields = ("sender_id", "receiver_id")
    ordering = ("-created_at",)
    fields = ("id", "sender_id", "receiver_id", "created_at", "edited_at", "is_deleted")
