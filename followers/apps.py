"""The followers domain."""

from django.apps import AppConfig

from mysocial import meeting


class FollowersConfig(AppConfig):
    name = "followers"

    def ready(self) -> None:
        from followers.selectors import unblocked  # noqa: PLC0415 - models are not loaded before

        meeting.answer_with(unblocked)
