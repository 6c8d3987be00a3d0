"""What media look like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from images.models import GALLERY_PURPOSES, Kind, State
from images.store import SHOWN, media
from mysocial.store import Field, JsonTemplate, RelatedObject

media_template = JsonTemplate(media, Field(SHOWN))
# In a gallery it also says what it was brought for, and in which post it is.
image_template = JsonTemplate(
    media,
    Field(SHOWN),
    b",",
    Field("made"),
    b',"purpose":"',
    Field("purpose"),
    b'","post_id":"',
    Field("subject_id"),
    b'"',
)

# What a wire that shows media has to fetch of them.
MEDIA = (media, (SHOWN,))


def media_object(ref: str) -> RelatedObject:
    """Return the piece that shows the media that the raw field `ref` names; null without any."""
    return RelatedObject(ref, SHOWN)


class MediaSerializer(serializers.Serializer[Any]):
    """A picture or a video. `url` is null until it is ready; a video's size is not known."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    state = serializers.ChoiceField(State.choices)
    url = serializers.CharField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class ImageSerializer(MediaSerializer):
    """A picture of a member's gallery. `post_id` is empty unless it is in a post."""

    created_at = serializers.DateTimeField()
    purpose = serializers.ChoiceField(GALLERY_PURPOSES)
    post_id = serializers.CharField(source="subject_id")
