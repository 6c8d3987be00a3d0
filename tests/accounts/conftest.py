"""A member with a confirmed address, and links to sign in."""

import re

import pytest

from mysocial.outbox import send_due
from tests.support.people import anonymous, confirm_emails


@pytest.fixture
def confirmed(alice):
    """Return Alice with a confirmed address."""
    confirm_emails(alice)
    return alice


@pytest.fixture
def link_token(mailoutbox):
    """Return a function that requests a link and returns the token of the newest e-mail."""

    def ask(email="alice@example.com"):
        assert anonymous.post("signin/link", {"email": email}).status_code == 200
        send_due()
        mail = [mail for mail in mailoutbox if "link to sign in" in mail.subject][-1]
        assert mail.to == [email]
        link = re.search(r"https?://\S+/sign-in-link\?token=([A-Za-z0-9_-]{43})\b", mail.body)
        return link.group(1)

    return ask
