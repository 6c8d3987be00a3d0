"""Representations of posts in responses and events: JSON templates and their schemas."""

from typing import Any

from rest_framework import serializers

from images.representations import MEDIA, MediaSerializer, media_object
from mysocial.store import Field, JsonTemplate
from posts.models import Privacy
from posts.reaction_types import ReactionType
from posts.store import post_versions, posts
from users.representations import CARD_WITH_PRIVACY, AuthorSerializer, author_parts


def _reaction_totals() -> list[bytes | Field]:
    """Return the JSON parts of a post's reaction totals, without the braces."""
    parts: list[bytes | Field] = []
    for kind in ReactionType.values:
        parts += [b'%s"%s":' % (b"," if parts else b"", kind.encode())]
        parts += [Field(f"reactions_{kind}")]
    return parts


totals_template = JsonTemplate(posts, *_reaction_totals())
_comments_template = JsonTemplate(posts, Field("comments_count"))
post_template = JsonTemplate(
    posts,
    Field("main"),
    b',"privacy":"',
    Field("privacy"),
    b'","comments_count":',
    Field("comments_count"),
    b',"reactions":{',
    *_reaction_totals(),
    b'},"media":',
    media_object("media_id"),
    b',"author":',
    *author_parts("author_id"),
    refs={"author_id": CARD_WITH_PRIVACY, "media_id": MEDIA},
)
# Only the fields that decide whether a post is visible.
visibility_template = JsonTemplate(
    posts, refs={"author_id": (CARD_WITH_PRIVACY[0], ("is_private",))}
)
version_template = JsonTemplate(
    post_versions,
    Field("content"),
    b',"media":',
    media_object("media_id"),
    refs={"media_id": MEDIA},
)


def comments_count_parts(post_id: str) -> list[Any]:
    """Return the JSON parts of a post's number of comments."""
    return _comments_template.placeholders(post_id)[1:-1]


class TotalsSerializer(serializers.Serializer[Any]):
    """The number of reactions to a post by type."""

    like = serializers.IntegerField(source="reactions_like")
    love = serializers.IntegerField(source="reactions_love")
    happy = serializers.IntegerField(source="reactions_happy")
    wow = serializers.IntegerField(source="reactions_wow")
    sad = serializers.IntegerField(source="reactions_sad")
    angry = serializers.IntegerField(source="reactions_angry")


class PostSerializer(serializers.Serializer[Any]):
    """A post."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    text = serializers.CharField()
    bg_color = serializers.CharField()
    feelings = serializers.CharField()
    gif_url = serializers.CharField()
    edited_at = serializers.DateTimeField(allow_null=True)
    privacy = serializers.ChoiceField(Privacy.choices)
    comments_count = serializers.IntegerField()
    reactions = TotalsSerializer(source="*")
    media = MediaSerializer(allow_null=True)
    author = AuthorSerializer()


class PostVersionSerializer(serializers.Serializer[Any]):
    """The content of a post before an edit."""

    id = serializers.CharField()
    written_at = serializers.DateTimeField()
    text = serializers.CharField()
    bg_color = serializers.CharField()
    feelings = serializers.CharField()
    gif_url = serializers.CharField()
    media = MediaSerializer(allow_null=True)
