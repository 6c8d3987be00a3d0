"""HTTP endpoints of comments."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from comments import selectors, services
from comments.models import Comment
from comments.representations import CommentSerializer, comment_wire
from comments.serializers import (
    CommentAnswerSerializer,
    CommentersSerializer,
    CommentInput,
    CommentPageSerializer,
)
from mysocial.api.responses import (
    CURSORS,
    NUMBER,
    Input,
    Limit,
    MessageSerializer,
    caller,
    carry_out,
    json_answer,
    list_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE
from mysocial.store.json_templates import literal

ORDERS = ("newest", "oldest")
NEW_COMMENTS = Limit("comment", 30, MINUTE)
CHANGES = Limit("comment-change", 60, MINUTE)
ORDER = OpenApiParameter("order", str, enum=ORDERS, description="`newest` first by default.")
EXAMPLE = OpenApiExample("A comment", {"text": "Well said."}, request_only=True)


def comment_template(comment: Comment) -> list[Any]:
    """Return the pieces of a comment in an answer."""
    return comment_wire.template(comment.id, author_id=comment.author_id)


def is_oldest_first(request: Request) -> bool:
    """Return which order a list request asks for."""
    order = request.query_params.get("order", ORDERS[0])
    if order not in ORDERS:
        raise Invalid(errors={"order": "This must be `newest` or `oldest`."})
    return order == "oldest"


class CommentViewSet(Endpoints):
    """Comments under posts."""

    @extend_schema(
        parameters=[*CURSORS, ORDER],
        responses=CommentPageSerializer,
        summary="A post's comments, newest first",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = page_bounds(request)
        oldest = is_oldest_first(request)
        found = selectors.comments_of(
            pk, to=caller(request), limit=limit, after=after, oldest=oldest
        )
        return list_answer(request, "comments", comment_wire, found)

    @extend_schema(
        request=CommentInput,
        responses={201: CommentAnswerSerializer},
        examples=[EXAMPLE],
        summary="Comment on a post",
    )
    def create(self, request: Request, pk: str) -> HttpResponse:
        fields = parse(CommentInput, request)
        return carry_out(
            request,
            201,
            wrote("Comment created", comment=comment_template),
            lambda: services.create_comment(author_id=caller(request), post_id=pk, **fields),
            limit=NEW_COMMENTS,
        )

    @extend_schema(
        parameters=[OpenApiParameter("limit", NUMBER, description="How many names, 1 to 100.")],
        responses=CommentersSerializer,
        summary="How many comments a post has, and who wrote the newest, each once",
    )
    def names(self, request: Request, pk: str) -> HttpResponse:
        limit, _ = page_bounds(request)
        found = selectors.commenters_of(pk, to=caller(request), limit=limit)
        return json_answer(literal({"count": found.total, "names": found.names}))

    @extend_schema(responses=CommentSerializer, summary="One comment")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return json_answer(comment_wire.render(selectors.get_row(pk, to=caller(request))))

    @extend_schema(
        request=CommentInput, responses=CommentAnswerSerializer, summary="Edit one's own comment"
    )
    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        changes = parse(CommentInput, request, partial=True)
        return carry_out(
            request,
            200,
            wrote("Comment updated", comment=comment_template),
            lambda: services.update_comment(user_id=caller(request), comment_id=pk, **changes),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        responses={200: MessageSerializer},
        summary="Delete one's own comment, or one under one's own post",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("Comment deleted"),
            lambda: services.delete_comment(user_id=caller(request), comment_id=pk),
            limit=CHANGES,
        )
