"""Schemas of the responses about bookmarks."""

from typing import Any

from rest_framework import serializers

from mysocial.api import NextField
from posts.representations import PostSerializer


class BookmarkPageSerializer(serializers.Serializer[Any]):
    """A page of your bookmarks."""

    posts = PostSerializer(many=True, help_text="The posts, newest bookmark first.")
    next = NextField()
