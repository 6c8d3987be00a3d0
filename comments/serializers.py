"""JSON in and out of comments."""

from typing import Any

from rest_framework import serializers

from comments.models import MAX_TEXT_LENGTH
from comments.representations import CommentSerializer
from mysocial.api import StrictSerializer


class CommentInput(StrictSerializer):
    """A new comment, or changes to one."""

    text = serializers.CharField(max_length=MAX_TEXT_LENGTH)


class CommentAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a write of a comment."""

    message = serializers.CharField()
    comment = CommentSerializer()


class CommentPageSerializer(serializers.Serializer[Any]):
    """A page of comments."""

    comments = CommentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class CommentersSerializer(serializers.Serializer[Any]):
    """How many comments a post has, and who wrote the newest."""

    count = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())
