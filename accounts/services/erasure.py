"""Erasing an account and all data that depends on it."""

from accounts import selectors
from accounts.models import ACCOUNT_ERASED
from accounts.services.passwords import require_password
from accounts.services.sessions import end_sessions_in_write
from mysocial.core.ids import now
from mysocial.outbox import queue_email
from mysocial.security_log import Kind, record_event
from mysocial.store import STALE_ERRORS, retry_on_conflict, write
from users.services import delete_user


def erase_own_account(*, user_id: str, password: str) -> None:
    """Erase the member's own account.

    When this returns, nobody can see anything of the member, all sessions have ended, and the
    username and the e-mail address are free. Celery deletes the rest of the data afterwards.

    Raises:
        Invalid: The password is wrong.
    """
    require_password(user_id, password)
    erase_account(account_id=user_id)


@retry_on_conflict
def erase_account(*, account_id: str) -> None:
    """Erase any member's account, on behalf of staff.

    Raises:
        NotFound: There is no such account.
    """
    account = selectors.get_account(account_id)
    with write(*STALE_ERRORS) as w:
        # Checked, because a session that a concurrent sign-in opened is not in the list below.
        w.delete(account, check_revision=True)
        end_sessions_in_write(w, selectors.sessions_of(account_id))
        delete_user(w, account_id)
        record_event(w, Kind.ERASURE)  # without the account, of which nothing may remain
        if account.gets_email:
            # The address itself, because the account will be gone when the e-mail is sent.
            erased_at = now().strftime("%d %B %Y, %H:%M UTC")
            queue_email(w, ACCOUNT_ERASED, recipient=account.email, at=erased_at)
        w.respond_with(None)
