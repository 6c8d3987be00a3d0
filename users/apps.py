"""The users app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Registers the event that announces changes of presence."""

    name = "users"

    def ready(self) -> None:
        # Not at module level: these modules need the models to be loaded.
        from mysocial.realtime import presence  # noqa: PLC0415
        from users.events import PresenceChanged  # noqa: PLC0415

        presence.set_status_events(PresenceChanged)
