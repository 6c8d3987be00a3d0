"""The followers app."""

from django.apps import AppConfig


class FollowersConfig(AppConfig):
    """Sets the relationship policy."""

    name = "followers"

    def ready(self) -> None:
        # Not at module level: these modules need the models to be loaded.
        from followers.policies import FollowersPolicy  # noqa: PLC0415
        from mysocial.policies import relationships  # noqa: PLC0415

        relationships.set_policy(FollowersPolicy())
