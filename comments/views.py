"""HTTP endpoints of comments."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from comments import selectors, services
from comments.models import Comment
from comments.representations import CommentSerializer, comment_template
from comments.serializers import (
    CommentAnswerSerializer,
    CommentersSerializer,
    CommentInput,
    CommentPageSerializer,
)
from mysocial.api import (
    PAGE_NUMBER_SCHEMA,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    json_response,
    list_response,
    message_envelope,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import to_json

ORDERS = ("newest", "oldest")
NEW_COMMENTS = RateLimit("comment", 30, MINUTE)
CHANGES = RateLimit("comment-change", 60, MINUTE)
ORDER = OpenApiParameter("order", str, enum=ORDERS, description="`newest` first by default.")
EXAMPLE = OpenApiExample("A comment", {"text": "Well said."}, request_only=True)


def comment_representation(comment: Comment) -> list[Any]:
    """Return the pieces of a comment in an answer."""
    return comment_template.placeholders(comment.id, author_id=comment.author_id)


def is_oldest_first(request: Request) -> bool:
    """Return which order a list request asks for."""
    order = request.query_params.get("order", ORDERS[0])
    if order not in ORDERS:
        raise Invalid(errors={"order": "This must be `newest` or `oldest`."})
    return order == "oldest"


class CommentViewSet(ApiViewSet):
    """Comments under posts."""

    @extend_schema(
        parameters=[*PAGINATION_PARAMETERS, ORDER],
        responses=CommentPageSerializer,
        summary="A post's comments, newest first",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        oldest = is_oldest_first(request)
        found = selectors.comments_page(
            pk, to=current_user_id(request), limit=limit, after=after, oldest=oldest
        )
        return list_response(request, "comments", comment_template, found)

    @extend_schema(
        request=CommentInput,
        responses={201: CommentAnswerSerializer},
        examples=[EXAMPLE],
        summary="Comment on a post",
    )
    def create(self, request: Request, pk: str) -> HttpResponse:
        fields = validated_body(CommentInput, request)
        return write_response(
            request,
            201,
            message_envelope("Comment created", comment=comment_representation),
            lambda: services.create_comment(
                author_id=current_user_id(request), post_id=pk, **fields
            ),
            limit=NEW_COMMENTS,
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("limit", PAGE_NUMBER_SCHEMA, description="How many names, 1 to 100.")
        ],
        responses=CommentersSerializer,
        summary="How many comments a post has, and who wrote the newest, each once",
    )
    def names(self, request: Request, pk: str) -> HttpResponse:
        limit, _ = pagination_params(request)
        found = selectors.get_commenters(pk, to=current_user_id(request), limit=limit)
        return json_response(to_json({"count": found.total, "names": found.names}))

    @extend_schema(responses=CommentSerializer, summary="One comment")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return json_response(
            comment_template.render(selectors.get_row(pk, to=current_user_id(request)))
        )

    @extend_schema(
        request=CommentInput, responses=CommentAnswerSerializer, summary="Edit one's own comment"
    )
    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        changes = validated_body(CommentInput, request, partial=True)
        return write_response(
            request,
            200,
            message_envelope("Comment updated", comment=comment_representation),
            lambda: services.update_comment(
                user_id=current_user_id(request), comment_id=pk, **changes
            ),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        responses={200: MessageSerializer},
        summary="Delete one's own comment, or one under one's own post",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Comment deleted"),
            lambda: services.delete_comment(user_id=current_user_id(request), comment_id=pk),
            limit=CHANGES,
        )
