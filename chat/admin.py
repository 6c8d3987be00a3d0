"""Chat in the admin: that messages were sent, never what they say. To be looked at only."""

from django.contrib import admin

from chat.models import Message, OpenChat, Participant
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """Who wrote to whom, and when: nothing can be changed, and no text is shown."""

    list_display = ("id", "sender_id", "receiver_id", "created_at", "is_deleted")
    list_filter = ("is_deleted",)
    search_fields = ("sender_id", "receiver_id")
    ordering = ("-created_at",)
    fields = ("id", "sender_id", "receiver_id", "created_at", "edited_at", "is_deleted")


@admin.register(Participant)
class SideAdmin(RecordAdmin):
    """Who converses with whom, and how much is unread."""

    list_display = ("user_id", "other_id", "unread", "last_message_at")
    search_fields = ("user_id", "other_id")
    ordering = ("-last_message_at",)
    fields = ("user_id", "other_id", "unread", "last_message_at", "created_at")


@admin.register(OpenChat)
class OpenChatAdmin(RecordAdmin):
    """Which chats members keep open."""

    list_display = ("user_id", "other_id", "created_at")
    search_fields = ("user_id", "other_id")
    ordering = ("-created_at",)
