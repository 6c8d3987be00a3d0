"""New addresses that belong to another account: nobody learns who has one."""

import pytest

from mysocial.outbox import send_due
from tests.accounts.test_email_changes import (
    CONFIRM,
    change,
    confirm,
    contact,
    request,
    sign_in,
    token_of,
)
from tests.support.concurrency import live_records
from tests.support.people import PASSWORD, confirm_emails, sign_up

__all__ = ["change", "token_of"]  # fixtures


def test_a_request_does_not_show_whether_an_address_is_taken(alice, bob, change, token_of):
    confirm_emails(bob)
    change(bob, "bob@new.example")  # the former address is reserved
    sign_up("unconfirmed", email="unconfirmed@example.com")
    taken = ("bob@new.example", "bob@example.com", "unconfirmed@example.com")
    responses = [request(alice, email) for email in (*taken, "free@example.com")]
    assert {response.status_code for response in responses} == {200}
    shown = []
    for response, email in zip(responses, (*taken, "free@example.com"), strict=True):
        body = response.json()
        assert body["user"].pop("pending_email") == email
        shown.append(body)
    assert shown == shown[:1] * 4


@pytest.mark.parametrize("email", ["bob@new.example", "bob@example.com"])
def test_the_owner_of_an_address_learns_that_somebody_entered_it(
    alice, bob, change, mailoutbox, email
):
    confirm_emails(bob)
    change(bob, "bob@new.example")  # the former address is reserved
    send_due()
    mailoutbox.clear()
    token_count = len(live_records("accounts.onetimetoken"))
    request(alice, email)
    send_due()
    (mail,) = [mail for mail in mailoutbox if mail.to == [email]]
    assert mail.subject == "Somebody entered your e-mail address"
    assert "The member alice" in mail.body
    assert "token" not in mail.body + str(mail.alternatives)
    assert len(live_records("accounts.onetimetoken")) == token_count


def test_an_unconfirmed_owner_of_an_address_gets_no_email_when_somebody_enters_it(
    alice, bob, mailoutbox
):
    send_due()
    mailoutbox.clear()
    request(alice, "bob@example.com")
    send_due()
    assert mailoutbox == []


def test_a_taken_address_is_never_confirmed_and_is_free_again_after_an_erasure(
    alice, bob, token_of, run_cascades
):
    confirm_emails(bob)
    request(alice, "bob@example.com")
    assert contact(alice) == ("alice@example.com", False, "bob@example.com")
    assert sign_in("bob@example.com") == 200
    bob.call("DELETE", "accounts/me", {"password": PASSWORD})
    run_cascades()
    alice.post("accounts/me/verify-email")
    assert confirm(token_of(CONFIRM, "bob@example.com")).status_code == 200
    assert contact(alice) == ("bob@example.com", True, "")
