"""HTTP endpoints of chat."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from chat import selectors, services
from chat.models import Message, Participant
from chat.representations import (
    ChatMessageSerializer,
    conversation_placeholders,
    message_template,
    open_chat_template,
    render_conversation,
)
from chat.serializers import (
    ConversationPageSerializer,
    ConversationResponseSerializer,
    EditInput,
    MessageInput,
    MessagePageSerializer,
    MessageReactionInput,
    MessageResponseSerializer,
    OpenChatPageSerializer,
    UnreadSerializer,
)
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    choice_param,
    current_user_id,
    fast_read,
    json_response,
    list_response,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import to_json

ORDERS = ("newest", "oldest")
SCOPES = ("me", "everyone")
NEW_MESSAGES = RateLimit("message", 60, MINUTE)
MESSAGE_CHANGES = RateLimit("message-change", 240, MINUTE)
ORDER = OpenApiParameter(
    "order", str, enum=ORDERS, description="Which messages come first. The default is `newest`."
)
SCOPE = OpenApiParameter(
    "for", str, enum=SCOPES, required=True, description="Who the message is deleted for."
)
EXAMPLE = OpenApiExample(
    "A message",
    {"receiver_id": "660e2edd9b81aa7a7cc71794", "text": "See you at eight?"},
    request_only=True,
)


def message_placeholders(message: Message) -> list[Any]:
    """Return the placeholders of a message in a response."""
    return message_template.placeholders(message.id, media_id=message.media_id)


class ConversationViewSet(ApiViewSet):
    """The conversations of the current user."""

    @extend_schema(
        operation_id="listConversations",
        parameters=PAGINATION_PARAMETERS,
        responses=ConversationPageSerializer,
        summary="List your conversations",
        description="The conversation with the newest message comes first.",
    )
    @fast_read
    def conversations(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        rows, next_after = selectors.list_conversations(
            current_user_id(request), limit=limit, after=after
        )
        return page_response(request, "conversations", map(render_conversation, rows), next_after)

    @extend_schema(
        operation_id="countUnreadMessages",
        responses=UnreadSerializer,
        summary="Count your unread messages",
    )
    @fast_read
    def unread(self, request: Request) -> HttpResponse:
        counts = selectors.get_unread_counts(current_user_id(request))
        return json_response(
            to_json({"unread": counts.messages, "conversations": counts.conversations})
        )

    @extend_schema(
        operation_id="markConversationRead",
        request=None,
        responses=ConversationResponseSerializer,
        summary="Mark the messages from a user as read",
    )
    @write_action("Messages read", limit=MESSAGE_CHANGES, conversation=conversation_placeholders)
    def mark_read(self, request: Request, pk: str) -> Participant:
        validated_body(StrictSerializer, request)
        return services.mark_conversation_read(user_id=current_user_id(request), other_id=pk)


class MessageViewSet(ApiViewSet):
    """The messages between the current user and another member."""

    @extend_schema(
        operation_id="listMessages",
        parameters=[*PAGINATION_PARAMETERS, ORDER],
        responses=MessagePageSerializer,
        summary="List messages with a user",
    )
    @fast_read
    def messages(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        oldest = choice_param(request, "order", ORDERS, ORDERS[0]) == "oldest"
        rows, next_after, read_up_to = selectors.list_messages(
            pk, viewer_id=current_user_id(request), limit=limit, after=after, oldest=oldest
        )
        return list_response(
            request, "messages", message_template, (rows, next_after), read_up_to=read_up_to
        )

    @extend_schema(
        operation_id="sendMessage",
        request=MessageInput,
        responses={201: MessageResponseSerializer},
        examples=[EXAMPLE],
        summary="Send a message",
    )
    @write_action("Message sent", status=201, limit=NEW_MESSAGES, chat_message=message_placeholders)
    def send(self, request: Request) -> Message:
        fields = validated_body(MessageInput, request)
        return services.send_message(sender_id=current_user_id(request), **fields)

    @extend_schema(
        operation_id="getMessage", responses=ChatMessageSerializer, summary="Get a message"
    )
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        row = selectors.get_row(pk, viewer_id=current_user_id(request))
        return json_response(message_template.render(row))

    @extend_schema(
        operation_id="updateMessage",
        request=EditInput,
        responses=MessageResponseSerializer,
        summary="Edit your message",
    )
    @write_action("Message updated", limit=MESSAGE_CHANGES, chat_message=message_placeholders)
    def edit(self, request: Request, pk: str) -> Message:
        text = validated_body(EditInput, request)["text"]
        return services.edit_message(user_id=current_user_id(request), message_id=pk, text=text)

    @extend_schema(
        operation_id="deleteMessage",
        request=None,
        parameters=[SCOPE],
        responses={200: MessageSerializer},
        summary="Delete a message for yourself, or your own for everyone",
    )
    @write_action("Message deleted", limit=MESSAGE_CHANGES)
    def destroy(self, request: Request, pk: str) -> Message:
        validated_body(StrictSerializer, request)
        for_everyone = choice_param(request, "for", SCOPES) == "everyone"
        return services.delete_message(
            user_id=current_user_id(request), message_id=pk, for_everyone=for_everyone
        )

    @extend_schema(
        operation_id="setMessageReaction",
        request=MessageReactionInput,
        responses=MessageResponseSerializer,
        summary="Set your reaction to a message",
    )
    @write_action("Reaction set", limit=MESSAGE_CHANGES, chat_message=message_placeholders)
    def react(self, request: Request, pk: str) -> Message:
        kind = validated_body(MessageReactionInput, request)["type"]
        return services.set_reaction(user_id=current_user_id(request), message_id=pk, kind=kind)

    @extend_schema(
        operation_id="removeMessageReaction",
        request=None,
        responses={200: MessageResponseSerializer},
        summary="Remove your reaction to a message",
    )
    @write_action("Reaction removed", limit=MESSAGE_CHANGES, chat_message=message_placeholders)
    def unreact(self, request: Request, pk: str) -> Message:
        validated_body(StrictSerializer, request)
        return services.set_reaction(user_id=current_user_id(request), message_id=pk, kind=None)


class OpenChatViewSet(ApiViewSet):
    """The chats that the current user keeps open."""

    @extend_schema(
        operation_id="listOpenChats",
        parameters=PAGINATION_PARAMETERS,
        responses=OpenChatPageSerializer,
        summary="List your open chats",
        description="The members that you keep a chat open with. The newest chat comes first.",
    )
    def open_chats(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.list_open_chats(current_user_id(request), limit=limit, after=after)
        return list_response(request, "users", open_chat_template, page)

    @extend_schema(
        operation_id="openChat",
        request=None,
        responses=MessageSerializer,
        summary="Open a chat with a user",
    )
    @write_action("Chat opened", limit=MESSAGE_CHANGES)
    def open(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.open_chat(user_id=current_user_id(request), other_id=pk)

    @extend_schema(
        operation_id="closeChat",
        request=None,
        responses={200: MessageSerializer},
        summary="Close a chat with a user",
    )
    @write_action("Chat closed", limit=MESSAGE_CHANGES)
    def close(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.close_chat(user_id=current_user_id(request), other_id=pk)
