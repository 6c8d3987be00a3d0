"""Migrations of stored members."""

from typing import Any

from mysocial.record_migrations import migrate_record_fields
from users.models import User
from users.store import users


@migrate_record_fields(users, "0001_username_grams")
def add_username_grams(_user: User) -> dict[str, Any]:
    """Write each member again: MongoDB then has the n-grams by which searches find the name."""
    return {}
