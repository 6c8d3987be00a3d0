"""The text of a member's profile, as reports and staff pages show it."""

from mysocial.store import Record

PROFILE_FIELDS = (
    "username",
    "display_name",
    "bio",
    "pronouns",
    "quote",
    "work",
    "school",
    "location",
    "facebook",
    "instagram",
    "twitter",
    "youtube",
)


def profile_text(user: Record) -> str:
    """Return the fields of a profile that are not empty, one a line."""
    return "\n".join(filter(None, (getattr(user, name) for name in PROFILE_FIELDS)))
