"""The followers domain."""

from django.apps import AppConfig

from mysocial import meeting


class FollowersConfig(AppConfig):
    name = "followers"

    def ready(self) -> None:
        from followers.selectors import (  # noqa: PLC0415 - models are not loaded before
            following,
            heard,
            listening,
            unblocked,
        )

        meeting.answer_with(meet=unblocked, listen=listening, hear=heard, follow=following)
