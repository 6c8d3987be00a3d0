"""The users app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        # Models are loaded by now.
        from mysocial.realtime import presence  # noqa: PLC0415
        from users.events import PresenceChanged  # noqa: PLC0415

        presence.set_status_events(PresenceChanged)
