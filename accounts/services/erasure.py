"""Erasing an account and all that hangs on it."""

from collections.abc import Iterable

from accounts import selectors
from accounts.models import ERASED
from accounts.passwords import is_right
from accounts.services.sessions import end_within
from accounts.store import tokens
from mysocial.core.errors import Invalid
from mysocial.core.ids import now
from mysocial.outbox.cascades import remove_many
from mysocial.outbox.email import queue_mail
from mysocial.store.writes import MOVED, again, write
from users.services import remove_user


def erase_own_account(*, user_id: str, password: str) -> None:
    """Erase one's own account. `Invalid` for a wrong password.

    When this returns, nobody sees anything of the member and every session has ended; what hung on
    the account is then removed by Celery. The name and the address are free again.
    """
    if not is_right(password, selectors.get_account(user_id)):
        raise Invalid(errors={"password": "This is not your password."})
    erase_account(account_id=user_id)


def erase_account(*, account_id: str) -> None:
    """Erase anybody's account, as staff."""
    again(lambda: _erase(account_id))


def forget_tokens(token_ids: Iterable[str]) -> int:
    """Delete one-time tokens, which nobody can use any more; return how many there were."""
    return remove_many(tokens, token_ids)


def _erase(account_id: str) -> None:
    account = selectors.get_account(account_id)
    with write(*MOVED) as w:
        # Strict: a sign-in meanwhile opened a session that is not among those that are listed.
        w.delete(account, strict=True)
        end_within(w, selectors.sessions_of(account_id))
        remove_user(w, account_id)
        # The address itself: soon nobody knows any more whose it was.
        queue_mail(w, ERASED, recipient=account.email, at=now().strftime("%d %B %Y, %H:%M UTC"))
        w.returns(None)
