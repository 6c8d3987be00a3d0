"""The reactions app."""

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    """Sets the policy of the viewer's reactions."""

    name = "reactions"

    def ready(self) -> None:
        # Not at module level: these modules need the models to be loaded.
        from posts import policies  # noqa: PLC0415
        from reactions.policies import ReactionsPolicy  # noqa: PLC0415

        policies.set_policy(ReactionsPolicy())
