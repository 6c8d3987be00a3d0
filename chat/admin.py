"""Admin of chat. It is read-only and never shows the content of messages."""

from django.contrib import admin

from chat.models import Message, OpenChat, Participant
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """Sender, receiver and time of messages, without their text."""

    list_display = ("id", "sender_id", "receiver_id", "created_at", "is_deleted")
    list_filter = ("is_deleted",)
    search_fields = ("sender_id", "receiver_id")
    ordering = ("-created_at",)
    fields = ("id", "sender_id", "receiver_id", "created_at", "edited_at", "is_deleted")


@admin.register(Participant)
class ParticipantAdmin(RecordAdmin):
    """The members of conversations, and their unread counts."""

    list_display = ("user_id", "other_id", "unread", "last_message_at")
    search_fields = ("user_id", "other_id")
    ordering = ("-last_message_at",)
    fields = ("user_id", "other_id", "unread", "last_message_at", "created_at")


@admin.register(OpenChat)
class OpenChatAdmin(RecordAdmin):
    """The chats that members keep open."""

    list_display = ("user_id", "other_id", "created_at")
    search_fields = ("user_id", "other_id")
    ordering = ("-created_at",)
