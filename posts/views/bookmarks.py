"""HTTP API of bookmarks."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from posts import selectors, services
from posts.serializers import PostPageSerializer
from posts.views.posts import posts_response

BOOKMARK_CHANGES = RateLimit("post-bookmark", 120, MINUTE)


class BookmarkViewSet(ApiViewSet):
    """Your bookmarks of posts."""

    @extend_schema(
        operation_id="createBookmark",
        request=None,
        responses=MessageSerializer,
        summary="Bookmark a post",
        description="Only you can see your bookmarks.",
    )
    @write_action("Post bookmarked", limit=BOOKMARK_CHANGES)
    def update(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.create_bookmark(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="deleteBookmark",
        request=None,
        responses={200: MessageSerializer},
        summary="Remove your bookmark of a post",
    )
    @write_action("Bookmark removed", limit=BOOKMARK_CHANGES)
    def destroy(self, request: Request, pk: str) -> None:
        validated_body(StrictSerializer, request)
        services.delete_bookmark(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="listBookmarkedPosts",
        parameters=PAGINATION_PARAMETERS,
        responses=PostPageSerializer,
        summary="List the posts that you have bookmarked",
        description="Newest bookmark first. A post that you may no longer see is left out. It is "
        "listed again when you may see it again.",
    )
    def list(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        viewer_id = current_user_id(request)
        page = selectors.bookmarks_page(viewer_id=viewer_id, limit=limit, after=after)
        return posts_response(request, page)
