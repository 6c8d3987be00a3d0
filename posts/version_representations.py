"""Representations of the earlier versions of posts: a JSON template and its schema."""

from typing import Any

from rest_framework import serializers

from images.representations import MEDIA, MediaSerializer, media_object
from mysocial.api import facets_field
from mysocial.store import Field, JsonTemplate
from posts.store import post_versions

version_template = JsonTemplate(
    post_versions,
    Field("content"),
    b',"media":',
    media_object("media_id"),
    refs={"media_id": MEDIA},
)


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
