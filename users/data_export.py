"""Data export of profiles and settings."""

from mysocial.privacy import ExportSection, register, single
from users.store import users

register(
    ExportSection(
        users, "Profile and settings", single(users), without=("username_key", "joined_cursor")
    )
)
