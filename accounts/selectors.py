"""Reads of accounts."""

from pathlib import Path

from django.conf import settings

from accounts.models import Account, Export, Session
from accounts.representations import contact_template, export_template, session_template
from accounts.store import accounts, ended_sessions, exports, sessions
from accounts.tokens import RefreshToken, is_genuine
from mysocial.core.errors import NotAuthenticated, NotFound, Suspended
from mysocial.core.ids import now
from mysocial.store import NULL, Entry, ListQuery, Row, reads
from users.selectors import find_user_id, get_profile, suspension_end_ms

PAGE_SIZE = 100
EXPORT_FOLDER = "exports"  # in MEDIA_DIR, which web processes and workers share


def get_account(user_id: str) -> Account:
    """Return a member's account; `NotFound`."""
    return reads.get_record(accounts, user_id)


def get_self(user_id: str) -> tuple[Row, Row]:
    """Return one's own profile and contact details as they are sent; `NotFound`."""
    profile = get_profile(user_id, viewer_id=user_id)
    found = reads.get_rows(contact_template, [user_id])
    if not found:
        raise NotFound
    return profile, found[0]


def find_by_email(email: str) -> str | None:
    """Return the id of the account with this address, in lower case, or None."""
    return reads.find_by_unique(accounts, "email", email)


def find_account(name: str) -> Account | None:
    """Return the account with this e-mail address or username, whatever its case, or None."""
    name = name.strip().lower()
    user_id = find_by_email(name) if "@" in name else find_user_id(name)
    if user_id is None:
        return None
    return reads.get_records(accounts, [user_id]).get(user_id)


def get_session(session_id: str) -> Session:
    """Return a live session; `NotAuthenticated` when it has ended."""
    try:
        return reads.get_record(sessions, session_id)
    except NotFound:
        raise NotAuthenticated("The session has ended.") from None


def get_session_of_token(said: RefreshToken) -> Session:
    """Return the live session of a refresh token; `NotAuthenticated` when it has ended.

    `Suspended` when a suspension that holds still has ended it, to whoever has proof of it.
    """
    try:
        return get_session(said.session_id)
    except NotAuthenticated:
        ended = reads.get_records(ended_sessions, [said.session_id]).get(said.session_id)
        until = suspension_end_ms(ended.user_id) if ended and is_genuine(said, ended) else 0
        if ended and until:
            raise suspension_error(ended.user_id, until) from None
        raise


def suspension_error(user_id: str, until: int) -> Suspended:
    """Return until when and why an account is suspended, as the refusal that says so."""
    return Suspended(until, get_account(user_id).suspension_reason)


def session_page(
    user_id: str, *, limit: int, after: Entry | None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's live sessions, newest first."""
    return ListQuery(session_template, "user", user_id, limit=limit, after=after).result()


def sessions_of(user_id: str) -> list[Session]:
    """Return all of a member's live sessions, newest first."""
    found: list[str] = []
    after: Entry | None = None
    while True:
        rows, after = session_page(user_id, limit=PAGE_SIZE, after=after)
        found += [row.id for row in rows]
        if after is None:
            return list(reads.get_records(sessions, found).values())


def find_export(user_id: str) -> Export | None:
    """Return a member's export, whatever has become of it; None for none, or one of last week."""
    found = reads.get_records(exports, [user_id]).get(user_id)
    return None if found is None or (found.expires_at and found.expires_at < now()) else found


def render_export(user_id: str) -> bytes:
    """Return a member's export as it is sent; null for none."""
    if find_export(user_id) is None:
        return NULL
    return (
        b"".join(export_template.render(row) for row in reads.get_rows(export_template, [user_id]))
        or NULL
    )


def ready_export_path(user_id: str) -> Path:
    """Return where the file of a member's export is; `NotFound` unless it is ready and kept."""
    found = find_export(user_id)
    path = export_path(found.file) if found else None
    if found is None or path is None or found.status != "ready" or not path.is_file():
        raise NotFound("There is no export. Ask for one, and wait until it is ready.")
    return path


def export_path(name: str) -> Path:
    """Return where the file of this name is, or would be."""
    return Path(settings.MEDIA_DIR / EXPORT_FOLDER / name)
