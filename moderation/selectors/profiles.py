"""The text of a member's profile, as reports and staff pages show it."""

from mysocial.store import Record
from users.selectors import links_text

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
    texts = [getattr(user, name) for name in PROFILE_FIELDS]
    texts.append(links_text(getattr(user, "links")))  # noqa: B009 - a `Record` has no links
    return "\n".join(filter(None, texts))
