"""Schemas of the requests and responses about posts."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from mysocial.api import GifField, MediaField, StrictSerializer
from posts.models import Feeling, Privacy
from posts.representations import PostSerializer, PostVersionSerializer

MEDIA_FIELDS = ("image", "video", "gif_url")
COLOR = r"^#[0-9a-fA-F]{6}\Z"


class PostInput(StrictSerializer):
    """A new post, or changes to one."""

    text = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    privacy = serializers.ChoiceField(Privacy.choices, required=False)
    bg_color = serializers.RegexField(COLOR, required=False, allow_blank=True)
    feelings = serializers.ChoiceField(Feeling.choices, required=False, allow_blank=True)
    image = MediaField(required=False, allow_null=True)
    video = MediaField(required=False, allow_null=True)
    gif_url = GifField(required=False, allow_null=True, allow_blank=True)

    def extra_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Require a text in a new post without media."""
        text = data.get("text")
        if self.partial or any(data.get(name) for name in MEDIA_FIELDS):
            return {}
        if isinstance(text, str) and not text.strip():
            return self.field_error("text", "blank")
        return self.field_error("text", "required") if "text" not in data else {}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept at most one of image, video and GIF."""
        given = [name for name in MEDIA_FIELDS if attrs.get(name)]
        if len(given) > 1:
            message = "Give one of image, video and gif_url."
            raise serializers.ValidationError(dict.fromkeys(given, message))
        return attrs


class PostResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of a post."""

    message = serializers.CharField()
    post = PostSerializer()


class PostPageSerializer(serializers.Serializer[Any]):
    """A page of posts."""

    posts = PostSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class FeedPageSerializer(PostPageSerializer):
    """A page of the global feed."""

    total_posts = serializers.IntegerField()


class VersionPageSerializer(serializers.Serializer[Any]):
    """A page of a post's earlier versions."""

    versions = PostVersionSerializer(many=True)
    next = serializers.CharField(allow_null=True)
