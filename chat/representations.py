"""What chat looks like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from chat.models import Participant
from chat.store import messages, open_chats, participants
from images.representations import MEDIA, MediaSerializer, media_object
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


def _as_last(piece: JsonPart) -> JsonPart:
    """Return the piece of a message as its conversation shows it."""
    if isinstance(piece, Field):
        return RelatedField("shown_message_id", piece.name)
    return media_object("shown_media_id") if isinstance(piece, RelatedObject) else piece


ABOUT = (b'"user":', *author_parts("other_id"), b',"unread":', Field("unread"))
conversation_template = JsonTemplate(
    participants,
    *ABOUT,
    b',"last_message":',
    *map(_as_last, message_template.pieces),
    refs={
        "other_id": CARD_WITH_PRIVACY,
        "shown_message_id": (messages, message_template.fields),
        "shown_media_id": MEDIA,
    },
)
# Of whom every message is hidden.
empty_conversation_template = JsonTemplate(
    participants, *ABOUT, b',"last_message":null', refs={"other_id": CARD_WITH_PRIVACY}
)
unread_template = JsonTemplate(participants, *ABOUT, refs={"other_id": CARD_WITH_PRIVACY})
open_chat_template = JsonTemplate(
    open_chats, *person_parts("other_id"), refs={"other_id": CARD_WITH_PRIVACY}
)


def render_conversation(row: Row) -> bytes:
    """Return a conversation as one of the two sees it."""
    wire = (
        conversation_template
        if row.related("shown_message_id").exists
        else empty_conversation_template
    )
    return wire.render(row)


def conversation_placeholders(side: Participant) -> list[Any]:
    """Return the pieces of a conversation as the one whose side it is sees it."""
    named = ("other_id", "shown_message_id", "shown_media_id")
    refs = {name: getattr(side, name) for name in named}
    wire = conversation_template if side.shown_message_id else empty_conversation_template
    return wire.placeholders(str(side.pk), **refs)


class ChatMessageSerializer(serializers.Serializer[Any]):
    """A message."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    text = serializers.CharField()
    gif_url = serializers.CharField()
    reactions = serializers.DictField(
        child=serializers.ChoiceField(ReactionType.choices), help_text="By the id of who reacts."
    )
    edited_at = serializers.DateTimeField(allow_null=True)
    is_deleted = serializers.BooleanField(help_text="For everyone: nothing of it is left.")
    sender_id = serializers.CharField()
    receiver_id = serializers.CharField()
    media = MediaSerializer(allow_null=True, help_text="Its image.")


class ConversationSerializer(serializers.Serializer[Any]):
    """A conversation as one of the two sees it."""

    user = AuthorSerializer()
    unread = serializers.IntegerField()
    last_message = ChatMessageSerializer(allow_null=True, help_text="Null when all are hidden.")
