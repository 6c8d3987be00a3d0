"""The users app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Registers the event that announces changes of presence, and the history policy."""

    name = "users"

    def ready(self) -> None:
        # Not at module level: these modules need the models to be loaded.
        from mysocial.policies import history  # noqa: PLC0415
        from mysocial.realtime import presence  # noqa: PLC0415
        from users import selectors  # noqa: PLC0415
        from users.events import PresenceChanged  # noqa: PLC0415

        presence.set_status_events(PresenceChanged)
        history.set_joined_cursor(selectors.joined_cursor)
