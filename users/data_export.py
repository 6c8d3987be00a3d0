"""Data export of profiles and settings."""

from mysocial.privacy import ExportSection, exclude, register, single
from users.store import site_totals, users

register(
    ExportSection(
        users, "Profile and settings", single(users), without=("username_key", "joined_cursor")
    )
)
exclude(site_totals, "The number of all public posts, not data of a member.")
