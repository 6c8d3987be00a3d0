"""Representations of comments and of reactions to them: JSON templates and schemas."""

import functools
from typing import Any

from rest_framework import serializers

from comments.models import Comment, comment_reaction_id
from comments.permissions import can_delete_comment, can_edit_comment
from comments.store import comment_reactions, comments
from followers.selectors import ViewerRelation
from mysocial.api import facets_field
from mysocial.store import NULL, Field, JsonTemplate, Row, to_json
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer, reaction_totals
from users.representations import CARD_ONLY, AuthorSerializer, author_parts


def _build_template(*thread: bytes | Field) -> JsonTemplate:
    return JsonTemplate(
        comments,
        Field("main"),
        b',"post_id":"',
        Field("post_id"),
        b'","parent_id":',
        *thread,
        b',"replies_count":',
        Field("replies_count"),
        b',"reactions":{',
        *reaction_totals(),
        b'},"author":',
        *author_parts("author_id"),
        refs={
            "author_id": CARD_ONLY,
            "thread_id": (comments, ("replies_count",)),
            "thread_author_id": (CARD_ONLY[0], ("is_private",)),
        },
    )


# Of a reply. It loads as much as the template of a top-level comment.
comment_template = _build_template(
    b'"', Field("parent_id"), b'","thread_id":"', Field("thread_id"), b'"'
)
_top_level_template = _build_template(b'null,"thread_id":null')
comment_totals_template = JsonTemplate(comments, *reaction_totals())
comment_reaction_template = JsonTemplate(
    comment_reactions,
    b'"type":"',
    Field("type"),
    b'",',
    Field("created"),
    b',"author":',
    *author_parts("user_id"),
    refs={"user_id": CARD_ONLY},
)
_replies_count_template = JsonTemplate(comments, Field("replies_count"))


def replies_count_parts(comment_id: str) -> list[Any]:
    """Return the JSON parts of a top-level comment's number of replies."""
    return _replies_count_template.placeholders(comment_id)[1:-1]


def render(row: Row, suffix: bytes = b"") -> bytes:
    """Return the JSON object of a comment; see `JsonTemplate.render`."""
    template = comment_template if row.value("thread_id") else _top_level_template
    return template.render(row, suffix)


def comment_placeholders(comment: Comment) -> list[Any]:
    """Return the placeholders of a comment in a response or event."""
    template = comment_template if comment.is_reply else _top_level_template
    return template.placeholders(
        comment.id,
        author_id=comment.author_id,
        thread_id=comment.thread_id,
        thread_author_id=comment.thread_author_id,
    )


@functools.cache  # of flags, because it is called for each row of a page
def _viewer_json(
    relation: ViewerRelation | None, reaction: bytes, can_edit: bool, can_delete: bool
) -> bytes:
    """Return what follows the shared part of a comment's JSON object, without its last brace.

    `reaction` is JSON.
    """
    flags = {
        "follows_author": relation is not None and relation.follows,
        "muted": relation is not None and relation.mutes,
        "can_edit": can_edit,
        "can_delete": can_delete,
    }
    return b',"viewer":{"reaction":%b,%b' % (reaction, to_json(flags)[1:])


def render_for(row: Row, viewer_id: str, *, post_author_id: str) -> bytes:
    """Return the JSON object of a comment with what it is to the viewer.

    Args:
        row: A row with the relation to the author, and the viewer's reaction.
        viewer_id: The viewer.
        post_author_id: The author of the post, who can delete the comments on it.
    """
    relation = ViewerRelation.from_flags(row.related("author_id").checks)
    author_id = row.value("author_id")
    (reaction,) = row.viewer_values
    suffix = _viewer_json(
        relation,
        b'"%b"' % reaction if isinstance(reaction, bytes) else NULL,
        can_edit_comment(viewer_id, author_id=author_id),
        can_delete_comment(viewer_id, author_id=author_id, post_author_id=post_author_id),
    )
    return render(row, suffix)


def new_comment_parts(comment: Comment) -> list[Any]:
    """Return the JSON parts of a new comment in the response to its author."""
    *shared, end = comment_placeholders(comment)
    return [*shared, _viewer_json(None, NULL, can_edit=True, can_delete=True), end]


def own_comment_parts(comment: Comment) -> list[Any]:
    """Return the JSON parts of a comment in the response to a change by its author."""
    *shared, end = comment_placeholders(comment)
    viewer = _viewer_json(None, b"*", can_edit=True, can_delete=True)
    before, after = viewer.split(b"*")
    pk = comment_reaction_id(comment.id, comment.author_id)
    reaction = comment_reactions.optional_placeholder(pk, "type", b'"', b'"')
    return [*shared, before, reaction, after, end]


class CommentViewerSerializer(serializers.Serializer[Any]):
    """What a comment is to you."""

    reaction = serializers.ChoiceField(
        ReactionType.choices, allow_null=True, help_text="Your reaction; null if there is none."
    )
    follows_author = serializers.BooleanField(help_text="Whether you follow the author.")
    muted = serializers.BooleanField(help_text="Whether you mute the author.")
    can_edit = serializers.BooleanField(help_text="Whether you can change the comment.")
    can_delete = serializers.BooleanField(help_text="Whether you can delete the comment.")


class SharedCommentSerializer(serializers.Serializer[Any]):
    """A comment as all its viewers see it."""

    id = serializers.CharField(help_text="The id of the comment.")
    created_at = serializers.DateTimeField(help_text="When the comment was created.")
    text = serializers.CharField(help_text="The text.")
    facets = facets_field()
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When the comment was last edited; null if it never was."
    )
    post_id = serializers.CharField(help_text="The id of the post.")
    parent_id = serializers.CharField(
        allow_null=True,
        help_text="The comment that this one answers, which may be deleted; null if it answers "
        "the post.",
    )
    thread_id = serializers.CharField(
        allow_null=True,
        help_text="The top-level comment of the thread; null for a top-level comment.",
    )
    replies_count = serializers.IntegerField(
        help_text="The number of replies in the thread, at any depth; 0 for a reply."
    )
    reactions = TotalsSerializer(source="*", help_text="The number of reactions by type.")
    author = AuthorSerializer(help_text="The author.")


class CommentSerializer(SharedCommentSerializer):
    """A comment, and what it is to you."""

    viewer = CommentViewerSerializer(help_text="What the comment is to you. Events do not have it.")


class CommentReactionSerializer(serializers.Serializer[Any]):
    """A reaction to a comment, with its author."""

    type = serializers.ChoiceField(ReactionType.choices, help_text="The type of the reaction.")
    created_at = serializers.DateTimeField(help_text="When the reaction was set.")
    author = AuthorSerializer(help_text="The member who reacted.")
