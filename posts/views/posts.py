"""HTTP API of posts."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    MessageSerializer,
    StrictSerializer,
    current_user_id,
    cursor_param,
    fast_read,
    filter_param,
    int_param,
    json_response,
    list_response,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import Entry, Row
from posts import selectors, services
from posts.models import Post
from posts.representations import (
    PostSerializer,
    own_post_parts,
    render_for,
    render_posts,
)
from posts.serializers import (
    FeedPageSerializer,
    PostInput,
    PostPageSerializer,
    PostResponseSerializer,
    VersionPageSerializer,
)
from posts.store import MEDIA_FILTERS
from posts.version_representations import version_template
from users.selectors import public_posts_query

NUMBERED_PAGE_SIZE = 10
MAX_PAGE_NUMBER = 100
PAGE_NUMBER_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_NUMBER}
NEW_POSTS = RateLimit("post", 30, MINUTE)
POST_CHANGES = RateLimit("post-change", 60, MINUTE)
MEDIA_PARAMETER = OpenApiParameter(
    "media", enum=MEDIA_FILTERS, description="List only posts with images or GIFs, or with videos."
)
EXAMPLE = OpenApiExample(
    "A post", {"text": "Hello, world.", "privacy": "public"}, request_only=True
)
CHANGE_EXAMPLE = OpenApiExample("Another audience", {"privacy": "followers"}, request_only=True)


def new_post_representation(post: Post) -> list[Any]:
    """Return the JSON parts of a new post in the response to its author."""
    return own_post_parts(post, is_new=True, poll=selectors.own_poll_parts(post))


def post_representation(post: Post) -> list[Any]:
    """Return the JSON parts of a changed post in the response to its author."""
    return own_post_parts(post, is_new=False, poll=selectors.own_poll_parts(post))


def posts_response(
    request: Request, page: tuple[list[Row], Entry | None], **extra: Any
) -> HttpResponse:
    """Return a page of posts."""
    rows, after = page
    items = render_posts(rows, current_user_id(request))
    return page_response(request, "posts", items, after, **extra)


class PostViewSet(ApiViewSet):
    """Posts, the global feed and the home feed."""

    @extend_schema(
        operation_id="listPosts",
        parameters=[
            *PAGINATION_PARAMETERS,
            MEDIA_PARAMETER,
            OpenApiParameter(
                "page",
                PAGE_NUMBER_SCHEMA,
                description="The number of a page of 10 posts. `limit` and `cursor` are ignored. "
                "Without `anchor`, the pages move when somebody posts: prefer `cursor`.",
            ),
            OpenApiParameter(
                "anchor",
                str,
                description="With `page`: the `anchor` of an earlier page. Pages are counted from "
                "the same first post then, so new posts do not move them.",
            ),
        ],
        responses=FeedPageSerializer,
        summary="List the posts of the global feed",
        description="Newest first.",
    )
    @fast_read
    def list(self, request: Request) -> HttpResponse:
        viewer_id, media = current_user_id(request), filter_param(request, "media", MEDIA_FILTERS)
        total = public_posts_query()
        # All are validated even if they are unused.
        limit, after = pagination_params(request)
        anchor = cursor_param(request, "anchor")
        if "page" not in request.query_params:
            page = selectors.feed_page(
                viewer_id=viewer_id, limit=limit, after=after, media=media, with_queries=[total]
            )
            return posts_response(request, page, total_posts=total.result())
        rows, following, start = selectors.numbered_feed_page(
            viewer_id=viewer_id,
            number=int_param(request, "page", default=1, max_value=MAX_PAGE_NUMBER),
            size=NUMBERED_PAGE_SIZE,
            anchor=anchor,
            media=media,
        )
        more = {"total_posts": total.result(), "anchor": start}
        return posts_response(request, (rows, following), **more)

    @extend_schema(
        operation_id="createPost",
        request=PostInput,
        responses={201: PostResponseSerializer},
        examples=[EXAMPLE],
        summary="Create a post",
    )
    @write_action("Post created", status=201, limit=NEW_POSTS, post=new_post_representation)
    def create(self, request: Request) -> Post:
        body = validated_body(PostInput, request)
        return services.create_post(author_id=current_user_id(request), **body)

    @extend_schema(operation_id="getPost", responses=PostSerializer, summary="Get a post")
    @fast_read
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        viewer_id = current_user_id(request)
        return json_response(render_for(selectors.get_row(pk, viewer_id=viewer_id), viewer_id))

    @extend_schema(
        operation_id="updatePost",
        request=PostInput,
        responses=PostResponseSerializer,
        examples=[CHANGE_EXAMPLE],
        summary="Update one of your posts",
    )
    @write_action("Post updated", limit=POST_CHANGES, post=post_representation)
    def partial_update(self, request: Request, pk: str) -> Post:
        body = validated_body(PostInput, request, partial=True)
        return services.update_post(user_id=current_user_id(request), post_id=pk, **body)

    @extend_schema(
        operation_id="deletePost",
        request=None,
        responses={200: MessageSerializer},
        summary="Delete one of your posts",
    )
    @write_action("Post deleted", limit=POST_CHANGES)
    def destroy(self, request: Request, pk: str) -> Post:
        validated_body(StrictSerializer, request)
        return services.delete_post(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="listMemberPosts",
        parameters=[*PAGINATION_PARAMETERS, MEDIA_PARAMETER],
        responses=PostPageSerializer,
        summary="List a user's posts",
        description="Newest first.",
    )
    @fast_read
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.author_page(
            pk,
            viewer_id=current_user_id(request),
            limit=limit,
            after=after,
            media=filter_param(request, "media", MEDIA_FILTERS),
        )
        return posts_response(request, page)

    @extend_schema(
        operation_id="listHomePosts",
        parameters=[*PAGINATION_PARAMETERS, MEDIA_PARAMETER],
        responses=PostPageSerializer,
        summary="List the posts of your home feed",
        description="Your own posts and those of the users that you follow, newest first.",
    )
    @fast_read
    def home(self, request: Request) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.home_page(
            viewer_id=current_user_id(request),
            limit=limit,
            after=after,
            media=filter_param(request, "media", MEDIA_FILTERS),
        )
        return posts_response(request, page)

    @extend_schema(
        operation_id="listPostVersions",
        parameters=PAGINATION_PARAMETERS,
        responses=VersionPageSerializer,
        summary="List the earlier versions of a post",
        description="The content before each edit, newest first.",
    )
    def versions(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.versions_page(
            pk, viewer_id=current_user_id(request), limit=limit, after=after
        )
        return list_response(request, "versions", version_template, page)
