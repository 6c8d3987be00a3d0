"""Representation of comments in responses and events: JSON template and schema."""

from typing import Any

from rest_framework import serializers

from comments.store import comments
from mysocial.api import facets_field
from mysocial.store import Field, JsonTemplate
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


class CommentSerializer(serializers.Serializer[Any]):
    """A comment."""

    id = serializers.CharField(help_text="The id of the comment.")
    created_at = serializers.DateTimeField(help_text="When the comment was created.")
    text = serializers.CharField(help_text="The text.")
    facets = facets_field()
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When the comment was last edited; null if it never was."
    )
    post_id = serializers.CharField(help_text="The id of the post.")
    author = AuthorSerializer(help_text="The author.")
