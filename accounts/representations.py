"""What accounts look like in answers; only ever sent to their owner."""

from typing import Any

from accounts.store import CONTACT, PUBLIC, accounts, exports, sessions
from mysocial.store import Field, JsonTemplate, Row
from users.representations import profile_template

contact_template = JsonTemplate(accounts, Field(CONTACT))
session_template = JsonTemplate(sessions, Field(PUBLIC))
export_template = JsonTemplate(exports, Field(PUBLIC), b',"status":"', Field("status"), b'"')


def self_representation(user_id: str) -> list[Any]:
    """Return the pieces of one's own profile: what all see, and the contact details."""
    *profile, end = profile_template.placeholders(user_id)
    return [*profile, b",", [accounts.key(user_id), CONTACT], end]


def render_self(profile: Row, contact: Row) -> bytes:
    """Return one's own profile as it is read."""
    return profile_template.render(profile)[:-1] + b"," + contact_template.render(contact)[1:]


def render_session(row: Row, *, current: bool) -> bytes:
    """Return a session as its owner sees it."""
    return session_template.render(row)[:-1] + b',"current":%s}' % (
        b"true" if current else b"false"
    )
