"""Reads of accounts."""

from accounts.models import Account, Session
from accounts.store import accounts, sessions
from accounts.wires import contact_wire, session_wire
from mysocial import reads
from mysocial.errors import NotAuthenticated, NotFound
from mysocial.lists import Entry
from mysocial.wire import Row
from users.selectors import find_user_id, get_profile

PAGE = 100


def get_account(user_id: str) -> Account:
    """Return a member's account; `NotFound`."""
    return reads.get(accounts, user_id)


def get_self(user_id: str) -> tuple[Row, Row]:
    """Return one's own profile and contact details as they are sent; `NotFound`."""
    profile = get_profile(user_id, to=user_id)
    found = reads.rows(contact_wire, [user_id])
    if not found:
        raise NotFound
    return profile, found[0]


def find_by_email(email: str) -> str | None:
    """Return the id of the account with this address, in lower case, or None."""
    return reads.find(accounts, "email", email)


def find_account(name: str) -> Account | None:
    """Return the account with this e-mail address or username, whatever its case, or None."""
    name = name.strip().lower()
    user_id = find_by_email(name) if "@" in name else find_user_id(name)
    if user_id is None:
        return None
    return reads.get_many(accounts, [user_id]).get(user_id)


def get_session(session_id: str) -> Session:
    """Return a live session; `NotAuthenticated` when it has ended."""
    try:
        return reads.get(sessions, session_id)
    except NotFound:
        raise NotAuthenticated("The session has ended.") from None


def session_page(
    user_id: str, *, limit: int, after: Entry | None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's live sessions, newest first."""
    return reads.page(session_wire, "user", user_id, limit=limit, after=after)


def sessions_of(user_id: str) -> list[Session]:
    """Return all of a member's live sessions, newest first."""
    found: list[str] = []
    after: Entry | None = None
    while True:
        rows, after = session_page(user_id, limit=PAGE, after=after)
        found += [row.id for row in rows]
        if after is None:
            return list(reads.get_many(sessions, found).values())
