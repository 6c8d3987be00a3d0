"""Migrations of stored members."""

from typing import Any

from mysocial.record_migrations import migrate_record_fields
from users.models import User, default_notifications
from users.store import users


@migrate_record_fields(users, "0001_username_grams")
def add_username_grams(_user: User) -> dict[str, Any]:
    """Write each member again: MongoDB then has the n-grams by which searches find the name."""
    return {}


@migrate_record_fields(users, "0003_poll_notifications")
@migrate_record_fields(users, "0002_notification_types")
def add_notification_types(user: User) -> dict[str, Any]:
    """Add the types of notifications that did not exist when the settings were stored."""
    return {"notifications": {**default_notifications(), **user.notifications}}
