"""JSON in and out of images."""

from typing import Any

from rest_framework import serializers

from images.representations import ImageSerializer, MediaSerializer
from mysocial.api import MediaField, StrictSerializer
from mysocial.core.ids import ID_LENGTH


class ImageInput(StrictSerializer):
    """A picture for one's profile: a file, or an image of one's own."""

    image = MediaField(required=False)
    image_id = serializers.RegexField(rf"^[0-9a-f]{{{ID_LENGTH}}}\Z", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"image": "Give either an image or an image_id."})
        return attrs


class ImageAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a new picture."""

    message = serializers.CharField()
    image = MediaSerializer()


class ImagePageSerializer(serializers.Serializer[Any]):
    """A page of a gallery."""

    images = ImageSerializer(many=True)
    next = serializers.CharField(allow_null=True)
