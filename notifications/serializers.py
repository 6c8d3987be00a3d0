"""Request and response serializers of notifications."""

from typing import Any

from rest_framework import serializers

from mysocial.api import StrictBooleanField, StrictSerializer
from notifications.representations import NotificationSerializer


class NotificationInput(StrictSerializer):
    """The fields of a notification that its recipient may change."""

    requires_all = True
    read = StrictBooleanField()


class UnreadCountSerializer(serializers.Serializer[Any]):
    """A message, and the number of unread notifications after the change."""

    message = serializers.CharField()
    unread_count = serializers.IntegerField()


class NotificationResponseSerializer(UnreadCountSerializer):
    """The response to a change of a notification."""

    notification = NotificationSerializer()


class NotificationPageSerializer(serializers.Serializer[Any]):
    """A page of notifications, and the number of all unread notifications."""

    notifications = NotificationSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    unread_count = serializers.IntegerField()
