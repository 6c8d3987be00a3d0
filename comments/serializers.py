"""Schemas of the requests and responses about comments."""

from typing import Any

from rest_framework import serializers

from comments.models import MAX_TEXT_LENGTH
from comments.representations import CommentSerializer
from mysocial.api import MessageSerializer, NextField, StrictSerializer, TextField


class CommentInput(StrictSerializer):
    """A new comment, or changes to one."""

    text = TextField(max_characters=MAX_TEXT_LENGTH, help_text="The text.")


class CommentResponseSerializer(MessageSerializer):
    """The response to a change of a comment."""

    comment = CommentSerializer()


class CommentPageSerializer(serializers.Serializer[Any]):
    """A page of comments."""

    comments = CommentSerializer(many=True, help_text="The comments of this page.")
    next = NextField()


class CommentersSerializer(serializers.Serializer[Any]):
    """The number of comments on a post, and the usernames of the latest commenters."""

    count = serializers.IntegerField(help_text="The number of comments on the post.")
    names = serializers.ListField(
        child=serializers.CharField(),
        help_text="The usernames of the latest commenters, each once, latest first.",
    )
