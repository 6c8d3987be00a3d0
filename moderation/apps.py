"""The moderation domain."""

from django.apps import AppConfig

from mysocial import wording


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from moderation.services import examine  # noqa: PLC0415 - models are not loaded before

        wording.answer_with(examine)
