"""Data export of profiles and settings."""

from mysocial.privacy import ExportSection, exclude, listed, register, single
from users.store import link_checks, site_totals, username_reservations, users

register(
    ExportSection(
        users, "Profile and settings", single(users), without=("username_key", "joined_cursor")
    )
)
exclude(link_checks, "When the links of the profile are checked; their state is in the profile.")
exclude(site_totals, "The number of all public posts, not data of a member.")


register(
    ExportSection(
        username_reservations,
        "Former usernames",
        listed(username_reservations, "user"),
        without=("username_reserved_until",),
    )
)
