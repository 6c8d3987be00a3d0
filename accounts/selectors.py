"""Reads of accounts, sessions and exports."""

from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.email_addresses import normalize_sign_in_name
from accounts.models import Account, EmailReservation, Export, Invite, Session
from accounts.representations import (
    contact_template,
    export_template,
    session_template,
    sign_in_template,
)
from accounts.store import (
    accounts,
    email_reservation_id,
    ended_sessions,
    exports,
    invites,
    sessions,
)
from accounts.store import (
    email_reservations as reservation_store,
)
from accounts.tokens import RefreshToken, is_genuine
from mysocial.core.errors import (
    AppError,
    AwaitingApproval,
    NotAuthenticated,
    NotFound,
    Suspended,
)
from mysocial.core.ids import ID_LENGTH, now
from mysocial.security_log import SIGN_INS
from mysocial.store import (
    NULL,
    Entry,
    JsonTemplate,
    ListQuery,
    Page,
    Row,
    filter_pages,
    newest_records,
    reads,
)
from users.selectors import find_user_id, get_profile, suspension_end_ms

PAGE_SIZE = 100
EXPORT_FOLDER = "exports"  # in MEDIA_DIR, which web processes and workers share


def get_account(user_id: str) -> Account:
    """Return a member's account.

    Raises:
        NotFound: There is no such account.
    """
    return reads.get_record(accounts, user_id)


def get_self(user_id: str) -> tuple[Row, Row]:
    """Return the rows of a member's own profile and contact details.

    Raises:
        NotFound: There is no such account.
    """
    profile = get_profile(user_id, viewer_id=user_id)
    contacts = reads.get_rows(contact_template, [user_id])
    if not contacts:
        raise NotFound
    return profile, contacts[0]


def find_by_email(email: str) -> str | None:
    """Return the id of the account with this normalized e-mail address, or None."""
    return reads.find_by_unique(accounts, "email", email)


def find_invite(code_key: str) -> Invite | None:
    """Return the invite with this normalized code, or None."""
    pk = reads.find_by_unique(invites, "code_key", code_key)
    return reads.get_records(invites, [pk]).get(pk) if pk else None


def find_email_reservation(email: str) -> EmailReservation | None:
    """Return the reservation of a normalized address, in force or not, or None."""
    pk = email_reservation_id(email)
    return reads.get_records(reservation_store, [pk]).get(pk)


def get_email_reservation(pk: str) -> EmailReservation:
    """Return a reservation by its id.

    Raises:
        NotFound: There is no such reservation.
    """
    return reads.get_record(reservation_store, pk)


def email_reservations(user_id: str) -> list[EmailReservation]:
    """Return the former addresses that are reserved for an account, newest first."""
    newest, _ = newest_records(reservation_store, "user", user_id, limit=PAGE_SIZE)
    return newest


def find_account(name: str) -> Account | None:
    """Return the account with this e-mail address or username in any spelling, or None."""
    return find_account_by_id(find_sign_in_id(normalize_sign_in_name(name)))


def find_sign_in_id(name: str) -> str | None:
    """Return the id of the account with this normalized e-mail address or username, or None."""
    return find_by_email(name) if "@" in name else find_user_id(name)


def look_up_unknown_name(name: str) -> None:
    """Take as long as for an unknown name, so that a rejection does not show that `name` exists.

    An unknown name costs a query of MongoDB, and none while it is cached as absent. A known one
    costs none. Without this, the time of a rejection would disclose that the name exists. The name
    that is looked up is derived from `name`, so it is cached as long as an unknown one.

    Raises:
        Unavailable: MongoDB does not respond; so it is with an unknown name.
    """
    unknown = salted_hmac("unknown name", name).hexdigest()[:ID_LENGTH]
    find_sign_in_id(f"{unknown}@{unknown}" if "@" in name else unknown)


def find_account_by_id(user_id: str | None) -> Account | None:
    """Return the account with this id, or None."""
    return reads.get_records(accounts, [user_id]).get(user_id) if user_id else None


def get_session(session_id: str) -> Session:
    """Return a live session.

    Raises:
        NotAuthenticated: The session has ended.
    """
    try:
        return reads.get_record(sessions, session_id)
    except NotFound:
        raise NotAuthenticated("The session has ended.") from None


def get_session_of_token(token: RefreshToken) -> Session:
    """Return the live session of a refresh token, whose signature the caller must verify.

    Raises:
        NotAuthenticated: The session has ended.
        Suspended: A suspension that is still in force has ended it, and the token is genuine.
    """
    try:
        return get_session(token.session_id)
    except NotAuthenticated:
        ended = reads.get_records(ended_sessions, [token.session_id]).get(token.session_id)
        until_ms = suspension_end_ms(ended.user_id) if ended and is_genuine(token, ended) else 0
        if ended and until_ms:
            raise suspension_error(ended.user_id, until_ms) from None
        raise


def suspension_error(user_id: str, until_ms: int) -> AppError:
    """Return the error that says until when and why an account cannot sign in."""
    account = get_account(user_id)
    if account.awaits_approval:
        return AwaitingApproval()
    return Suspended(until_ms, account.suspension_reason)


def session_page(
    user_id: str, *, limit: int, after: Entry | None
) -> tuple[list[Row], Entry | None]:
    """Return a page of the sessions in which a member is signed in, newest first."""
    listing = ListQuery(session_template, "user", user_id, limit=limit, after=after)
    return filter_pages(listing, keep=_filter_current)


def _filter_current(rows: list[Row]) -> list[Row]:
    """Return the rows of the sessions that have not ended by their age."""
    records = reads.get_records(sessions, [row.id for row in rows])
    return [row for row in rows if row.id in records and records[row.id].ends_at > now()]


def sign_in_page(
    user_id: str, *, limit: int, after: Entry | None
) -> tuple[list[Row], Entry | None]:
    """Return a page of a member's sign-ins within the time of the security log, newest first."""
    page = ListQuery(sign_in_template, SIGN_INS, user_id, limit=limit, after=after).result()
    return page.rows, page.next


def sessions_of(user_id: str) -> list[Session]:
    """Return all records of a member's sessions, newest first."""
    session_ids: list[str] = []
    after: Entry | None = None
    while True:
        page = _session_records_page(user_id, limit=PAGE_SIZE, after=after)
        session_ids += [row.id for row in page.rows]
        after = page.next
        if after is None:
            return list(reads.get_records(sessions, session_ids).values())


def oldest_sessions(user_id: str, *, kept: int) -> list[Session]:
    """Return a member's session records except the `kept` newest ones; at most a page of them."""
    after = _session_records_page(user_id, limit=kept).next
    if after is None:
        return []
    rows = _session_records_page(user_id, limit=PAGE_SIZE, after=after).rows
    return list(reads.get_records(sessions, [row.id for row in rows]).values())


def _session_records_page(user_id: str, *, limit: int, after: Entry | None = None) -> Page:
    return ListQuery(JsonTemplate(sessions), "user", user_id, limit=limit, after=after).result()


def find_export(user_id: str) -> Export | None:
    """Return a member's export in any status, or None if there is none or it has expired."""
    export = reads.get_records(exports, [user_id]).get(user_id)
    if export is None or (export.expires_at and export.expires_at < now()):
        return None
    return export


def render_export(user_id: str) -> bytes:
    """Return the JSON object of a member's export, or `null`."""
    if find_export(user_id) is None:
        return NULL
    return (
        b"".join(export_template.render(row) for row in reads.get_rows(export_template, [user_id]))
        or NULL
    )


def ready_export_path(user_id: str) -> Path:
    """Return the path of the file of a member's export.

    Raises:
        NotFound: There is no export, or it is not ready.
    """
    export = find_export(user_id)
    path = export_path(export.file) if export else None
    if export is None or path is None or export.status != "ready" or not path.is_file():
        raise NotFound("There is no export. Request one and wait until it is ready.")
    return path


def export_path(name: str) -> Path:
    """Return the path of an export file, which need not exist."""
    return Path(settings.MEDIA_DIR / EXPORT_FOLDER / name)
