"""Suspending an account: every session ends, and nobody can sign in to it for a while."""

from accounts import selectors
from accounts.models import EndedSession
from accounts.services.sessions import end_sessions_in_write
from mysocial.store import Write
from users import services as users


def suspend_account(w: Write, *, user_id: str, until_ms: int, reason: str) -> None:
    """Suspend an account within a write, until a moment in milliseconds. `NotFound`.

    Nobody sees anything of the member until then; `words` say why to who signs in. `Conflict` when
    somebody signed in meanwhile: look again.
    """
    account = selectors.get_account(user_id)
    # Strict: a sign-in meanwhile opened a session that is not among those that are listed.
    w.update(account, check_revision=True, suspension_reason=reason)
    ended = selectors.sessions_of(user_id)
    for session in ended:
        kept = EndedSession(id=session.id, user_id=user_id, salt=session.salt)
        w.create(kept, new_id=True)  # a session ends once
    end_sessions_in_write(w, ended)
    users.suspend(w, user_id, until_ms)


def lift_suspension(w: Write, *, user_id: str) -> None:
    """Let a suspended member sign in again, and show what is theirs, within a write. `NotFound`."""
    w.update(selectors.get_account(user_id), suspension_reason="")
    users.suspend(w, user_id, 0)
