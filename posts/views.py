"""HTTP endpoints of posts."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    PAGE_NUMBER_SCHEMA,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    int_param,
    json_response,
    list_response,
    message_envelope,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE, RateLimit
from posts import selectors, services
from posts.models import Post
from posts.representations import PostSerializer, post_template, version_template
from posts.serializers import (
    FeedPageSerializer,
    PostAnswerSerializer,
    PostInput,
    PostPageSerializer,
    VersionPageSerializer,
)
from posts.store import MEDIA

SEED_PAGE_SIZE = 10
MOST_PAGES = 100
NEW_POSTS = RateLimit("post", 30, MINUTE)
CHANGES = RateLimit("post-change", 60, MINUTE)
NARROWED = OpenApiParameter(
    "media", enum=MEDIA, description="Only posts with images (GIFs too), or with videos."
)
EXAMPLE = OpenApiExample(
    "A post", {"text": "Hello, world.", "privacy": "public"}, request_only=True
)


def post_representation(post: Post) -> list[Any]:
    """Return the pieces of a post in an answer."""
    return post_template.placeholders(post.id, author_id=post.author_id, media_id=post.media_id)


def media_wanted(request: Request) -> str:
    """Return the `media` that a list is narrowed to; empty for all posts."""
    media = request.query_params.get("media")
    if media is not None and media not in MEDIA:
        raise Invalid(errors={"media": f"This must be one of: {', '.join(MEDIA)}."})
    return media or ""


class PostViewSet(ApiViewSet):
    """Posts and the global feed."""

    @extend_schema(
        parameters=[
            *PAGINATION_PARAMETERS,
            NARROWED,
            OpenApiParameter("page", PAGE_NUMBER_SCHEMA, description="10 a page."),
        ],
        responses=FeedPageSerializer,
        summary="The global feed, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        media, total = media_wanted(request), selectors.total_posts_query()
        limit, after = pagination_params(
            request
        )  # beside a page they say nothing, but are looked at
        if "page" in request.query_params:
            page = int_param(request, "page", default=1, max_value=MOST_PAGES)
            found = selectors.feed_page(
                to=current_user_id(request), number=page, size=SEED_PAGE_SIZE, media=media
            )
        else:
            found = selectors.latest_posts(
                to=current_user_id(request), limit=limit, after=after, media=media, beside=[total]
            )
        return list_response(request, "posts", post_template, found, total_posts=total.result())

    @extend_schema(
        request=PostInput,
        responses={201: PostAnswerSerializer},
        examples=[EXAMPLE],
        summary="Write a post",
    )
    def create(self, request: Request) -> HttpResponse:
        fields = validated_body(PostInput, request)
        return write_response(
            request,
            201,
            message_envelope("Post created", post=post_representation),
            lambda: services.create_post(author_id=current_user_id(request), **fields),
            limit=NEW_POSTS,
        )

    @extend_schema(responses=PostSerializer, summary="One post")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return json_response(
            post_template.render(selectors.get_row(pk, to=current_user_id(request)))
        )

    @extend_schema(request=PostInput, responses=PostAnswerSerializer, summary="Edit one's own post")
    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        changes = validated_body(PostInput, request, partial=True)
        return write_response(
            request,
            200,
            message_envelope("Post updated", post=post_representation),
            lambda: services.update_post(user_id=current_user_id(request), post_id=pk, **changes),
            limit=CHANGES,
        )

    @extend_schema(
        request=None, responses={200: MessageSerializer}, summary="Delete one's own post"
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope("Post deleted"),
            lambda: services.delete_post(user_id=current_user_id(request), post_id=pk),
            limit=CHANGES,
        )

    @extend_schema(
        parameters=[*PAGINATION_PARAMETERS, NARROWED],
        responses=PostPageSerializer,
        summary="A member's posts, newest first",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        media = media_wanted(request)
        found = selectors.author_page(
            pk, to=current_user_id(request), limit=limit, after=after, media=media
        )
        return list_response(request, "posts", post_template, found)

    @extend_schema(
        parameters=[*PAGINATION_PARAMETERS, NARROWED],
        responses=PostPageSerializer,
        summary="The home feed: one's own posts and those of whom one follows, newest first",
    )
    def home(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        media = media_wanted(request)
        found = selectors.home_page(
            to=current_user_id(request), limit=limit, after=after, media=media
        )
        return list_response(request, "posts", post_template, found)

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=VersionPageSerializer,
        summary="What a post showed before each edit, newest first",
    )
    def versions(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        found = selectors.versions_page(pk, to=current_user_id(request), limit=limit, after=after)
        return list_response(request, "versions", version_template, found)
