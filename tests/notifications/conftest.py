"""Fixtures for the tests of e-mails."""

import pytest

from mysocial.outbox import send_due
from tests.support.people import confirm_emails


@pytest.fixture
def at_most_two(alice, bob, stranger, settings, mailoutbox):
    """Confirm the addresses, and allow two e-mails a day."""
    send_due()
    confirm_emails(alice, bob, stranger)
    mailoutbox.clear()
    settings.MAX_EMAILS_PER_DAY = 2
