"""Request and response bodies of members."""

from typing import Any

from rest_framework import serializers

from mysocial.api import StrictBooleanField, StrictSerializer
from users.models import MessagingPolicy
from users.representations import ProfileSerializer


class UserResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of the profile."""

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
    if not value.lower().startswith(("http://", "https://")):  # URLField also accepts ftp
        raise serializers.ValidationError("Enter an http or https URL.")


class ProfileInput(StrictSerializer):
    """The fields of the profile that a member can change."""

    quote = serializers.CharField(max_length=300, required=False, allow_blank=True)
    work = serializers.CharField(max_length=100, required=False, allow_blank=True)
    school = serializers.CharField(max_length=100, required=False, allow_blank=True)
    location = serializers.CharField(max_length=100, required=False, allow_blank=True)
    facebook = _link()
    instagram = _link()
    twitter = _link()
    youtube = _link()


class ChannelsInput(StrictSerializer):
    """The channels of one type of notification."""

    in_app = StrictBooleanField(required=False)
    email = StrictBooleanField(required=False)


class NotificationPreferencesInput(StrictSerializer):
    """Notification preferences by type; omitted ones stay unchanged."""

    comment = ChannelsInput(required=False)
    reaction = ChannelsInput(required=False)
    follow = ChannelsInput(required=False)
    follow_request = ChannelsInput(required=False)
    message = ChannelsInput(required=False)
    mention = ChannelsInput(required=False)
    report = ChannelsInput(required=False)
    warning = ChannelsInput(required=False)


class SettingsInput(StrictSerializer):
    """The settings that a member can change."""

    is_private = StrictBooleanField(required=False)
    who_may_message = serializers.ChoiceField(MessagingPolicy.choices, required=False)
    shows_presence = StrictBooleanField(required=False)
    notifications = NotificationPreferencesInput(required=False)


class ChannelsSerializer(serializers.Serializer[Any]):
    """The channels of one type of notification."""

    in_app = serializers.BooleanField()
    email = serializers.BooleanField()


class NotificationPreferencesSerializer(serializers.Serializer[Any]):
    """Notification preferences by type."""

    comment = ChannelsSerializer()
    reaction = ChannelsSerializer()
    follow = ChannelsSerializer()
    follow_request = ChannelsSerializer()
    message = ChannelsSerializer()
    mention = ChannelsSerializer()
    report = ChannelsSerializer()
    warning = ChannelsSerializer()


class SettingsSerializer(serializers.Serializer[Any]):
    """A member's settings."""

    is_private = serializers.BooleanField()
    who_may_message = serializers.ChoiceField(MessagingPolicy.choices)
    shows_presence = serializers.BooleanField()
    notifications = NotificationPreferencesSerializer()


class OnlineSerializer(serializers.Serializer[Any]):
    """The ids of the requested members that are online."""

    users = serializers.ListField(child=serializers.CharField())


class SettingsResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of settings."""

    message = serializers.CharField()
    settings = SettingsSerializer()
