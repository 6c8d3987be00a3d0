"""Erasing an account and all that hangs on it."""

from collections.abc import Iterable

from accounts import selectors
from accounts.models import ACCOUNT_ERASED
from accounts.passwords import verify_password
from accounts.services.sessions import end_sessions_in_write
from accounts.store import tokens
from mysocial.core.errors import Invalid
from mysocial.core.ids import now
from mysocial.outbox import delete_records, queue_email
from mysocial.store import STALE_ERRORS, run_with_retry, write
from users.services import delete_user


def erase_own_account(*, user_id: str, password: str) -> None:
    """Erase one's own account. `Invalid` for a wrong password.

    When this returns, nobody sees anything of the member and every session has ended; what hung on
    the account is then removed by Celery. The name and the address are free again.
    """
    if not verify_password(password, selectors.get_account(user_id)):
        raise Invalid(errors={"password": "This is not your password."})
    erase_account(account_id=user_id)


def erase_account(*, account_id: str) -> None:
    """Erase anybody's account, as staff."""
    run_with_retry(lambda: _erase(account_id))


def delete_tokens(token_ids: Iterable[str]) -> int:
    """Delete one-time tokens, which nobody can use any more; return how many there were."""
    return delete_records(tokens, token_ids)


def _erase(account_id: str) -> None:
    account = selectors.get_account(account_id)
    with write(*STALE_ERRORS) as w:
        # Strict: a sign-in meanwhile opened a session that is not among those that are listed.
        w.delete(account, check_revision=True)
        end_sessions_in_write(w, selectors.sessions_of(account_id))
        delete_user(w, account_id)
        # The address itself: soon nobody knows any more whose it was.
        queue_email(
            w, ACCOUNT_ERASED, recipient=account.email, at=now().strftime("%d %B %Y, %H:%M UTC")
        )
        w.respond_with(None)
