"""Representation of comments in responses and events: JSON template and schema."""

from typing import Any

from rest_framework import serializers

from comments.store import comments
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

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    text = serializers.CharField()
    edited_at = serializers.DateTimeField(allow_null=True)
    post_id = serializers.CharField()
    author = AuthorSerializer()
