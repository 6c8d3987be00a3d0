"""Request and response serializers of notifications."""

from typing import Any

from rest_framework import serializers

from mysocial.api import MessageSerializer, NextField, StrictBooleanField, StrictSerializer
from notifications.representations import NotificationSerializer


class NotificationInput(StrictSerializer):
    """The fields of a notification that its recipient may change."""

    requires_all = True
    read = StrictBooleanField(help_text="Whether the notification is read.")


class UnreadCountSerializer(MessageSerializer):
    """A message, and the number of unread notifications after the change."""

    unread_count = serializers.IntegerField(
        help_text="The number of unread notifications after the change."
    )


class NotificationResponseSerializer(UnreadCountSerializer):
    """The response to a change of a notification."""

    notification = NotificationSerializer()


class NotificationPageSerializer(serializers.Serializer[Any]):
    """A page of notifications, and the number of all unread notifications."""

    notifications = NotificationSerializer(many=True, help_text="The notifications of this page.")
    next = NextField()
    unread_count = serializers.IntegerField(help_text="The number of all unread notifications.")
