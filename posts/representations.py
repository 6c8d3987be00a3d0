"""Representations of posts in responses and events: JSON templates and their schemas."""

import functools
from collections.abc import Sequence
from typing import Any

import orjson
from rest_framework import serializers

from followers.selectors import ViewerRelation
from images.representations import MEDIA, MediaSerializer, media_object
from mysocial.api import facets_field
from mysocial.store import NULL, Field, JsonTemplate, Row, to_json
from posts.models import CommentPolicy, Post, Privacy, bookmark_id
from posts.permissions import can_comment, mentions
from posts.policies import viewer_reaction_policy
from posts.poll_representations import (
    NO_POLL,
    POLL,
    POLL_OBJECT,
    PollSerializer,
    PollViewerSerializer,
    poll_suffix,
)
from posts.reaction_types import ReactionType
from posts.store import bookmarks, posts
from users.representations import CARD_WITH_PRIVACY, AuthorSerializer, author_parts


def reaction_totals() -> list[bytes | Field]:
    """Return the JSON parts of a record's totals by reaction type, without the braces."""
    parts: list[bytes | Field] = []
    for kind in ReactionType.values:
        parts += [b'%s"%s":' % (b"," if parts else b"", kind.encode())]
        parts += [Field(f"reactions_{kind}")]
    return parts


totals_template = JsonTemplate(posts, *reaction_totals())
_comments_template = JsonTemplate(posts, Field("comments_count"))
post_template = JsonTemplate(
    posts,
    Field("main"),
    b',"privacy":"',
    Field("privacy"),
    b'","who_may_comment":"',
    Field("who_may_comment"),
    b'","comments_count":',
    Field("comments_count"),
    b',"reactions":{',
    *reaction_totals(),
    b'},"media":',
    media_object("media_id"),
    b',"poll":',
    POLL_OBJECT,
    b',"author":',
    *author_parts("author_id"),
    refs={"author_id": CARD_WITH_PRIVACY, "media_id": MEDIA, "poll_id": POLL},
)


def _viewer_json(  # noqa: PLR0913 - the fields of the object
    reaction: bytes,
    bookmarked: bytes,
    *,
    can_edit: bool,
    can_comment: bool,
    follows: bool,
    muted: bool,
) -> bytes:
    """Return the JSON object of what a post is to its viewer, without the poll and the last brace.

    `reaction` and `bookmarked` are JSON.
    """
    flags = {
        "follows_author": follows,
        "muted": muted,
        "can_edit": can_edit,
        "can_comment": can_comment,
    }
    return b'{"reaction":%b,"bookmarked":%b,%b' % (reaction, bookmarked, to_json(flags)[1:-1])


_MENTIONED = CommentPolicy.MENTIONED.value.encode()


@functools.cache  # of few types and flags, because it is called for each row of a page
def _suffix(
    viewer_values: tuple[bytes | bool, ...],
    is_own: bool,
    who_may_comment: bytes,
    is_mentioned: bool,
    *flags: int,
) -> bytes:
    """Return what follows the shared part of a post's JSON object, up to the viewer's poll.

    Args:
        viewer_values: The values of the fields of `selectors.viewer_fields`.
        is_own: Whether the viewer is the author.
        who_may_comment: The author's choice.
        is_mentioned: Whether the post mentions the viewer, if `who_may_comment` depends on it.
        flags: The results of `relation_checks` on the author.
    """
    relation = ViewerRelation.from_flags(flags)
    reaction, bookmarked, _choices = viewer_values
    viewer = _viewer_json(
        b'"%b"' % reaction if isinstance(reaction, bytes) else NULL,
        to_json(bookmarked),
        can_edit=is_own,
        can_comment=can_comment(
            who_may_comment=who_may_comment.decode(),
            is_author=is_own,
            follows=relation.follows,
            is_mentioned=is_mentioned,
        ),
        follows=relation.follows,
        muted=relation.mutes,
    )
    return b',"viewer":%b' % viewer


def render_for(row: Row, viewer_id: str) -> bytes:
    """Return the JSON object of a post with what it is to the viewer; see `render_posts`."""
    (post,) = render_posts([row], viewer_id)
    return post


def render_posts(rows: Sequence[Row], viewer_id: str) -> list[bytes]:
    """Return the JSON objects of posts with what they are to the viewer.

    Args:
        rows: Rows with the relation to the author, the check whether the poll is open, and the
            viewer values of `selectors.viewer_fields`.
        viewer_id: The viewer.
    """
    render, positions = post_template.render, post_template.field_positions
    position, policy_position = positions["author_id"], positions["who_may_comment"]
    poll_position = positions["poll_id"]
    viewer = viewer_id.encode()
    return [
        render(
            row,
            _suffix(
                row.viewer_values,
                row.cells[position] == viewer,
                policy := row.cells[policy_position],
                policy == _MENTIONED and is_mentioned(row, viewer_id),
                *row.related("author_id").checks,
            )
            + (poll_suffix(row) if row.cells[poll_position] else NO_POLL),
        )
        for row in rows
    ]


def is_mentioned(row: Row, viewer_id: str) -> bool:
    """Return whether a post mentions a member. The row must have the texts of the post."""
    main = orjson.loads(b"{%b}" % row.values["main"])
    return mentions(main.get("facets", ()), viewer_id)


def own_post_parts(post: Post, *, is_new: bool, poll: Sequence[Any] = ()) -> list[Any]:
    """Return the JSON parts of a post in the response to a write of its author.

    Args:
        post: The post.
        is_new: Whether the write creates it.
        poll: The JSON parts of what its poll is to the author.
    """
    *shared, end = post_template.placeholders(
        post.id, author_id=post.author_id, media_id=post.media_id, poll_id=post.poll_id
    )
    reaction: bytes | Sequence[Any] = NULL
    bookmarked: bytes | Sequence[Any] = b"false"
    if not is_new:
        reaction = viewer_reaction_policy().placeholder(post.id, post.author_id)
        bookmarked = bookmarks.existence_placeholder(bookmark_id(post.author_id, post.id))
    viewer = _viewer_json(b"*", b"*", can_edit=True, can_comment=True, follows=False, muted=False)
    before, between, after = viewer.split(b"*")
    own_poll = [b',"poll":', *poll, b"}"] if poll else [NO_POLL]
    return [*shared, b',"viewer":' + before, reaction, between, bookmarked, after, *own_poll, end]


# Only the fields that decide whether a post is visible.
visibility_template = JsonTemplate(
    posts, refs={"author_id": (CARD_WITH_PRIVACY[0], ("is_private",))}
)
bookmark_template = JsonTemplate(bookmarks)


def comments_count_parts(post_id: str) -> list[Any]:
    """Return the JSON parts of a post's number of comments."""
    return _comments_template.placeholders(post_id)[1:-1]


def privacy_parts(post_id: str, author_id: str) -> list[Any]:
    """Return the JSON parts of what decides the audience of a post; empty if it is deleted."""
    author_store, _ = CARD_WITH_PRIVACY
    return [
        b'"privacy_then":"',
        [posts.key(post_id), "privacy", b""],
        b'","is_private_then":"',
        [author_store.key(author_id), "is_private", b"false"],
        b'"',
    ]


class TotalsSerializer(serializers.Serializer[Any]):
    """The number of reactions to a post or comment by type."""

    like = serializers.IntegerField(
        source="reactions_like", help_text="The number of `like` reactions."
    )
    love = serializers.IntegerField(
        source="reactions_love", help_text="The number of `love` reactions."
    )
    happy = serializers.IntegerField(
        source="reactions_happy", help_text="The number of `happy` reactions."
    )
    wow = serializers.IntegerField(
        source="reactions_wow", help_text="The number of `wow` reactions."
    )
    sad = serializers.IntegerField(
        source="reactions_sad", help_text="The number of `sad` reactions."
    )
    angry = serializers.IntegerField(
        source="reactions_angry", help_text="The number of `angry` reactions."
    )


class PostViewerSerializer(serializers.Serializer[Any]):
    """What a post is to you."""

    reaction = serializers.ChoiceField(
        ReactionType.choices, allow_null=True, help_text="Your reaction; null if there is none."
    )
    bookmarked = serializers.BooleanField(help_text="Whether you have bookmarked the post.")
    follows_author = serializers.BooleanField(help_text="Whether you follow the author.")
    muted = serializers.BooleanField(help_text="Whether you mute the author.")
    can_edit = serializers.BooleanField(help_text="Whether you can change and delete the post.")
    can_comment = serializers.BooleanField(help_text="Whether you can comment on the post.")
    poll = PollViewerSerializer(
        allow_null=True, help_text="What the poll of the post is to you; null if there is none."
    )


class SharedPostSerializer(serializers.Serializer[Any]):
    """A post as all its viewers see it."""

    id = serializers.CharField(help_text="The id of the post.")
    created_at = serializers.DateTimeField(help_text="When the post was created.")
    text = serializers.CharField(help_text="The text; empty if the post has only media.")
    facets = facets_field()
    bg_color = serializers.CharField(
        help_text="The background color, as `#rrggbb`; empty if there is none."
    )
    feelings = serializers.CharField(help_text="The feeling of the author; empty if there is none.")
    gif_url = serializers.CharField(help_text="The URL of a GIF; empty if there is none.")
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When the post was last edited; null if it never was."
    )
    pinned_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the author pinned the post to their profile; null if it is not pinned.",
    )
    privacy = serializers.ChoiceField(Privacy.choices, help_text="Who may see the post.")
    who_may_comment = serializers.ChoiceField(
        CommentPolicy.choices, help_text="Who may comment on the post, besides the author."
    )
    comments_count = serializers.IntegerField(help_text="The number of comments.")
    reactions = TotalsSerializer(source="*", help_text="The number of reactions by type.")
    media = MediaSerializer(allow_null=True, help_text="The image or video; null if there is none.")
    poll = PollSerializer(allow_null=True, help_text="The poll; null if there is none.")
    author = AuthorSerializer(help_text="The author.")


class PostSerializer(SharedPostSerializer):
    """A post, and what it is to you."""

    viewer = PostViewerSerializer(help_text="What the post is to you. Events do not have it.")
