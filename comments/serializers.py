"""Schemas of the requests and responses about comments."""

from typing import Any

from rest_framework import serializers

from comments.models import MAX_TEXT_LENGTH
from comments.representations import CommentSerializer
from mysocial.api import StrictSerializer


class CommentInput(StrictSerializer):
    """A new comment, or changes to one."""

    text = serializers.CharField(max_length=MAX_TEXT_LENGTH)


class CommentResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of a comment."""

    message = serializers.CharField()
    comment = CommentSerializer()


class CommentPageSerializer(serializers.Serializer[Any]):
    """A page of comments."""

    comments = CommentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class CommentersSerializer(serializers.Serializer[Any]):
    """The number of comments on a post, and the usernames of the latest commenters."""

    count = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())
