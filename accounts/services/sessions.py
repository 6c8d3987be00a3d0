"""Signing in, refreshing tokens, and ending sessions."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from accounts import selectors
from accounts.events import SessionEnded
from accounts.models import NEW_NETWORK, Account, Session
from accounts.passwords import find_better_hash, verify_password
from accounts.services.guesses import SignInAttempt
from accounts.store import sessions
from accounts.tokens import is_genuine, parse_refresh_token
from mysocial.core.errors import Conflict, NotAuthenticated, NotFound, Suspended
from mysocial.core.ids import new_id, now
from mysocial.core.request_context import detached
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, Outcome, count_event, network_of, record_event
from mysocial.store import Write, reads, retry_on_conflict, write
from users.services import require_not_suspended

MAX_KNOWN_NETWORKS = 20  # of an account, each at most 50 characters
MAX_SESSIONS = 100  # of an account: a change of the password ends all of them in one write


class Device(NamedTuple):
    """The device that a member signs in from."""

    user_agent: str = ""
    address: str = ""


class SignIn(NamedTuple):
    """A successful sign-in or refresh; a sign-up that waits for an approval has no session."""

    user_id: str
    session: Session | None


# Signing in --------------------------------------------------------------------------------------


def sign_in(*, attempt: SignInAttempt, password: str, device: Device) -> SignIn:
    """Open a session for the account that a name belongs to, and a password.

    The response to an unknown name and to a wrong password is the same and takes equally long.

    Args:
        attempt: The name, which was counted and looked up.
        password: The password.
        device: The device of the new session.

    Raises:
        NotAuthenticated: The name or the password is wrong.
        Suspended: The credentials are right, but the account is suspended.
    """
    account = selectors.find_account_by_id(attempt.user_id)
    if not verify_password(password, account) or account is None:
        if account is not None:
            selectors.look_up_unknown_name(attempt.guess.name)
        # Never the name: it may be a password that was typed into the wrong field.
        count_event(Kind.SIGN_IN, account_id=account.id if account else "")
        raise _wrong_credentials()
    better_hash = find_better_hash(password, account)
    return _open_verified_session(account, password, better_hash=better_hash, device=device)


@retry_on_conflict
def _open_verified_session(
    verified: Account, password: str, *, better_hash: str, device: Device
) -> SignIn:
    """Open a session if the password is still that of the account.

    A concurrent sign-in may have replaced the hash, but not the password.
    """
    try:
        account = selectors.get_account(verified.id)
        if account.password != verified.password and not verify_password(password, account):
            raise _wrong_credentials()
        with explain_suspension(account.id), write(Conflict) as w:
            return sign_in_in_write(w, account, device, password_hash=better_hash)
    except NotFound:
        raise _wrong_credentials() from None


def sign_in_in_write(
    w: Write, account: Account, device: Device, *, password_hash: str = "", detail: str = ""
) -> SignIn:
    """Open a session in a write for a member who has proved who they are, and record the sign-in.

    The write raises `Suspended` if the account is suspended, and `Conflict` if it has changed.

    Args:
        w: The write.
        account: The account.
        device: The device of the new session.
        password_hash: A better hash of the password, which replaces the stored one; empty for none.
        detail: How the member signed in, for the security log; empty for the password.
    """
    require_not_suspended(w, account.id)
    _record_sign_in(w, account, device, password_hash)
    record_event(w, Kind.SIGN_IN, account_id=account.id, detail=detail)
    end_sessions_in_write(w, selectors.oldest_sessions(account.id, kept=MAX_SESSIONS - 1))
    result = SignIn(account.id, open_session(w, account.id, device))
    w.respond_with(result)
    return result


@contextmanager
def explain_suspension(user_id: str) -> Iterator[None]:
    """Count a sign-in that fails in the block because of a suspension, and raise the reason.

    Raises:
        Suspended: The account is suspended.
        AwaitingApproval: The sign-up was not approved yet.
    """
    try:
        yield
    except Suspended as error:
        count_event(Kind.SIGN_IN, account_id=user_id, detail="suspended")
        raise selectors.suspension_error(user_id, error.until_ms) from None


def _record_sign_in(w: Write, account: Account, device: Device, password_hash: str) -> None:
    """Write the account, and e-mail the member if the network of the device is new to it."""
    network, known = network_of(device.address), account.known_networks.split()
    recent = [network, *(other for other in known if other != network)] if network else known
    if network and known and network not in known and account.gets_email:
        signed_in_at = now().strftime("%d %B %Y, %H:%M UTC")
        queue_email(w, NEW_NETWORK, recipient=account.id, at=signed_in_at, network=network)
    # Every sign-in writes the account, so that it conflicts with a change of the password.
    w.update(
        account,
        check_revision=True,
        password=password_hash or account.password,
        last_sign_in_at=now(),
        known_networks=" ".join(recent[:MAX_KNOWN_NETWORKS]),
    )


def _wrong_credentials() -> NotAuthenticated:
    return NotAuthenticated("The name or the password is wrong.")


def open_session(w: Write, user_id: str, device: Device) -> Session:
    """Create a session in a write."""
    session = Session(
        id=new_id(),
        user_id=user_id,
        salt=secrets.token_urlsafe(16),
        user_agent=device.user_agent[:200],
        address=device.address[:45],
    )
    w.create(session, new_id=True)
    return session


# Refresh tokens ----------------------------------------------------------------------------------


@retry_on_conflict
def refresh(*, token: str) -> SignIn:
    """Rotate a refresh token.

    Of several concurrent requests exactly one rotates the token. For `REFRESH_GRACE_SECONDS`, the
    previous token returns the same successor, because the client may never have received it. Any
    older token must have been stolen, so its session is ended.

    Raises:
        NotAuthenticated: The token is invalid, expired or was used before.
        Suspended: The session was ended by a suspension that is still in force.
    """
    parsed = parse_refresh_token(token)
    session = selectors.get_session_of_token(parsed)
    if not is_genuine(parsed, session):
        count_event(Kind.REFRESH, detail="forged token")
        raise NotAuthenticated("The refresh token is not valid.")
    if session.ends_at < now():
        _end_session_detached(session, Outcome.FAILURE, "expired session")
        raise NotAuthenticated("The session has expired.")
    if parsed.generation == session.generation:
        return _rotate(session)
    grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
    if parsed.generation == session.generation - 1 and now() - session.rotated_at <= grace:
        return SignIn(session.user_id, session)
    _end_session_detached(session, Outcome.REUSE, "session ended")
    raise NotAuthenticated("The refresh token was used before. The session has been ended.")


def _rotate(session: Session) -> SignIn:
    """Advance a session to its next generation; stale if another request has rotated it."""
    rotated_at = now()
    try:
        with write(Conflict) as w:
            w.require(Account, session.user_id)
            w.update(
                session,
                check_revision=True,
                generation=session.generation + 1,
                rotated_at=rotated_at,
                last_used_at=rotated_at,
            )
            result = SignIn(session.user_id, session)
            w.respond_with(result)
    except NotFound:
        raise NotAuthenticated("The session has ended.") from None
    return result


# Ending sessions ---------------------------------------------------------------------------------


def end_session(session: Session) -> None:
    """End a session: from now on its tokens are invalid and its connections are closed."""
    try:
        with write() as w:
            w.delete(session)
            w.announce(SessionEnded(session.id))
            w.respond_with(None)
    except NotFound:
        return  # Another request has ended it.


def _end_session_detached(session: Session, outcome: Outcome, detail: str) -> None:
    """End a session in a write that is not part of the response, which is an error."""
    try:
        with detached(), write() as w:
            w.delete(session)
            w.announce(SessionEnded(session.id))
            record_event(w, Kind.REFRESH, outcome, account_id=session.user_id, detail=detail)
    except NotFound:
        return  # Another request has ended it.


def end_sessions_in_write(w: Write, ended: list[Session]) -> None:
    """End sessions in a write; those that have already ended are skipped."""
    for session in ended:
        w.delete(session, missing_ok=True)
        w.announce(SessionEnded(session.id))


def end_own_session(*, user_id: str, session_id: str) -> None:
    """End one of the member's own sessions.

    Raises:
        NotFound: The session has ended or belongs to another member.
    """
    session = reads.get_record(sessions, session_id)
    if session.user_id != user_id:
        raise NotFound
    end_session(session)


def end_all_sessions(*, user_id: str) -> None:
    """End all sessions of a member in one step, including that of the request."""
    with write() as w:
        end_sessions_in_write(w, selectors.sessions_of(user_id))
        w.respond_with(None)


def remove_session(*, session_id: str) -> None:
    """End any member's session, on behalf of staff.

    Raises:
        NotFound: The session has ended.
    """
    end_session(reads.get_record(sessions, session_id))
