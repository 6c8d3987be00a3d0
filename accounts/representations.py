"""What accounts look like in answers; only ever sent to their owner."""

from typing import Any

from accounts.store import CONTACT, SHOWN, accounts, exports, sessions
from mysocial.store.json_templates import Own, Row, Wire
from users.representations import profile_wire

contact_wire = Wire(accounts, Own(CONTACT))
session_wire = Wire(sessions, Own(SHOWN))
export_wire = Wire(exports, Own(SHOWN), b',"status":"', Own("status"), b'"')


def self_template(user_id: str) -> list[Any]:
    """Return the pieces of one's own profile: what all see, and the contact details."""
    *profile, end = profile_wire.template(user_id)
    return [*profile, b",", [accounts.key(user_id), CONTACT], end]


def render_self(profile: Row, contact: Row) -> bytes:
    """Return one's own profile as it is read."""
    return profile_wire.render(profile)[:-1] + b"," + contact_wire.render(contact)[1:]


def render_session(row: Row, *, current: bool) -> bytes:
    """Return a session as its owner sees it."""
    return session_wire.render(row)[:-1] + b',"current":%s}' % (b"true" if current else b"false")
