"""The moderation app."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        # Models are loaded by now.
        from moderation.policies import WordFilterPolicy  # noqa: PLC0415
        from mysocial.policies import content  # noqa: PLC0415

        content.set_policy(WordFilterPolicy())
