"""Reports of the e-mail provider: addresses that cannot be reached, or whose owner complained."""

from accounts import selectors
from accounts.email_addresses import normalize_email
from accounts.models import Account, EmailFailure
from mysocial.core.ids import now
from mysocial.outbox import Email, find_reported_email, mark_reported
from mysocial.security_log import Kind, Outcome, record_event
from mysocial.store import STALE_ERRORS, retry_on_conflict, write


@retry_on_conflict
def report_email_failure(*, message_id: str, address: str, failure: EmailFailure) -> bool:
    """Send no more e-mail to an address, because its provider or its owner does not want it.

    Each e-mail counts once, and only for the address that it was sent to, as long as the account
    has it. An e-mail from before the address was confirmed the last time does not count. So a
    report that is repeated changes nothing, and an unknown one neither.

    Args:
        message_id: The id that the provider gave the e-mail.
        address: The address that it reports.
        failure: What happened.

    Returns:
        Whether the account gets no more e-mail because of it.

    Raises:
        Unavailable: The store cannot be reached.
    """
    email = find_reported_email(message_id)
    if email is None:
        return False
    account = _find_recipient(email)
    is_marked = account is not None and _concerns(email, account, address)
    with write(*STALE_ERRORS) as w:
        mark_reported(w, email, failure.label)
        if account is not None and is_marked:
            w.update(account, check_revision=True, email_failure=failure, email_failed_at=now())
            record_event(
                w,
                Kind.EMAIL_DELIVERY,
                Outcome.FAILURE,
                account_id=account.id,
                detail=failure.value,
            )
    return is_marked


def _find_recipient(email: Email) -> Account | None:
    """Return the account that an e-mail was sent to: its recipient is a member or an address."""
    if "@" in email.recipient:
        return selectors.find_account(email.recipient)
    return selectors.find_account_by_id(email.recipient)


def _concerns(email: Email, account: Account, address: str) -> bool:
    """Return whether a report about an e-mail is one about the account's address as it is now."""
    try:
        is_current = normalize_email(address) == account.email
    except ValueError:
        return False
    confirmed_at = account.email_confirmed_at
    is_newer = not confirmed_at or bool(email.sent_at and email.sent_at > confirmed_at)
    return is_current and is_newer and not account.email_failure
