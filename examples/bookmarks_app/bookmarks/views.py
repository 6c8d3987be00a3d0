"""HTTP API of bookmarks."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from bookmarks import selectors, services
from bookmarks.serializers import BookmarkPageSerializer
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from posts.representations import render_posts

CHANGES = RateLimit("bookmark", 60, MINUTE)


class BookmarkViewSet(ApiViewSet):
    """Your bookmarks."""

    @extend_schema(
        operation_id="listBookmarks",
        parameters=PAGINATION_PARAMETERS,
        responses=BookmarkPageSerializer,
        summary="List your bookmarks, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        viewer_id = current_user_id(request)
        rows, next_entry = selectors.bookmarks_page(viewer_id=viewer_id, limit=limit, after=after)
        return page_response(request, "posts", render_posts(rows, viewer_id), next_entry)

    @extend_schema(
        operation_id="bookmarkPost",
        request=None,
        responses=MessageSerializer,
        summary="Bookmark a post",
    )
    @write_action("Post bookmarked", limit=CHANGES)
    def add(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.add_bookmark(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="removeBookmark",
        request=None,
        responses={200: MessageSerializer},
        summary="Remove a bookmark",
    )
    @write_action("Bookmark removed", limit=CHANGES)
    def remove(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.remove_bookmark(user_id=current_user_id(request), post_id=pk)
