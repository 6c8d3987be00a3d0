"""Representations of media in responses and events: JSON templates and their schemas."""

from typing import Any

from rest_framework import serializers

from images.models import GALLERY_PURPOSES, Kind, State
from images.store import CARD, media
from mysocial.store import Field, JsonTemplate, RelatedObject

media_template = JsonTemplate(media, Field(CARD))
# In a gallery, with its date, purpose and post.
image_template = JsonTemplate(
    media,
    Field(CARD),
    b",",
    Field("created"),
    b',"purpose":"',
    Field("purpose"),
    b'","post_id":"',
    Field("subject_id"),
    b'"',
)

# The `refs` entry of templates that show media.
MEDIA = (media, (CARD,))


def media_object(ref: str) -> RelatedObject:
    """Return the template part that shows the media that field `ref` refers to, or null."""
    return RelatedObject(ref, CARD)


class SizeSerializer(serializers.Serializer[Any]):
    """A smaller size of an image, or a picture of a video."""

    url = serializers.CharField(help_text="The URL of the file, a WebP.")
    width = serializers.IntegerField(help_text="The width in pixels.")
    height = serializers.IntegerField(help_text="The height in pixels.")


class SizesSerializer(serializers.Serializer[Any]):
    """The smaller sizes of an image or video. A size that would not be smaller is left out."""

    thumb = SizeSerializer(
        required=False, help_text="About as many pixels as a square of 160 pixels."
    )
    small = SizeSerializer(
        required=False, help_text="About as many pixels as a square of 480 pixels."
    )
    large = SizeSerializer(
        required=False,
        help_text="About as many pixels as a square of 1280 pixels; still images only.",
    )
    poster = SizeSerializer(
        required=False,
        help_text="The first picture of a video or an animation, about as large as `large`.",
    )


class MediaSerializer(serializers.Serializer[Any]):
    """An image or a video.

    `url` is null until it is ready; `error` says why it has failed.
    """

    id = serializers.CharField(help_text="The id of the image or video.")
    kind = serializers.ChoiceField(Kind.choices, help_text="Whether it is an image or a video.")
    state = serializers.ChoiceField(State.choices, help_text="The state of the processing.")
    error = serializers.CharField(
        allow_null=True, help_text="Why the processing has failed; null if it has not."
    )
    url = serializers.CharField(
        allow_null=True, help_text="The URL of the file; null until it is ready."
    )
    width = serializers.IntegerField(
        allow_null=True, help_text="The width in pixels; null until it is ready."
    )
    height = serializers.IntegerField(
        allow_null=True, help_text="The height in pixels; null until it is ready."
    )
    duration = serializers.FloatField(
        allow_null=True,
        help_text="The duration of a video or an animation in seconds; null for a still image.",
    )
    blurhash = serializers.CharField(
        help_text="A BlurHash to show until the file is loaded; empty until it is ready."
    )
    sizes = SizesSerializer(help_text="Smaller sizes, by name; empty until it is ready.")


class ImageSerializer(MediaSerializer):
    """An image of a gallery. `post_id` is empty if it is not in a post."""

    created_at = serializers.DateTimeField(help_text="When the image was uploaded.")
    purpose = serializers.ChoiceField(
        GALLERY_PURPOSES, help_text="What the image was uploaded for."
    )
    post_id = serializers.CharField(
        source="subject_id",
        help_text="The id of the post that shows the image; empty if there is none.",
    )
