"""HTTP API of comments."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from comments import selectors, services
from comments.models import Comment
from comments.representations import (
    CommentSerializer,
    new_comment_parts,
    own_comment_parts,
    render_for,
)
from comments.serializers import (
    CommentersSerializer,
    CommentInput,
    CommentPageSerializer,
    CommentResponseSerializer,
    NewCommentInput,
)
from mysocial.api import (
    LIMIT_SCHEMA,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    choice_param,
    current_user_id,
    fast_read,
    json_response,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import to_json

ORDERS = ("newest", "oldest")
NEW_COMMENTS = RateLimit("comment", 30, MINUTE)
COMMENT_CHANGES = RateLimit("comment-change", 60, MINUTE)
ORDER_PARAMETER = OpenApiParameter(
    "order", str, enum=ORDERS, description="The comments that come first; `newest` by default."
)
EXAMPLE = OpenApiExample("A comment", {"text": "Well said."}, request_only=True)


REPLY_ORDER_PARAMETER = OpenApiParameter(
    "order", str, enum=ORDERS, description="The replies that come first; `oldest` by default."
)


def comments_response(request: Request, page: selectors.CommentsPage) -> HttpResponse:
    """Return a page of comments."""
    viewer_id = current_user_id(request)
    items = (render_for(row, viewer_id, post_author_id=page.post_author_id) for row in page.rows)
    return page_response(request, "comments", items, page.next)


class CommentViewSet(ApiViewSet):
    """Comments on posts."""

    @extend_schema(
        operation_id="listComments",
        parameters=[*PAGINATION_PARAMETERS, ORDER_PARAMETER],
        responses=CommentPageSerializer,
        summary="List the comments on a post",
        description="Without the replies to comments.",
    )
    @fast_read
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        viewer_id = current_user_id(request)
        page = selectors.comments_page(
            pk,
            viewer_id=viewer_id,
            limit=limit,
            after=after,
            oldest_first=choice_param(request, "order", ORDERS, ORDERS[0]) == "oldest",
        )
        return comments_response(request, page)

    @extend_schema(
        operation_id="listReplies",
        parameters=[*PAGINATION_PARAMETERS, REPLY_ORDER_PARAMETER],
        responses=CommentPageSerializer,
        summary="List the replies to a comment",
        description="The replies to a top-level comment and to its replies, in one list.",
    )
    def replies(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        viewer_id = current_user_id(request)
        page = selectors.replies_page(
            pk,
            viewer_id=viewer_id,
            limit=limit,
            after=after,
            oldest_first=choice_param(request, "order", ORDERS, "oldest") == "oldest",
        )
        return comments_response(request, page)

    @extend_schema(
        operation_id="createComment",
        request=NewCommentInput,
        responses={201: CommentResponseSerializer},
        examples=[EXAMPLE],
        summary="Comment on a post, or reply to a comment",
    )
    @write_action("Comment created", status=201, limit=NEW_COMMENTS, comment=new_comment_parts)
    def create(self, request: Request, pk: str) -> Comment:
        body = validated_body(NewCommentInput, request)
        return services.create_comment(author_id=current_user_id(request), post_id=pk, **body)

    @extend_schema(
        operation_id="listCommenters",
        parameters=[
            OpenApiParameter(
                "limit",
                LIMIT_SCHEMA,
                description="The maximum number of usernames, 1 to 100.",
            )
        ],
        responses=CommentersSerializer,
        summary="List the latest commenters on a post",
        description="The number of comments, and the username of each of the latest commenters.",
    )
    def names(self, request: Request, pk: str) -> HttpResponse:
        limit, _ = pagination_params(request)
        commenters = selectors.get_commenters(pk, viewer_id=current_user_id(request), limit=limit)
        return json_response(to_json({"count": commenters.total, "names": commenters.usernames}))

    @extend_schema(operation_id="getComment", responses=CommentSerializer, summary="Get a comment")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        viewer_id = current_user_id(request)
        row, post_author_id = selectors.get_row(pk, viewer_id=viewer_id)
        return json_response(render_for(row, viewer_id, post_author_id=post_author_id))

    @extend_schema(
        operation_id="updateComment",
        request=CommentInput,
        responses=CommentResponseSerializer,
        summary="Update one of your comments",
    )
    @write_action("Comment updated", limit=COMMENT_CHANGES, comment=own_comment_parts)
    def partial_update(self, request: Request, pk: str) -> Comment:
        body = validated_body(CommentInput, request, partial=True)
        return services.update_comment(user_id=current_user_id(request), comment_id=pk, **body)

    @extend_schema(
        operation_id="deleteComment",
        request=None,
        responses={200: MessageSerializer},
        summary="Delete a comment",
        description="You can delete your comments, and all comments on your posts.",
    )
    @write_action("Comment deleted", limit=COMMENT_CHANGES)
    def destroy(self, request: Request, pk: str) -> Comment:
        validated_body(StrictSerializer, request)
        return services.delete_comment(user_id=current_user_id(request), comment_id=pk)
