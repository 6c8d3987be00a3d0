"""Representations of posts in responses and events: JSON templates and their schemas."""

from typing import Any

from rest_framework import serializers

from images.representations import MEDIA, MediaSerializer, media_object
from mysocial.api import facets_field
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

    like = serializers.IntegerField(
        source="reactions_like", help_text="The number of `like` reactions."
    )
    love = serializers.IntegerField(
        source="reactions_love", help_text="The number of `love` reactions."
    )
    happy = serializers.IntegerField(
        source="reactions_happy", help_text="The number of `happy` reactions."
    )
    wow = serializers.IntegerField(
        source="reactions_wow", help_text="The number of `wow` reactions."
    )
    sad = serializers.IntegerField(
        source="reactions_sad", help_text="The number of `sad` reactions."
    )
    angry = serializers.IntegerField(
        source="reactions_angry", help_text="The number of `angry` reactions."
    )


class PostSerializer(serializers.Serializer[Any]):
    """A post."""

    id = serializers.CharField(help_text="The id of the post.")
    created_at = serializers.DateTimeField(help_text="When the post was created.")
    text = serializers.CharField(help_text="The text; empty if the post has only media.")
    facets = facets_field()
    bg_color = serializers.CharField(
        help_text="The background color, as `#rrggbb`; empty if there is none."
    )
    feelings = serializers.CharField(help_text="The feeling of the author; empty if there is none.")
    gif_url = serializers.CharField(help_text="The URL of a GIF; empty if there is none.")
    edited_at = serializers.DateTimeField(
        allow_null=True, help_text="When the post was last edited; null if it never was."
    )
    privacy = serializers.ChoiceField(Privacy.choices, help_text="Who may see the post.")
    comments_count = serializers.IntegerField(help_text="The number of comments.")
    reactions = TotalsSerializer(source="*", help_text="The number of reactions by type.")
    media = MediaSerializer(allow_null=True, help_text="The image or video; null if there is none.")
    author = AuthorSerializer(help_text="The author.")


class PostVersionSerializer(serializers.Serializer[Any]):
    """The content of a post before an edit."""

    id = serializers.CharField(help_text="The id of the version.")
    written_at = serializers.DateTimeField(help_text="When this content was written.")
    text = serializers.CharField(help_text="The text; empty if the post had only media.")
    facets = facets_field()
    bg_color = serializers.CharField(
        help_text="The background color, as `#rrggbb`; empty if there was none."
    )
    feelings = serializers.CharField(
        help_text="The feeling of the author; empty if there was none."
    )
    gif_url = serializers.CharField(help_text="The URL of a GIF; empty if there was none.")
    media = MediaSerializer(
        allow_null=True, help_text="The image or video; null if there was none."
    )
