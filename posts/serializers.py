"""JSON in and out of posts."""

from typing import Any

from rest_framework import serializers

from mysocial.api import Input
from posts.models import Feeling, Privacy
from posts.wires import PostSerializer

COLOR = r"^#[0-9a-fA-F]{6}\Z"


class PostInput(Input):
    """A new post, or changes to one."""

    text = serializers.CharField(max_length=5000)
    privacy = serializers.ChoiceField(Privacy.choices, required=False)
    bg_color = serializers.RegexField(COLOR, required=False, allow_blank=True)
    feelings = serializers.ChoiceField(Feeling.choices, required=False, allow_blank=True)


class PostAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a write of a post."""

    message = serializers.CharField()
    post = PostSerializer()


class PostPageSerializer(serializers.Serializer[Any]):
    """A page of posts."""

    posts = PostSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class FeedPageSerializer(PostPageSerializer):
    """A page of the global feed."""

    total_posts = serializers.IntegerField()
