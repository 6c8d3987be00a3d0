"""JSON in and out of notifications."""

from typing import Any

from rest_framework import serializers

from mysocial.api import StrictBooleanField, StrictSerializer
from notifications.representations import NotificationSerializer


class NotificationInput(StrictSerializer):
    """What the owner may change of a notification."""

    requires_all = True
    read = StrictBooleanField()


class CountSerializer(serializers.Serializer[Any]):
    """What was done, and how many are unread after it."""

    message = serializers.CharField()
    unread_count = serializers.IntegerField()


class NotificationAnswerSerializer(CountSerializer):
    """The answer to a change of a notification."""

    notification = NotificationSerializer()


class NotificationPageSerializer(serializers.Serializer[Any]):
    """A page of notifications, and how many are unread altogether."""

    notifications = NotificationSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    unread_count = serializers.IntegerField()
