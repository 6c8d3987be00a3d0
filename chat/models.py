"""Messages between two members, their participants, and open chats."""

from django.db import models

from mysocial.core.ids import ID_LENGTH, now
from mysocial.store import ID, Record

MAX_TEXT_LENGTH = 10_000
# An edit that would exceed one of these is refused: no earlier text is ever dropped.
MAX_EDITS, MAX_HISTORY_BYTES = 50, 64 * 1024


def conversation_id(user_id: str, other_id: str) -> str:
    """Return the id of the conversation of two members, which is the same in either order."""
    return ":".join(sorted((user_id, other_id)))


class Message(Record):
    """A message from one member to another."""

    conversation = models.CharField(max_length=2 * ID_LENGTH + 1)
    sender_id = models.CharField(**ID)
    receiver_id = models.CharField(**ID)
    text = models.TextField(max_length=MAX_TEXT_LENGTH, default="")
    facets = models.JSONField(default=list)  # of the text
    gif_url = models.CharField(max_length=500, default="")
    media_id = models.CharField(**ID, default="")  # the image
    reactions = models.JSONField(default=dict)  # type of reaction by the member's id
    edited_at = models.DateTimeField(null=True, default=None)
    # The texts before each edit, oldest first, for moderators: `written_at` and `text`.
    history = models.JSONField(default=list)
    is_deleted = models.BooleanField(default=False)  # for everyone; the content is erased
    hidden_for_sender = models.BooleanField(default=False)
    hidden_for_receiver = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "messages"
        verbose_name = "message"
        verbose_name_plural = "messages"

    def hidden_field(self, user_id: str) -> str:
        """Return the name of the field that hides the message from this member."""
        return "hidden_for_sender" if user_id == self.sender_id else "hidden_for_receiver"


class Participant(Record):
    """One member's view of a conversation. Both records are created with its first message.

    A write that changes `unread` also updates the record with a revision check. Because the ids of
    the messages of a conversation increase in the order of arrival, `unread` therefore always
    equals the number of unread messages after `read_up_to`.
    """

    user_id = models.CharField(**ID)
    other_id = models.CharField(**ID)
    last_message_id = models.CharField(**ID)  # the newest message of the conversation
    last_message_at = models.DateTimeField(default=now)
    shown_message_id = models.CharField(**ID, default="")  # the newest that this member may see
    shown_media_id = models.CharField(**ID, default="")  # its image, so that lists can join it
    read_up_to = models.CharField(**ID, default="")  # the id of a message
    unread = models.IntegerField(default=0)
    has_unread = models.BooleanField(default=False)
    unread_since = models.DateTimeField(null=True, default=None)
    first_unread_id = models.CharField(**ID, default="")  # the message that queued an e-mail
    unread_email_id = models.CharField(**ID, default="")  # the e-mail that reported it
    has_written = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "participants"
        verbose_name = "conversation participant"
        verbose_name_plural = "conversation participants"


class OpenChat(Record):
    """A chat that a member keeps open, with or without messages."""

    user_id = models.CharField(**ID)
    other_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "open_chats"
        verbose_name = "open chat"
        verbose_name_plural = "open chats"
