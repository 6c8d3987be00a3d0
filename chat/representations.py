"""What chat looks like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from chat.models import Kind, Side
from chat.store import messages, open_chats, sides
from images.representations import MEDIA, MediaSerializer, shown
from mysocial.store.json_templates import Of, Own, Piece, Row, Whole, Wire
from users.representations import AUTHOR, AuthorSerializer, author, person

message_wire = Wire(
    messages,
    Own("main"),
    b',"sender_id":"',
    Own("sender_id"),
    b'","receiver_id":"',
    Own("receiver_id"),
    b'","media":',
    shown("media_id"),
    refs={"media_id": MEDIA},
)


def _as_last(piece: Piece) -> Piece:
    """Return the piece of a message as its conversation shows it."""
    if isinstance(piece, Own):
        return Of("shown_id", piece.name)
    return shown("shown_media_id") if isinstance(piece, Whole) else piece


ABOUT = (b'"user":', *author("other_id"), b',"unread":', Own("unread"))
conversation_wire = Wire(
    sides,
    *ABOUT,
    b',"last_message":',
    *map(_as_last, message_wire.pieces),
    refs={
        "other_id": AUTHOR,
        "shown_id": (messages, message_wire.fields),
        "shown_media_id": MEDIA,
    },
)
# Of whom every message is hidden.
emptied_wire = Wire(sides, *ABOUT, b',"last_message":null', refs={"other_id": AUTHOR})
unread_wire = Wire(sides, *ABOUT, refs={"other_id": AUTHOR})
open_chat_wire = Wire(open_chats, *person("other_id"), refs={"other_id": AUTHOR})


def render_conversation(row: Row) -> bytes:
    """Return a conversation as one of the two sees it."""
    wire = conversation_wire if row.side("shown_id").is_there else emptied_wire
    return wire.render(row)


def conversation_template(side: Side) -> list[Any]:
    """Return the pieces of a conversation as the one whose side it is sees it."""
    named = ("other_id", "shown_id", "shown_media_id")
    refs = {name: getattr(side, name) for name in named}
    wire = conversation_wire if side.shown_id else emptied_wire
    return wire.template(str(side.pk), **refs)


class ChatMessageSerializer(serializers.Serializer[Any]):
    """A message."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    text = serializers.CharField()
    gif_url = serializers.CharField()
    reactions = serializers.DictField(
        child=serializers.ChoiceField(Kind.choices), help_text="By the id of who reacts."
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
