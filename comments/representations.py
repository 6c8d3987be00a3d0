"""Representation of comments in responses and events: JSON template and schema."""

import functools
from typing import Any

from rest_framework import serializers

from comments.models import Comment
from comments.permissions import can_delete_comment, can_edit_comment
from comments.store import comments
from followers.selectors import ViewerRelation
from mysocial.api import facets_field
from mysocial.store import Field, JsonTemplate, Row, to_json
from users.representations import CARD_ONLY, AuthorSerializer, author_parts

comment_template = JsonTemplate(
    comments,
    Field("main"),
    b',"post_id":"',
    Field("post_id"),
    b'","author":',
    *author_parts("author_id"),
    refs={"author_id": CARD_ONLY},
)


@functools.cache  # of flags, because it is called for each row of a page
def _suffix(relation: ViewerRelation | None, can_edit: bool, can_delete: bool) -> bytes:
    """Return what follows the shared part of a comment's JSON object, without its last brace."""
    viewer = {
        "follows_author": relation is not None and relation.follows,
        "muted": relation is not None and relation.mutes,
        "can_edit": can_edit,
        "can_delete": can_delete,
    }
    return b',"viewer":%b' % to_json(viewer)


def render_for(row: Row, viewer_id: str, *, post_author_id: str) -> bytes:
    """Return the JSON object of a comment with what it is to the viewer.

    Args:
        row: A row with the relation to the author.
        viewer_id: The viewer.
        post_author_id: The author of the post, who can delete the comments on it.
    """
    relation = ViewerRelation.from_flags(row.related("author_id").checks)
    author_id = row.value("author_id")
    suffix = _suffix(
        relation,
        can_edit_comment(viewer_id, author_id=author_id),
        can_delete_comment(viewer_id, author_id=author_id, post_author_id=post_author_id),
    )
    return comment_template.render(row, suffix)


def own_comment_parts(comment: Comment) -> list[Any]:
    """Return the JSON parts of a comment in the response to a write of its author."""
    *shared, end = comment_template.placeholders(comment.id, author_id=comment.author_id)
    return [*shared, _suffix(None, can_edit=True, can_delete=True), end]


class CommentViewerSerializer(serializers.Serializer[Any]):
    """What a comment is to you."""

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
    author = AuthorSerializer(help_text="The author.")


class CommentSerializer(SharedCommentSerializer):
    """A comment, and what it is to you."""

    viewer = CommentViewerSerializer(help_text="What the comment is to you. Events do not have it.")
