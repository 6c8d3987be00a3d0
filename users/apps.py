"""The users domain."""

from django.apps import AppConfig

from mysocial.realtime import presence


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from users.events import PresenceChanged  # noqa: PLC0415 - models are not loaded before

        presence.set_status_events(PresenceChanged)
