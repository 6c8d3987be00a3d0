"""The followers app."""

from django.apps import AppConfig


class FollowersConfig(AppConfig):
    name = "followers"

    def ready(self) -> None:
        # Models are loaded by now.
        from followers.policies import FollowersPolicy  # noqa: PLC0415
        from mysocial.policies import relationships  # noqa: PLC0415

        relationships.set_policy(FollowersPolicy())
