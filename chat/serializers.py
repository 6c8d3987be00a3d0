"""JSON in and out of chat."""

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
        """Take one of image and GIF."""
        if attrs.get("image") and attrs.get("gif_url"):
            said = "Give one of image and gif_url."
            raise serializers.ValidationError(dict.fromkeys(("image", "gif_url"), said))
        return attrs


class EditInput(StrictSerializer):
    """Another text for a message."""

    requires_all = True
    text = serializers.CharField(max_length=MAX_TEXT_LENGTH, allow_blank=True)


class ReadInput(StrictSerializer):
    """Whose messages were read."""

    user_id = IdField()


class MessageReactionInput(StrictSerializer):
    """How one reacts to a message."""

    type = serializers.ChoiceField(ReactionType.choices)


class MessageAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a write of a message."""

    message = serializers.CharField()
    chat_message = ChatMessageSerializer()


class ConversationAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a change of a conversation."""

    message = serializers.CharField()
    conversation = ConversationSerializer()


class MessagePageSerializer(serializers.Serializer[Any]):
    """A page of a conversation's messages."""

    messages = ChatMessageSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    read_up_to = serializers.CharField(
        help_text="Id of the newest message that the other has read; empty for none."
    )


class ConversationPageSerializer(serializers.Serializer[Any]):
    """A page of one's conversations."""

    conversations = ConversationSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class OpenChatPageSerializer(serializers.Serializer[Any]):
    """A page of the people with whom one keeps a chat open."""

    users = PersonSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class UnreadSerializer(serializers.Serializer[Any]):
    """How many messages are unread, in how many conversations."""

    unread = serializers.IntegerField()
    conversations = serializers.IntegerField()
