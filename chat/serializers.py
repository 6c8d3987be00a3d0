"""Request and response serializers of chat."""

from typing import Any

from rest_framework import serializers

from chat.models import MAX_TEXT_LENGTH
from chat.representations import ChatMessageSerializer, ConversationSerializer
from mysocial.api import (
    GifField,
    IdField,
    MediaField,
    MessageSerializer,
    NextField,
    StrictSerializer,
    TextField,
)
from posts.reaction_types import ReactionType
from users.representations import PersonSerializer


class MessageInput(StrictSerializer):
    """A new message: a text, an image or a GIF, or a text with one of these."""

    receiver_id = IdField(help_text="The id of the receiver.")
    text = TextField(
        max_characters=MAX_TEXT_LENGTH,
        required=False,
        allow_blank=True,
        help_text="The text; required without an image or a GIF.",
    )
    gif_url = GifField(
        required=False, allow_blank=True, help_text="The URL of a GIF at an allowed host."
    )
    image = MediaField(required=False, help_text="An image: a file of a form, or a data URL.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that there is not both an image and a GIF."""
        if attrs.get("image") and attrs.get("gif_url"):
            error = "Give one of image and gif_url."
            raise serializers.ValidationError(dict.fromkeys(("image", "gif_url"), error))
        return attrs


class EditInput(StrictSerializer):
    """The new text of a message."""

    requires_all = True
    text = TextField(max_characters=MAX_TEXT_LENGTH, allow_blank=True, help_text="The new text.")


class MessageReactionInput(StrictSerializer):
    """A reaction to a message."""

    type = serializers.ChoiceField(ReactionType.choices, help_text="The type of the reaction.")


class MessageResponseSerializer(MessageSerializer):
    """The response to a change of a message."""

    chat_message = ChatMessageSerializer()


class ConversationResponseSerializer(MessageSerializer):
    """The response to a change of a conversation."""

    conversation = ConversationSerializer()


class MessagePageSerializer(serializers.Serializer[Any]):
    """A page of the messages of a conversation."""

    messages = ChatMessageSerializer(many=True, help_text="The messages of this page.")
    next = NextField()
    read_up_to = serializers.CharField(
        help_text="The id of the newest message that the other member has read; empty if none."
    )


class ConversationPageSerializer(serializers.Serializer[Any]):
    """A page of conversations."""

    conversations = ConversationSerializer(many=True, help_text="The conversations of this page.")
    next = NextField()


class OpenChatPageSerializer(serializers.Serializer[Any]):
    """A page of the members that you keep a chat open with."""

    users = PersonSerializer(many=True, help_text="The members of this page.")
    next = NextField()


class UnreadSerializer(serializers.Serializer[Any]):
    """The number of unread messages, and of the conversations that they are in."""

    unread = serializers.IntegerField(help_text="The number of unread messages.")
    conversations = serializers.IntegerField(
        help_text="The number of conversations with unread messages."
    )
