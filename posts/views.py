"""HTTP endpoints of posts."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

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
    number,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE
from posts import selectors, services
from posts.models import Post
from posts.representations import PostSerializer, post_wire, version_wire
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
NEW_POSTS = Limit("post", 30, MINUTE)
CHANGES = Limit("post-change", 60, MINUTE)
NARROWED = OpenApiParameter(
    "media", enum=MEDIA, description="Only posts with images (GIFs too), or with videos."
)
EXAMPLE = OpenApiExample(
    "A post", {"text": "Hello, world.", "privacy": "public"}, request_only=True
)


def post_template(post: Post) -> list[Any]:
    """Return the pieces of a post in an answer."""
    return post_wire.template(post.id, author_id=post.author_id, media_id=post.media_id)


def media_wanted(request: Request) -> str:
    """Return the `media` that a list is narrowed to; empty for all posts."""
    media = request.query_params.get("media")
    if media is not None and media not in MEDIA:
        raise Invalid(errors={"media": f"This must be one of: {', '.join(MEDIA)}."})
    return media or ""


class PostViewSet(Endpoints):
    """Posts and the global feed."""

    @extend_schema(
        parameters=[*CURSORS, NARROWED, OpenApiParameter("page", NUMBER, description="10 a page.")],
        responses=FeedPageSerializer,
        summary="The global feed, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        media, total = media_wanted(request), selectors.asked_total()
        limit, after = page_bounds(request)  # beside a page they say nothing, but are looked at
        if "page" in request.query_params:
            page = number(request, "page", default=1, most=MOST_PAGES)
            found = selectors.feed_page(
                to=caller(request), number=page, size=SEED_PAGE_SIZE, media=media
            )
        else:
            found = selectors.feed(
                to=caller(request), limit=limit, after=after, media=media, beside=[total]
            )
        return list_answer(request, "posts", post_wire, found, total_posts=total.get())

    @extend_schema(
        request=PostInput,
        responses={201: PostAnswerSerializer},
        examples=[EXAMPLE],
        summary="Write a post",
    )
    def create(self, request: Request) -> HttpResponse:
        fields = parse(PostInput, request)
        return carry_out(
            request,
            201,
            wrote("Post created", post=post_template),
            lambda: services.create_post(author_id=caller(request), **fields),
            limit=NEW_POSTS,
        )

    @extend_schema(responses=PostSerializer, summary="One post")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return json_answer(post_wire.render(selectors.get_row(pk, to=caller(request))))

    @extend_schema(request=PostInput, responses=PostAnswerSerializer, summary="Edit one's own post")
    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        changes = parse(PostInput, request, partial=True)
        return carry_out(
            request,
            200,
            wrote("Post updated", post=post_template),
            lambda: services.update_post(user_id=caller(request), post_id=pk, **changes),
            limit=CHANGES,
        )

    @extend_schema(
        request=None, responses={200: MessageSerializer}, summary="Delete one's own post"
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("Post deleted"),
            lambda: services.delete_post(user_id=caller(request), post_id=pk),
            limit=CHANGES,
        )

    @extend_schema(
        parameters=[*CURSORS, NARROWED],
        responses=PostPageSerializer,
        summary="A member's posts, newest first",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = page_bounds(request)
        media = media_wanted(request)
        found = selectors.posts_of(pk, to=caller(request), limit=limit, after=after, media=media)
        return list_answer(request, "posts", post_wire, found)

    @extend_schema(
        parameters=[*CURSORS, NARROWED],
        responses=PostPageSerializer,
        summary="The home feed: one's own posts and those of whom one follows, newest first",
    )
    def home(self, request: Request) -> HttpResponse:
        limit, after = page_bounds(request)
        media = media_wanted(request)
        found = selectors.home(to=caller(request), limit=limit, after=after, media=media)
        return list_answer(request, "posts", post_wire, found)

    @extend_schema(
        parameters=CURSORS,
        responses=VersionPageSerializer,
        summary="What a post showed before each edit, newest first",
    )
    def versions(self, request: Request, pk: str) -> HttpResponse:
        limit, after = page_bounds(request)
        found = selectors.versions_of(pk, to=caller(request), limit=limit, after=after)
        return list_answer(request, "versions", version_wire, found)
