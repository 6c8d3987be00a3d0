"""Representations of accounts, sessions and exports; sent to their owner only."""

from typing import Any

from accounts.store import CONTACT, DETAILS, accounts, exports, sessions
from mysocial.security_log import SIGN_IN, security_events
from mysocial.store import Field, JsonTemplate, Row
from users.representations import profile_template

contact_template = JsonTemplate(accounts, Field(CONTACT))
session_template = JsonTemplate(sessions, Field(DETAILS))
sign_in_template = JsonTemplate(security_events, Field(SIGN_IN))
export_template = JsonTemplate(exports, Field(DETAILS), b',"status":"', Field("status"), b'"')


def self_representation(user_id: str) -> list[Any]:
    """Return the JSON pieces of a member's own profile with the contact details."""
    *profile, end = profile_template.placeholders(user_id)
    return [*profile, b",", [accounts.key(user_id), CONTACT], end]


def render_self(profile: Row, contact: Row) -> bytes:
    """Return the JSON object of a member's own profile with the contact details."""
    return profile_template.render(profile)[:-1] + b"," + contact_template.render(contact)[1:]


def render_session(row: Row, *, current: bool) -> bytes:
    """Return the JSON object of a session; `current` marks that of the request."""
    return session_template.render(row)[:-1] + b',"current":%s}' % (
        b"true" if current else b"false"
    )
