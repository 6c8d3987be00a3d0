"""Schemas of the requests and responses about images."""

from typing import Any

from rest_framework import serializers

from images.representations import ImageSerializer, MediaSerializer
from mysocial.api import MediaField, MessageSerializer, NextField, StrictSerializer
from mysocial.core.ids import ID_LENGTH


class ImageInput(StrictSerializer):
    """An image for your profile: a file, or the id of one of your images."""

    image = MediaField(required=False, help_text="A new image: a file of a form, or a data URL.")
    image_id = serializers.RegexField(
        rf"^[0-9a-f]{{{ID_LENGTH}}}\Z", required=False, help_text="The id of one of your images."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require exactly one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"image": "Give either an image or an image_id."})
        return attrs


class ImageResponseSerializer(MessageSerializer):
    """The response to a new image."""

    image = MediaSerializer()


class ImagePageSerializer(serializers.Serializer[Any]):
    """A page of a gallery."""

    images = ImageSerializer(many=True, help_text="The images of this page.")
    next = NextField()
