"""What posts look like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from images.representations import MEDIA, MediaSerializer, media_object
from mysocial.store import Field, JsonTemplate
from posts.models import Privacy
from posts.reaction_types import ReactionType
from posts.store import post_versions, posts
from users.representations import CARD_WITH_PRIVACY, AuthorSerializer, author_parts


def _reactions() -> list[bytes | Field]:
    """Return the pieces of a post's totals, between its braces."""
    pieces: list[bytes | Field] = []
    for kind in ReactionType.values:
        pieces += [b'%s"%s":' % (b"," if pieces else b"", kind.encode())]
        pieces += [Field(f"reactions_{kind}")]
    return pieces


totals_template = JsonTemplate(posts, *_reactions())
_comments_template = JsonTemplate(posts, Field("comments_count"))
post_template = JsonTemplate(
    posts,
    Field("main"),
    b',"privacy":"',
    Field("privacy"),
    b'","comments_count":',
    Field("comments_count"),
    b',"reactions":{',
    *_reactions(),
    b'},"media":',
    media_object("media_id"),
    b',"author":',
    *author_parts("author_id"),
    refs={"author_id": CARD_WITH_PRIVACY, "media_id": MEDIA},
)
# What a predicate asks of a post of which nothing is shown.
visibility_template = JsonTemplate(
    posts, refs={"author_id": (CARD_WITH_PRIVACY[0], ("is_private",))}
)
version_template = JsonTemplate(
    post_versions, Field("was"), b',"media":', media_object("media_id"), refs={"media_id": MEDIA}
)


def comments_count_template(post_id: str) -> list[Any]:
    """Return the pieces of the number of a post's comments."""
    return _comments_template.placeholders(post_id)[1:-1]


class TotalsSerializer(serializers.Serializer[Any]):
    """How many reacted to a post in each way, as the server counts."""

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
    """What a post showed before an edit."""

    id = serializers.CharField()
    written_at = serializers.DateTimeField()
    text = serializers.CharField()
    bg_color = serializers.CharField()
    feelings = serializers.CharField()
    gif_url = serializers.CharField()
    media = MediaSerializer(allow_null=True)
