"""Approvals: new accounts that wait for staff are hidden, and cannot sign in."""

from accounts import selectors
from accounts.models import ACCOUNT_APPROVED
from mysocial.core.errors import Conflict, Invalid
from mysocial.outbox import queue_email
from mysocial.store import retry_on_conflict, write
from users import services as users


@retry_on_conflict
def approve_account(*, account_id: str) -> None:
    """Approve an account, on behalf of staff: it becomes visible and can sign in.

    Raises:
        NotFound: There is no such account.
        Invalid: It does not wait for an approval.
    """
    account = selectors.get_account(account_id)
    if not account.awaits_approval:
        raise Invalid("This account does not wait for an approval.")
    with write(Conflict) as w:
        w.update(account, check_revision=True, awaits_approval=False)
        users.suspend(w, account_id, 0)
        if account.gets_email:
            queue_email(w, ACCOUNT_APPROVED, recipient=account_id)
        w.respond_with(None)
