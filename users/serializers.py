"""JSON in and out of members."""

from typing import Any

from rest_framework import serializers

from mysocial.api import Input
from users.wires import ProfileSerializer


class UserAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a change of a profile."""

    message = serializers.CharField()
    user = ProfileSerializer()


class UserPageSerializer(serializers.Serializer[Any]):
    """A page of members."""

    users = ProfileSerializer(many=True)
    next = serializers.CharField(allow_null=True)


def _link() -> serializers.URLField:
    return serializers.URLField(
        max_length=200, required=False, allow_blank=True, validators=[_check_scheme]
    )


def _check_scheme(value: str) -> None:
    if not value.lower().startswith(("http://", "https://")):  # URLField takes ftp as well
        raise serializers.ValidationError("This must be an http or https address.")


class BasicsInput(Input):
    """What a member may change of their profile."""

    quote = serializers.CharField(max_length=300, required=False, allow_blank=True)
    work = serializers.CharField(max_length=100, required=False, allow_blank=True)
    school = serializers.CharField(max_length=100, required=False, allow_blank=True)
    location = serializers.CharField(max_length=100, required=False, allow_blank=True)
    facebook = _link()
    instagram = _link()
    twitter = _link()
    youtube = _link()


class _Switch(serializers.BooleanField):
    """True or false, and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class SettingsInput(Input):
    """What a member may set."""

    is_private = _Switch(required=False)


class SettingsSerializer(serializers.Serializer[Any]):
    """A member's settings."""

    is_private = serializers.BooleanField()


class SettingsAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a change of settings."""

    message = serializers.CharField()
    settings = SettingsSerializer()
