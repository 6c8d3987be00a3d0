"""The reactions domain."""

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    name = "reactions"
