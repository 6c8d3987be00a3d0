"""Messages between two members, each one's side of a conversation, and the chats left open."""

from django.db import models

from mysocial.core.ids import ID_LENGTH, now
from mysocial.store import ID, Record

MAX_TEXT_LENGTH = 10_000


def conversation_id(one_id: str, other_id: str) -> str:
    """Return the id of the conversation of two people: whoever asks, there is exactly one."""
    return ":".join(sorted((one_id, other_id)))


class Message(Record):
    """What one member wrote to another."""

    conversation = models.CharField(max_length=2 * ID_LENGTH + 1)
    sender_id = models.CharField(**ID)
    receiver_id = models.CharField(**ID)
    text = models.TextField(max_length=MAX_TEXT_LENGTH, default="")
    gif_url = models.CharField(max_length=500, default="")
    media_id = models.CharField(**ID, default="")  # its image
    reactions = models.JSONField(default=dict)  # by the id of who reacts
    edited_at = models.DateTimeField(null=True, default=None)
    is_deleted = models.BooleanField(default=False)  # for everyone: nothing of it is kept
    hidden_for_sender = models.BooleanField(default=False)
    hidden_for_receiver = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "messages"
        verbose_name = "message"
        verbose_name_plural = "messages"

    def hiding_from(self, user_id: str) -> str:
        """Return the name of the field that hides the message from this member."""
        return "hidden_for_sender" if user_id == self.sender_id else "hidden_for_receiver"


class Participant(Record):
    """One member's side of a conversation; both are made with its first message.

    Whatever changes `unread` also updates the record strictly, so that what is unread follows
    from `read_up_to`: ids of a conversation's messages rise in the order in which they come.
    """

    user_id = models.CharField(**ID)
    other_id = models.CharField(**ID)
    last_message_id = models.CharField(**ID)  # the newest message of the conversation
    last_message_at = models.DateTimeField(default=now)
    shown_message_id = models.CharField(**ID, default="")  # the newest that this member sees
    shown_media_id = models.CharField(**ID, default="")  # its image, so that a list can join it
    read_up_to = models.CharField(**ID, default="")
    unread = models.IntegerField(default=0)
    has_unread = models.BooleanField(default=False)
    unread_since = models.DateTimeField(null=True, default=None)
    first_unread_id = models.CharField(**ID, default="")  # what the member was to be told of
    unread_email_id = models.CharField(**ID, default="")  # the mail that told it
    has_written = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "participants"
        verbose_name = "conversation participant"
        verbose_name_plural = "conversation participants"


class OpenChat(Record):
    """A chat that a member keeps open, whether or not anything was written."""

    user_id = models.CharField(**ID)
    other_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "open_chats"
        verbose_name = "open chat"
        verbose_name_plural = "open chats"
