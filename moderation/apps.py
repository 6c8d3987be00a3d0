"""The moderation domain."""

from django.apps import AppConfig

from mysocial.policies import content


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from moderation.services import check_text  # noqa: PLC0415 - models are not loaded before

        content.set_policy(check_text)
