"""HTTP API of pinned posts."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    pagination_params,
    validated_body,
    write_action,
)
from posts import selectors, services
from posts.models import Post
from posts.serializers import PostPageSerializer, PostResponseSerializer
from posts.views.posts import POST_CHANGES, post_representation, posts_response


class PinViewSet(ApiViewSet):
    """Posts that members have pinned to their profiles."""

    @extend_schema(
        operation_id="pinPost",
        request=None,
        responses=PostResponseSerializer,
        summary="Pin one of your posts to your profile",
        description="The post becomes the first of your pinned posts. You can pin 5 posts.",
    )
    @write_action("Post pinned", limit=POST_CHANGES, post=post_representation)
    def update(self, request: Request, pk: str) -> Post:
        validated_body(StrictSerializer, request)
        return services.pin_post(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="unpinPost",
        request=None,
        responses={200: PostResponseSerializer},
        summary="Unpin one of your posts",
    )
    @write_action("Post unpinned", limit=POST_CHANGES, post=post_representation)
    def destroy(self, request: Request, pk: str) -> Post:
        validated_body(StrictSerializer, request)
        return services.unpin_post(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="listPinnedPosts",
        parameters=PAGINATION_PARAMETERS,
        responses=PostPageSerializer,
        summary="List the posts that a user has pinned",
        description="The last pinned post first.",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.pinned_page(
            pk, viewer_id=current_user_id(request), limit=limit, after=after
        )
        return posts_response(request, page)
