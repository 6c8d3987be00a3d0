"""The notifications domain."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
