"""Reads of members."""

from mysocial import reads
from mysocial.errors import NotFound
from mysocial.meeting import who_may_meet
from mysocial.wire import Row
from users.models import User
from users.store import users
from users.wires import profile_wire


def get_user(user_id: str) -> User:
    """Return a member; `NotFound`."""
    return reads.get(users, user_id)


def get_profile(user_id: str, *, to: str) -> Row:
    """Return a profile as it is sent; `NotFound` also when a block stands between the two."""
    found = reads.rows(profile_wire, [user_id])
    if not found or (to != user_id and to not in who_may_meet(user_id, {to})):
        raise NotFound
    return found[0]


def find_user_id(username: str) -> str | None:
    """Return the id of the member with this name, whatever its case."""
    return reads.find(users, "username_key", username.lower())
