"""JSON representations of chat in responses and events, and their schema."""

from typing import Any

from rest_framework import serializers

from chat.models import Participant
from chat.store import messages, open_chats, participants
from images.representations import MEDIA, MediaSerializer, media_object
from mysocial.api import facets_field
from mysocial.store import Field, JsonPart, JsonTemplate, RelatedField, RelatedObject, Row
from posts.reaction_types import ReactionType
from users.representations import CARD_WITH_PRIVACY, AuthorSerializer, author_parts, person_parts

message_template = JsonTemplate(
    messages,
    Field("main"),
    b',"sender_id":"',
    Field("sender_id"),
    b'","receiver_id":"',
    Field("receiver_id"),
    b'","media":',
    media_object("media_id"),
    refs={"media_id": MEDIA},
)


def _as_last_message(piece: JsonPart) -> JsonPart:
    """Return a part of the message template for use in the template of a conversation."""
    if isinstance(piece, Field):
        return RelatedField("shown_message_id", piece.name)
    return media_object("shown_media_id") if isinstance(piece, RelatedObject) else piece


USER_AND_UNREAD = (b'"user":', *author_parts("other_id"), b',"unread":', Field("unread"))
conversation_template = JsonTemplate(
    participants,
    *USER_AND_UNREAD,
    b',"last_message":',
    *map(_as_last_message, message_template.pieces),
    refs={
        "other_id": CARD_WITH_PRIVACY,
        "shown_message_id": (messages, message_template.fields),
        "shown_media_id": MEDIA,
    },
)
# A conversation of which the member has deleted every message.
empty_conversation_template = JsonTemplate(
    participants, *USER_AND_UNREAD, b',"last_message":null', refs={"other_id": CARD_WITH_PRIVACY}
)
unread_template = JsonTemplate(participants, *USER_AND_UNREAD, refs={"other_id": CARD_WITH_PRIVACY})
open_chat_template = JsonTemplate(
    open_chats, *person_parts("other_id"), refs={"other_id": CARD_WITH_PRIVACY}
)


def render_conversation(row: Row) -> bytes:
    """Return the JSON object of a conversation, for the member that the row belongs to."""
    has_message = row.related("shown_message_id").exists
    template = conversation_template if has_message else empty_conversation_template
    return template.render(row)


def conversation_placeholders(participant: Participant) -> list[Any]:
    """Return the placeholders of a conversation, for the member that the record belongs to."""
    refs = {
        "other_id": participant.other_id,
        "shown_message_id": participant.shown_message_id,
        "shown_media_id": participant.shown_media_id,
    }
    has_message = participant.shown_message_id
    template = conversation_template if has_message else empty_conversation_template
    return template.placeholders(str(participant.pk), **refs)


class ChatMessageSerializer(serializers.Serializer[Any]):
    """A message."""

    id = serializers.CharField(help_text="The id of the message.")
    created_at = serializers.DateTimeField(help_text="When the message was sent.")
    text = serializers.CharField(help_text="The text; empty if there is none.")
    facets = facets_field()
    gif_url = serializers.CharField(help_text="The URL of a GIF; empty if there is none.")
    reactions = serializers.DictField(
        child=serializers.ChoiceField(ReactionType.choices),
        help_text="The reaction of each member, by the member's id.",
    )
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When the message was last edited; null if it never was."
    )
    is_deleted = serializers.BooleanField(
        help_text="Whether the message was deleted for everyone. Its content is then empty."
    )
    sender_id = serializers.CharField(help_text="The id of the sender.")
    receiver_id = serializers.CharField(help_text="The id of the receiver.")
    media = MediaSerializer(allow_null=True, help_text="The image of the message.")


class ConversationSerializer(serializers.Serializer[Any]):
    """A conversation, as one of its two members sees it."""

    user = AuthorSerializer(help_text="The other member.")
    unread = serializers.IntegerField(help_text="The number of messages that you have not read.")
    last_message = ChatMessageSerializer(
        allow_null=True, help_text="Null if you have deleted every message."
    )
