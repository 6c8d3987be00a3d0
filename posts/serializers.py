"""Schemas of the requests and responses about posts."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from mysocial.api import (
    GifField,
    MediaField,
    MessageSerializer,
    NextField,
    StrictBooleanField,
    StrictSerializer,
    TextField,
    decode_json,
)
from mysocial.core.errors import Invalid
from mysocial.core.text import fold_name, normalize_text
from posts.models import (
    MAX_OPTION_LENGTH,
    MAX_POLL_OPTIONS,
    MAX_POLL_SECONDS,
    MAX_TEXT_LENGTH,
    MIN_POLL_OPTIONS,
    MIN_POLL_SECONDS,
    CommentPolicy,
    Feeling,
    Privacy,
)
from posts.poll_representations import PollViewerSerializer
from posts.representations import PostSerializer
from posts.version_representations import PostVersionSerializer

MEDIA_FIELDS = ("image", "video", "gif_url")
COLOR = r"^#[0-9a-fA-F]{6}\Z"


SAME_OPTIONS = "The options must differ in more than case, accents and spaces."
ONE_END = "Give one of ends_at and duration_seconds."


class PollInput(StrictSerializer):
    """The poll of a post. In a form, it is JSON text."""

    options = serializers.ListField(
        child=TextField(max_characters=MAX_OPTION_LENGTH),
        min_length=MIN_POLL_OPTIONS,
        max_length=MAX_POLL_OPTIONS,
        help_text="The texts of the options, all different. Each has at most "
        f"{MAX_OPTION_LENGTH} characters, as a person counts them.",
    )
    multiple = StrictBooleanField(
        required=False, help_text="Whether a vote may have several choices; false by default."
    )
    hide_results = StrictBooleanField(
        required=False,
        help_text="Whether only members who have voted see the results before the end; false by "
        "default.",
    )
    may_change_vote = StrictBooleanField(
        required=False,
        help_text="Whether members may change and withdraw their votes before the end; false by "
        "default.",
    )
    ends_at = serializers.DateTimeField(
        required=False,
        help_text="When the poll ends: in 5 minutes to 30 days. Give this or `duration_seconds`.",
    )
    duration_seconds = serializers.IntegerField(
        required=False,
        min_value=MIN_POLL_SECONDS,
        max_value=MAX_POLL_SECONDS,
        help_text="After how many seconds the poll ends.",
    )

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            try:
                data = decode_json(data.encode())
            except Invalid as error:
                raise serializers.ValidationError({"non_field_errors": [error.detail]}) from None
        return super().to_internal_value(data)

    def extra_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Require strings, and one of both forms of the end."""
        errors: dict[str, Any] = {}
        options = data.get("options")
        if isinstance(options, list) and not all(isinstance(text, str) for text in options):
            errors["options"] = ["Each option must be a string."]
        if ("ends_at" in data) == ("duration_seconds" in data):
            errors["ends_at"] = [ONE_END]
        return errors

    def validate_options(self, options: list[str]) -> list[str]:
        """Require options that people can tell apart."""
        if len({fold_name(text) for text in options}) < len(options):
            raise serializers.ValidationError(SAME_OPTIONS)
        return options


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

    poll = PollInput(
        required=False,
        allow_null=True,
        help_text="A poll. A poll that has no votes and has not ended can be replaced; null "
        "removes it.",
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


class PollVoteInput(StrictSerializer):
    """A vote in a poll."""

    choices = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_POLL_OPTIONS - 1),
        min_length=1,
        max_length=MAX_POLL_OPTIONS,
        help_text="The numbers of the options, from 0; one, unless the poll permits several.",
    )

    def extra_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Require integers, each once."""
        choices = data.get("choices")
        if not isinstance(choices, list):
            return {}
        if not all(type(number) is int for number in choices):
            return {"choices": ["Each choice must be an integer."]}
        if len(set(choices)) < len(choices):
            return {"choices": ["Each choice may be given only once."]}
        return {}


class PollVoteResponseSerializer(MessageSerializer):
    """The response to a change of your vote."""

    poll = PollViewerSerializer(help_text="What the poll is to you after the change.")
