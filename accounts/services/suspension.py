"""Suspending an account: all sessions end, and signing in is refused for a while."""

from accounts import selectors
from accounts.models import EndedSession
from accounts.services.sessions import end_sessions_in_write
from mysocial.store import Write
from users import services as users


def suspend_account(w: Write, *, user_id: str, until_ms: int, reason: str) -> None:
    """Suspend an account in a write, until a time in ms since 1970.

    Until then the member and their content are hidden; signing in fails and shows `reason`.
    The write fails with `Conflict` if the member signs in concurrently; the caller must retry it.

    Raises:
        NotFound: There is no such account.
    """
    account = selectors.get_account(user_id)
    # Checked, because a session that a concurrent sign-in opened is not in the list below.
    w.update(account, check_revision=True, suspension_reason=reason)
    sessions = selectors.sessions_of(user_id)
    for session in sessions:
        ended = EndedSession(id=session.id, user_id=user_id, salt=session.salt)
        w.create(ended, new_id=True)  # A session ends only once.
    end_sessions_in_write(w, sessions)
    users.suspend(w, user_id, until_ms)


def lift_suspension(w: Write, *, user_id: str) -> None:
    """End the suspension of an account in a write, and show the member's content again.

    Raises:
        NotFound: There is no such account.
    """
    w.update(selectors.get_account(user_id), suspension_reason="", awaits_approval=False)
    users.suspend(w, user_id, 0)
