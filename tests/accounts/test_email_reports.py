"""Reports of the e-mail provider: bounces and complaints end e-mail to an address, and no more."""

import pytest

from accounts.models import Account
from accounts.store import accounts
from mysocial.core.redis import client
from mysocial.store import reads
from tests.accounts.email_reports import (
    ALICE,
    SENT,
    confirm,
    post,
    postmark,
    recorded,
    sent_ids,
    state,
    use_provider,
)
from tests.notifications.notification_checks import follow
from tests.support.concurrency import live_records
from tests.support.people import anonymous, confirm_emails, sign_up


@pytest.fixture(autouse=True)
def _provider(settings):
    use_provider(settings)


@pytest.mark.parametrize(
    ("kind", "failure"), [("HardBounce", "bounce"), ("SpamComplaint", "complaint")]
)
def test_a_reported_address_gets_no_more_email(kind, failure, alice, bob):
    confirm_emails(alice)
    follow(bob, alice)
    newest = sent_ids()[-1]
    assert state(alice) == ("", False)
    assert post("postmark", postmark(kind, newest)).status_code == 200
    assert state(alice) == (failure, True)
    count = len(sent_ids())
    bob.create_post("@alice")
    alice.post("accounts/me/export", {"password": "correct-horse-battery"})
    assert len(sent_ids()) == count
    assert state(bob) == ("", False)


def test_a_report_is_in_the_security_log_and_in_the_list_of_emails(alice):
    (message,) = sent_ids()
    post("postmark", postmark("HardBounce", message))
    (event,) = recorded(kind="email_delivery")
    assert (event.account_id, event.outcome, event.detail) == (alice.id, "failure", "bounce")
    (email,) = live_records("mysocial.email").values()
    assert email[b"status"] == b"reported"
    assert b"does not exist or refuses" in email[b"main"]


def test_confirming_again_ends_it_and_the_same_report_does_not_count_again(alice):
    (message,) = sent_ids()
    report = postmark("HardBounce", message)
    post("postmark", report)
    assert confirm(alice) == 200
    assert state(alice) == ("", False)
    assert post("postmark", report).status_code == 200
    assert state(alice) == ("", False)


def test_a_late_report_of_an_email_from_before_the_confirmation_does_not_count(alice):
    (first,) = sent_ids()
    assert confirm(alice) == 200
    post("postmark", postmark("HardBounce", first))
    assert state(alice) == ("", False)


def test_another_address_ends_it(alice):
    (message,) = sent_ids()
    post("postmark", postmark("HardBounce", message))
    alice.put(
        "accounts/me/email", {"email": "new@example.com", "password": "correct-horse-battery"}
    )
    assert confirm(alice) == 200
    assert alice.get("accounts/me").json()["email"] == "new@example.com"
    assert state(alice) == ("", False)
    # No e-mail about the change goes to the mailbox that does not exist.
    assert sent_ids() == [message]


def test_a_reset_of_the_password_is_sent_and_ends_it(alice):
    (message,) = sent_ids()
    post("postmark", postmark("HardBounce", message))
    anonymous.post("forgot-password", {"email": ALICE})
    assert len(sent_ids()) == 2
    link = next(word for word in SENT[-1].body.split() if "token=" in word)
    body = {"password": "another-battery-horse"}
    assert anonymous.post(f"reset-password/{link.partition('token=')[2]}", body).status_code == 200
    alice.post("signin", {"username": "alice", "password": "another-battery-horse"})
    account = reads.get_record(accounts, alice.id)
    assert (account.email_failure, account.email_verified) == ("", True)


def test_a_complaint_about_an_account_of_somebody_else_stops_its_emails(alice):
    """The address was never confirmed: its owner is not the person who signed up with it."""
    (message,) = sent_ids()
    post("postmark", postmark("SpamComplaint", message))
    alice.post("accounts/me/verify-email")
    anonymous.post("forgot-password", {"email": ALICE})
    assert sent_ids() == [message]


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("unknown", ALICE),
        ("", ALICE),
        (None, ALICE),
        (["provider-1"], ALICE),
        ("x" * 5000, ALICE),
        ("<6617e65d7fe25b6cf653759b@mysocial.example>", ALICE),
        ("provider-1", "bob@example.com"),
        ("provider-1", "nobody@example.com"),
        ("provider-1", "not an address"),
    ],
)
def test_unknown_messages_and_addresses_are_ignored(message, address, alice, bob):
    assert sent_ids() == ["provider-1"]
    assert post("postmark", postmark("HardBounce", message, address)).status_code in {200, 400}
    assert state(alice) == state(bob) == ("", False)
    assert recorded(kind="email_delivery") == []


def test_a_message_is_also_known_by_our_own_id(alice):
    """The SMTP server of a provider reports the `Message-ID` of the e-mail."""
    sent_ids()
    own = SENT[0].extra_headers["Message-ID"]
    post("postmark", postmark("HardBounce", own))
    assert state(alice) == ("bounce", True)


def test_the_ids_of_messages_expire(alice):
    sent_ids()
    (key,) = client().scan_iter("email_message:*")
    assert 0 < client().ttl(key) <= 7 * 24 * 3600


def test_a_report_about_an_erased_member_is_ignored(alice):
    (message,) = sent_ids()
    body = {"password": "correct-horse-battery"}
    assert alice.call("DELETE", "accounts/me", body).status_code == 200
    assert post("postmark", postmark("HardBounce", message)).status_code == 200


def test_the_export_says_why_no_email_is_sent():
    assert {"email_failure", "email_failed_at"} <= {
        field.name for field in Account._meta.concrete_fields
    }
    assert sign_up("ada").get("accounts/me").json()["email_failure"] == ""
