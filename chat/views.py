"""HTTP endpoints of chat."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from chat import selectors, services
from chat.models import Message
from chat.representations import (
    conversation_placeholders,
    message_template,
    open_chat_template,
    render_conversation,
)
from chat.serializers import (
    ConversationAnswerSerializer,
    ConversationPageSerializer,
    EditInput,
    MessageAnswerSerializer,
    MessageInput,
    MessagePageSerializer,
    MessageReactionInput,
    OpenChatPageSerializer,
    ReadInput,
    UnreadSerializer,
)
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    json_response,
    list_response,
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import to_json

ORDERS = ("newest", "oldest")
SCOPES = ("me", "everyone")
NEW_MESSAGES = RateLimit("message", 60, MINUTE)
CHANGES = RateLimit("message-change", 240, MINUTE)
ORDER = OpenApiParameter("order", str, enum=ORDERS, description="`newest` first by default.")
SCOPE = OpenApiParameter("for", str, enum=SCOPES, required=True, description="For whom it goes.")
EXAMPLE = OpenApiExample(
    "A message",
    {"receiver_id": "660e2edd9b81aa7a7cc71794", "text": "See you at eight?"},
    request_only=True,
)


def message_representation(message: Message) -> list[Any]:
    """Return the pieces of a message in an answer."""
    return message_template.placeholders(message.id, media_id=message.media_id)


def choice(request: Request, name: str, among: tuple[str, str], default: str = "") -> str:
    """Return a query parameter that has one of two values."""
    value = request.query_params.get(name, default)
    if value not in among:
        raise Invalid(errors={name: f"This must be `{among[0]}` or `{among[1]}`."})
    return value


class ConversationViewSet(ApiViewSet):
    """One's conversations."""

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=ConversationPageSerializer,
        summary="One's conversations, that of the newest message first",
    )
    def conversations(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        rows, following = selectors.conversations_of(
            current_user_id(request), limit=limit, after=after
        )
        return page_response(request, "conversations", map(render_conversation, rows), following)

    @extend_schema(
        responses=UnreadSerializer, summary="How much is unread, in how many conversations"
    )
    def unread(self, request: Request) -> HttpResponse:
        found = selectors.unread_of(current_user_id(request))
        return json_response(
            to_json({"unread": found.messages, "conversations": found.conversations})
        )

    @extend_schema(
        request=ReadInput,
        responses=ConversationAnswerSerializer,
        summary="Mark as read what somebody wrote so far",
    )
    def mark_read(self, request: Request) -> HttpResponse:
        other_id = validated_body(ReadInput, request)["user_id"]
        return write_response(
            request,
            200,
            message_envelope("Messages read", conversation=conversation_placeholders),
            lambda: services.mark_conversation_read(
                user_id=current_user_id(request), other_id=other_id
            ),
            limit=CHANGES,
        )


class MessageViewSet(ApiViewSet):
    """Messages to and from one other member."""

    @extend_schema(
        parameters=[*PAGINATION_PARAMETERS, ORDER],
        responses=MessagePageSerializer,
        summary="What one and another member wrote to each other, newest first",
    )
    def messages(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        oldest = choice(request, "order", ORDERS, ORDERS[0]) == "oldest"
        found, read_up_to = selectors.messages_with(
            pk, to=current_user_id(request), limit=limit, after=after, oldest=oldest
        )
        return list_response(request, "messages", message_template, found, read_up_to=read_up_to)

    @extend_schema(
        request=MessageInput,
        responses={201: MessageAnswerSerializer},
        examples=[EXAMPLE],
        summary="Write to a member",
    )
    def send(self, request: Request) -> HttpResponse:
        fields = validated_body(MessageInput, request)
        return write_response(
            request,
            201,
            message_envelope("Message sent", chat_message=message_representation),
            lambda: services.send_message(sender_id=current_user_id(request), **fields),
            limit=NEW_MESSAGES,
        )

    @extend_schema(
        request=EditInput, responses=MessageAnswerSerializer, summary="Edit one's own message"
    )
    def edit(self, request: Request, pk: str) -> HttpResponse:
        text = validated_body(EditInput, request)["text"]
        return write_response(
            request,
            200,
            message_envelope("Message updated", chat_message=message_representation),
            lambda: services.edit_message(
                user_id=current_user_id(request), message_id=pk, text=text
            ),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        parameters=[SCOPE],
        responses={200: MessageSerializer},
        summary="Delete a message for oneself, or one's own for everyone",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        for_everyone = choice(request, "for", SCOPES) == "everyone"
        return write_response(
            request,
            200,
            message_envelope("Message deleted"),
            lambda: services.delete_message(
                user_id=current_user_id(request), message_id=pk, for_everyone=for_everyone
            ),
            limit=CHANGES,
        )

    @extend_schema(
        request=MessageReactionInput,
        responses=MessageAnswerSerializer,
        summary="React to a message, or change how",
    )
    def react(self, request: Request, pk: str) -> HttpResponse:
        kind = validated_body(MessageReactionInput, request)["type"]
        return write_response(
            request,
            200,
            message_envelope("Reaction set", chat_message=message_representation),
            lambda: services.set_reaction(
                user_id=current_user_id(request), message_id=pk, kind=kind
            ),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        responses={200: MessageAnswerSerializer},
        summary="React to a message no longer",
    )
    def unreact(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Reaction removed", chat_message=message_representation),
            lambda: services.set_reaction(
                user_id=current_user_id(request), message_id=pk, kind=None
            ),
            limit=CHANGES,
        )


class OpenChatViewSet(ApiViewSet):
    """The chats that one keeps open."""

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=OpenChatPageSerializer,
        summary="With whom one keeps a chat open, newest first",
    )
    def open_chats(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        found = selectors.open_chats_of(current_user_id(request), limit=limit, after=after)
        return list_response(request, "users", open_chat_template, found)

    @extend_schema(request=None, responses=MessageSerializer, summary="Keep a chat open")
    def open(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Chat opened"),
            lambda: services.open_chat(user_id=current_user_id(request), other_id=pk),
            limit=CHANGES,
        )

    @extend_schema(
        request=None, responses={200: MessageSerializer}, summary="Keep a chat open no longer"
    )
    def close(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Chat closed"),
            lambda: services.close_chat(user_id=current_user_id(request), other_id=pk),
            limit=CHANGES,
        )
