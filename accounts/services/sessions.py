"""Signing in, and the sessions that come of it."""

import secrets
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from accounts import selectors
from accounts.events import SessionEnded
from accounts.models import Account, Session
from accounts.passwords import verify_password
from accounts.store import sessions
from accounts.tokens import is_genuine, parse_refresh_token
from mysocial.core.errors import Conflict, NotAuthenticated, NotFound, Suspended
from mysocial.core.ids import new_id, now
from mysocial.core.request_context import detached
from mysocial.store import Write, reads, write
from users.services import require_not_suspended

MAX_ATTEMPTS = 40  # each was lost to somebody who succeeded


class Device(NamedTuple):
    """Where a sign-in comes from."""

    user_agent: str = ""
    address: str = ""


class SignIn(NamedTuple):
    """A sign-in that succeeded."""

    user_id: str
    session: Session


def sign_in(*, name: str, password: str, device: Device) -> SignIn:
    """Open a session. One answer, in the same time, for an unknown name and a wrong password.

    `Suspended` only for the right one.
    """
    wrong = NotAuthenticated("The name or the password is wrong.")
    account = selectors.find_account(name)
    if not verify_password(password, account) or account is None:
        if account is not None:
            _check_dummy_password(name)
        raise wrong
    proven = account.password
    for _ in range(MAX_ATTEMPTS):
        if account.password != proven:
            raise wrong  # It was changed while we checked it.
        try:
            with write() as w:
                require_not_suspended(w, account.id)
                w.update(account, check_revision=True, last_sign_in_at=now())
                result = SignIn(account.id, open_session(w, account.id, device))
                w.respond_with(result)
            return result
        except Conflict:
            account = selectors.get_account(account.id)
        except NotFound:
            raise wrong from None
        except Suspended as error:
            raise selectors.suspension_error(account.id, error.until_ms) from None
    raise Conflict


def _check_dummy_password(name: str) -> None:
    """Look for such a name that nobody has, or time would tell that somebody has this one.

    Redis knows its members; of whoever is none MongoDB is asked. `Unavailable` as for them.
    """
    nobodys = secrets.token_hex(12)
    selectors.find_account(f"{nobodys}@{nobodys}" if "@" in name else nobodys)


def refresh(*, token: str) -> SignIn:
    """Rotate a refresh token.

    Of many at once exactly one rotates; within the grace time the token before answers the same
    successor, because a client may never have received it. An older token was stolen from
    somebody: the whole session ends. `NotAuthenticated`, or `Suspended` when that ended it.
    """
    said = parse_refresh_token(token)
    for _ in range(MAX_ATTEMPTS):
        session = selectors.get_session_of_token(said)
        if not is_genuine(said, session):
            raise NotAuthenticated("The refresh token is not valid.")
        if session.last_used_at + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS) < now():
            _end_aside(session)
            raise NotAuthenticated("The session has expired.")
        if said.generation == session.generation:
            try:
                return _rotate(session)
            except Conflict:
                continue  # Somebody else rotated it between our look and our write.
        grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
        if said.generation == session.generation - 1 and now() - session.rotated_at <= grace:
            return SignIn(session.user_id, session)
        _end_aside(session)
        raise NotAuthenticated("The refresh token was used before; the session is ended.")
    raise Conflict


def _rotate(session: Session) -> SignIn:
    at = now()
    try:
        with write() as w:
            w.require(Account, session.user_id)
            w.update(
                session,
                check_revision=True,
                generation=session.generation + 1,
                rotated_at=at,
                last_used_at=at,
            )
            result = SignIn(session.user_id, session)
            w.respond_with(result)
    except NotFound:
        raise NotAuthenticated("The session has ended.") from None
    return result


def open_session(w: Write, user_id: str, device: Device) -> Session:
    """Make a session within a write."""
    session = Session(
        id=new_id(),
        user_id=user_id,
        salt=secrets.token_urlsafe(16),
        user_agent=device.user_agent[:200],
        address=device.address[:45],
    )
    w.create(session, new_id=True)
    return session


def end_session(session: Session) -> None:
    """End a session, once: its tokens are refused and its sockets closed from now on."""
    try:
        with write() as w:
            w.delete(session)
            w.announce(SessionEnded(session.id))
            w.respond_with(None)
    except NotFound:
        return  # It ended meanwhile.


def remove_session(*, session_id: str) -> None:
    """End anybody's session, as staff. `NotFound`."""
    end_session(reads.get_record(sessions, session_id))


def _end_aside(session: Session) -> None:
    with detached():
        end_session(session)


def end_sessions_in_write(w: Write, some: list[Session]) -> None:
    """End sessions within a write; those that ended meanwhile are passed over."""
    for session in some:
        w.delete(session, missing_ok=True)
        w.announce(SessionEnded(session.id))


def end_own_session(*, user_id: str, session_id: str) -> None:
    """End one of one's own sessions; `NotFound` for anybody else's."""
    session = reads.get_record(sessions, session_id)
    if session.user_id != user_id:
        raise NotFound
    end_session(session)


def end_all_sessions(*, user_id: str) -> None:
    """End every session of a member in one step, the one that asks included."""
    with write() as w:
        end_sessions_in_write(w, selectors.sessions_of(user_id))
        w.respond_with(None)
