"""HTTP endpoints of chat."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from chat import selectors, services
from chat.models import Message
from chat.representations import (
    conversation_template,
    message_wire,
    open_chat_wire,
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
from mysocial.api.responses import (
    CURSORS,
    Input,
    Limit,
    MessageSerializer,
    caller,
    carry_out,
    json_answer,
    list_answer,
    page_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE
from mysocial.store.json_templates import literal

ORDERS = ("newest", "oldest")
SCOPES = ("me", "everyone")
NEW_MESSAGES = Limit("message", 60, MINUTE)
CHANGES = Limit("message-change", 240, MINUTE)
ORDER = OpenApiParameter("order", str, enum=ORDERS, description="`newest` first by default.")
SCOPE = OpenApiParameter("for", str, enum=SCOPES, required=True, description="For whom it goes.")
EXAMPLE = OpenApiExample(
    "A message",
    {"receiver_id": "660e2edd9b81aa7a7cc71794", "text": "See you at eight?"},
    request_only=True,
)


def message_template(message: Message) -> list[Any]:
    """Return the pieces of a message in an answer."""
    return message_wire.template(message.id, media_id=message.media_id)


def choice(request: Request, name: str, among: tuple[str, str], default: str = "") -> str:
    """Return a query parameter that has one of two values."""
    value = request.query_params.get(name, default)
    if value not in among:
        raise Invalid(errors={name: f"This must be `{among[0]}` or `{among[1]}`."})
    return value


class ConversationViewSet(Endpoints):
    """One's conversations."""

    @extend_schema(
        parameters=CURSORS,
        responses=ConversationPageSerializer,
        summary="One's conversations, that of the newest message first",
    )
    def conversations(self, request: Request) -> HttpResponse:
        limit, after = page_bounds(request)
        rows, following = selectors.conversations_of(caller(request), limit=limit, after=after)
        return page_answer(request, "conversations", map(render_conversation, rows), following)

    @extend_schema(
        responses=UnreadSerializer, summary="How much is unread, in how many conversations"
    )
    def unread(self, request: Request) -> HttpResponse:
        found = selectors.unread_of(caller(request))
        return json_answer(
            literal({"unread": found.messages, "conversations": found.conversations})
        )

    @extend_schema(
        request=ReadInput,
        responses=ConversationAnswerSerializer,
        summary="Mark as read what somebody wrote so far",
    )
    def mark_read(self, request: Request) -> HttpResponse:
        other_id = parse(ReadInput, request)["user_id"]
        return carry_out(
            request,
            200,
            wrote("Messages read", conversation=conversation_template),
            lambda: services.mark_read(user_id=caller(request), other_id=other_id),
            limit=CHANGES,
        )


class MessageViewSet(Endpoints):
    """Messages to and from one other member."""

    @extend_schema(
        parameters=[*CURSORS, ORDER],
        responses=MessagePageSerializer,
        summary="What one and another member wrote to each other, newest first",
    )
    def messages(self, request: Request, pk: str) -> HttpResponse:
        limit, after = page_bounds(request)
        oldest = choice(request, "order", ORDERS, ORDERS[0]) == "oldest"
        found, read_up_to = selectors.messages_with(
            pk, to=caller(request), limit=limit, after=after, oldest=oldest
        )
        return list_answer(request, "messages", message_wire, found, read_up_to=read_up_to)

    @extend_schema(
        request=MessageInput,
        responses={201: MessageAnswerSerializer},
        examples=[EXAMPLE],
        summary="Write to a member",
    )
    def send(self, request: Request) -> HttpResponse:
        fields = parse(MessageInput, request)
        return carry_out(
            request,
            201,
            wrote("Message sent", chat_message=message_template),
            lambda: services.send_message(sender_id=caller(request), **fields),
            limit=NEW_MESSAGES,
        )

    @extend_schema(
        request=EditInput, responses=MessageAnswerSerializer, summary="Edit one's own message"
    )
    def edit(self, request: Request, pk: str) -> HttpResponse:
        text = parse(EditInput, request)["text"]
        return carry_out(
            request,
            200,
            wrote("Message updated", chat_message=message_template),
            lambda: services.edit_message(user_id=caller(request), message_id=pk, text=text),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        parameters=[SCOPE],
        responses={200: MessageSerializer},
        summary="Delete a message for oneself, or one's own for everyone",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        for_everyone = choice(request, "for", SCOPES) == "everyone"
        return carry_out(
            request,
            200,
            wrote("Message deleted"),
            lambda: services.delete_message(
                user_id=caller(request), message_id=pk, for_everyone=for_everyone
            ),
            limit=CHANGES,
        )

    @extend_schema(
        request=MessageReactionInput,
        responses=MessageAnswerSerializer,
        summary="React to a message, or change how",
    )
    def react(self, request: Request, pk: str) -> HttpResponse:
        kind = parse(MessageReactionInput, request)["type"]
        return carry_out(
            request,
            200,
            wrote("Reaction set", chat_message=message_template),
            lambda: services.react(user_id=caller(request), message_id=pk, kind=kind),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        responses={200: MessageAnswerSerializer},
        summary="React to a message no longer",
    )
    def unreact(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("Reaction removed", chat_message=message_template),
            lambda: services.react(user_id=caller(request), message_id=pk, kind=None),
            limit=CHANGES,
        )


class OpenChatViewSet(Endpoints):
    """The chats that one keeps open."""

    @extend_schema(
        parameters=CURSORS,
        responses=OpenChatPageSerializer,
        summary="With whom one keeps a chat open, newest first",
    )
    def open_chats(self, request: Request) -> HttpResponse:
        limit, after = page_bounds(request)
        found = selectors.open_chats_of(caller(request), limit=limit, after=after)
        return list_answer(request, "users", open_chat_wire, found)

    @extend_schema(request=None, responses=MessageSerializer, summary="Keep a chat open")
    def open(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("Chat opened"),
            lambda: services.open_chat(user_id=caller(request), other_id=pk),
            limit=CHANGES,
        )

    @extend_schema(
        request=None, responses={200: MessageSerializer}, summary="Keep a chat open no longer"
    )
    def close(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("Chat closed"),
            lambda: services.close_chat(user_id=caller(request), other_id=pk),
            limit=CHANGES,
        )
