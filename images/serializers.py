"""Schemas of the requests and responses about images."""

from typing import Any

from rest_framework import serializers

from images.representations import ImageSerializer, MediaSerializer
from mysocial.api import MediaField, StrictSerializer
from mysocial.core.ids import ID_LENGTH


class ImageInput(StrictSerializer):
    """An image for your profile: a file, or the id of one of your images."""

    image = MediaField(required=False)
    image_id = serializers.RegexField(rf"^[0-9a-f]{{{ID_LENGTH}}}\Z", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require exactly one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"image": "Give either an image or an image_id."})
        return attrs


class ImageResponseSerializer(serializers.Serializer[Any]):
    """The response to a new image."""

    message = serializers.CharField()
    image = MediaSerializer()


class ImagePageSerializer(serializers.Serializer[Any]):
    """A page of a gallery."""

    images = ImageSerializer(many=True)
    next = serializers.CharField(allow_null=True)
