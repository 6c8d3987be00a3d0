"""Schemas of the requests and responses about posts."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from mysocial.api import (
    GifField,
    MediaField,
    MessageSerializer,
    NextField,
    StrictSerializer,
    TextField,
)
from mysocial.core.text import normalize_text
from posts.models import MAX_TEXT_LENGTH, CommentPolicy, Feeling, Privacy
from posts.representations import PostSerializer, PostVersionSerializer

MEDIA_FIELDS = ("image", "video", "gif_url")
COLOR = r"^#[0-9a-fA-F]{6}\Z"


class PostInput(StrictSerializer):
    """A new post, or changes to one."""

    text = TextField(
        max_characters=MAX_TEXT_LENGTH,
        required=False,
        allow_blank=True,
        help_text="The text; required in a new post without media.",
    )
    privacy = serializers.ChoiceField(
        Privacy.choices, required=False, help_text="Who may see the post; `public` by default."
    )
    who_may_comment = serializers.ChoiceField(
        CommentPolicy.choices,
        required=False,
        help_text="Who may comment on the post, of those who see it, besides you: `everyone` by "
        "default.",
    )
    bg_color = serializers.RegexField(
        COLOR, required=False, allow_blank=True, help_text="The background color, as `#rrggbb`."
    )
    feelings = serializers.ChoiceField(
        Feeling.choices,
        required=False,
        allow_blank=True,
        help_text="Your feeling, shown with the post.",
    )
    image = MediaField(
        required=False,
        allow_null=True,
        help_text="An image: a file of a form, or a data URL. Null removes it.",
    )
    video = MediaField(
        required=False,
        allow_null=True,
        help_text="A video: a file of a form, or a data URL. Null removes it.",
    )
    gif_url = GifField(
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="The URL of a GIF at an allowed host. Null removes it.",
    )

    def extra_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Require a text in a new post without media."""
        text = data.get("text")
        if self.partial or any(data.get(name) for name in MEDIA_FIELDS):
            return {}
        if isinstance(text, str) and not normalize_text(text):
            return self.field_error("text", "blank")
        return self.field_error("text", "required") if "text" not in data else {}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept at most one of image, video and GIF."""
        given = [name for name in MEDIA_FIELDS if attrs.get(name)]
        if len(given) > 1:
            message = "Give one of image, video and gif_url."
            raise serializers.ValidationError(dict.fromkeys(given, message))
        return attrs


class PostResponseSerializer(MessageSerializer):
    """The response to a change of a post."""

    post = PostSerializer()


class PostPageSerializer(serializers.Serializer[Any]):
    """A page of posts."""

    posts = PostSerializer(many=True, help_text="The posts of this page.")
    next = NextField()


class FeedPageSerializer(PostPageSerializer):
    """A page of the global feed."""

    total_posts = serializers.IntegerField(
        help_text="The number of public posts by accounts that are not private. It may differ from "
        "the number of posts that you see."
    )
    anchor = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="With `page` only: the `anchor` for further pages; null in an empty feed.",
    )


class VersionPageSerializer(serializers.Serializer[Any]):
    """A page of a post's earlier versions."""

    versions = PostVersionSerializer(many=True, help_text="The versions of this page.")
    next = NextField()
