"""Request and response serializers of chat."""

from typing import Any

from rest_framework import serializers

from chat.models import MAX_TEXT_LENGTH
from chat.representations import ChatMessageSerializer, ConversationSerializer
from mysocial.api import GifField, IdField, MediaField, StrictSerializer
from posts.reaction_types import ReactionType
from users.representations import PersonSerializer


class MessageInput(StrictSerializer):
    """A new message: a text, an image or a GIF, or a text with one of these."""

    receiver_id = IdField()
    text = serializers.CharField(max_length=MAX_TEXT_LENGTH, required=False, allow_blank=True)
    gif_url = GifField(required=False, allow_blank=True)
    image = MediaField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that there is not both an image and a GIF."""
        if attrs.get("image") and attrs.get("gif_url"):
            error = "Give one of image and gif_url."
            raise serializers.ValidationError(dict.fromkeys(("image", "gif_url"), error))
        return attrs


class EditInput(StrictSerializer):
    """The new text of a message."""

    requires_all = True
    text = serializers.CharField(max_length=MAX_TEXT_LENGTH, allow_blank=True)


class ReadInput(StrictSerializer):
    """The other member of the conversation that was read."""

    user_id = IdField()


class MessageReactionInput(StrictSerializer):
    """A reaction to a message."""

    type = serializers.ChoiceField(ReactionType.choices)


class MessageResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of a message."""

    message = serializers.CharField()
    chat_message = ChatMessageSerializer()


class ConversationResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of a conversation."""

    message = serializers.CharField()
    conversation = ConversationSerializer()


class MessagePageSerializer(serializers.Serializer[Any]):
    """A page of the messages of a conversation."""

    messages = ChatMessageSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    read_up_to = serializers.CharField(
        help_text="The id of the newest message that the other member has read; empty if none."
    )


class ConversationPageSerializer(serializers.Serializer[Any]):
    """A page of conversations."""

    conversations = ConversationSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class OpenChatPageSerializer(serializers.Serializer[Any]):
    """A page of the members that you keep a chat open with."""

    users = PersonSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class UnreadSerializer(serializers.Serializer[Any]):
    """The number of unread messages, and of the conversations that they are in."""

    unread = serializers.IntegerField()
    conversations = serializers.IntegerField()
