"""The base class of e-mails to members."""

from typing import Any

from accounts import selectors
from accounts.models import Account
from mysocial.core.errors import NotFound
from mysocial.outbox import Email, EmailTemplate
from users.selectors import get_user


class AccountEmail(EmailTemplate):
    """An e-mail to a member; dropped if the account does not exist, or its address is not
    confirmed or cannot be reached."""

    @classmethod
    def account(cls, recipient: str) -> Account | None:
        """Return the account to send an e-mail to, or None to drop it."""
        account = find_account(recipient)
        return account if account and account.gets_email else None

    @classmethod
    def context(cls, account: Account, email: Email) -> dict[str, Any]:
        """Return the context of the template, in addition to `username`.

        By default, these are the parameters of the e-mail.
        """
        return dict(email.params)

    @classmethod
    def prepare(cls, email: Email) -> tuple[str, dict[str, Any]] | None:
        account = cls.account(email.recipient)
        if account is None:
            return None
        context = cls.context(account, email)
        return account.email, {"username": get_user(account.id).username, **context}


def find_account(account_id: str) -> Account | None:
    """Return an account, or None if it no longer exists."""
    try:
        return selectors.get_account(account_id)
    except NotFound:
        return None
