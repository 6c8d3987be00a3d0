"""Changing the e-mail address: confirmed at the new address, revocable at the former one."""

import re
from datetime import timedelta

import pytest

from accounts import selectors, services
from accounts.models import CHANGE_EMAIL
from accounts.store import email_reservations
from mysocial.outbox import run_due_cascades, send_due
from mysocial.store import reads
from tests.support.concurrency import (
    assert_no_changes,
    dump_storage,
    live_records,
    run_concurrently,
)
from tests.support.people import PASSWORD, anonymous, confirm_emails, sign_up

NEW, NEW_PASSWORD = "alice@new.example", "another-horse-battery"
CONFIRM, REVOKE = "Confirm your new", "was changed"


@pytest.fixture
def token_of(mailoutbox):
    """Return a function that returns the token of the newest e-mail to an address."""

    def read(words, address):
        send_due()
        mails = [mail for mail in mailoutbox if words in mail.subject and mail.to == [address]]
        return re.search(r"token=([A-Za-z0-9_-]{43})\b", mails[-1].body).group(1)

    return read


@pytest.fixture
def change(token_of):
    """Return a function that changes an address and confirms the new one."""

    def change_to(person, email=NEW):
        assert request(person, email).status_code == 200
        assert confirm(token_of(CONFIRM, email)).status_code == 200

    return change_to


def request(person, email=NEW, password=PASSWORD):
    return person.put("accounts/me/email", {"email": email, "password": password})


def confirm(token):
    return anonymous.post(f"verify-email/{token}")


def revoke(token, password=NEW_PASSWORD):
    return anonymous.post(f"revoke-email-change/{token}", {"password": password})


def contact(person):
    account = person.get("accounts/me").json()
    return account["email"], account["email_verified"], account["pending_email"]


def sign_in(name, password=PASSWORD):
    return anonymous.post("signin", {"username": name, "password": password}).status_code


def reservations():
    """Return the live reservations of former addresses."""
    pks = live_records("accounts.emailreservation")
    return list(reads.get_records(email_reservations, pks).values())


# Requesting and confirming -----------------------------------------------------------------------


def test_the_new_address_counts_when_it_is_confirmed(alice, token_of):
    confirm_emails(alice)
    response = request(alice, "Alice@NEW.example")
    assert response.status_code == 200
    assert response.json()["user"]["pending_email"] == NEW
    assert contact(alice) == ("alice@example.com", True, NEW)
    assert (sign_in("alice@example.com"), sign_in(NEW)) == (200, 401)
    assert confirm(token_of(CONFIRM, NEW)).status_code == 200
    assert contact(alice) == (NEW, True, "")
    assert (sign_in("alice@example.com"), sign_in(NEW)) == (401, 200)


def test_an_address_that_was_mistyped_at_the_sign_up_can_be_corrected(alice, change, mailoutbox):
    change(alice)
    assert contact(alice) == (NEW, True, "")
    # Nobody has confirmed the former address: it gets no e-mail, and another member may have it.
    send_due()
    assert [mail for mail in mailoutbox if REVOKE in mail.subject] == []
    assert sign_up("other", email="alice@example.com").id


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": NEW, "password": "wrong-horse-battery"}, "password"),
        ({"email": NEW}, "password"),
        ({"email": "no address", "password": PASSWORD}, "email"),
        ({"email": "a" * 250 + "@b.example", "password": PASSWORD}, "email"),
        ({"password": PASSWORD}, "email"),
    ],
)
def test_a_refused_request_changes_nothing(alice, body, field):
    with assert_no_changes():
        response = alice.put("accounts/me/email", body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert contact(alice) == ("alice@example.com", False, "")


def test_the_current_address_cancels_a_change(alice, token_of, mailoutbox):
    request(alice)
    token = token_of(CONFIRM, NEW)
    assert request(alice, "alice@example.com").json()["user"]["pending_email"] == ""
    with assert_no_changes():
        assert confirm(token).status_code == 400
    assert contact(alice) == ("alice@example.com", False, "")


def test_the_newest_of_several_new_addresses_counts(alice, token_of):
    request(alice, "first@new.example")
    first = token_of(CONFIRM, "first@new.example")
    request(alice)
    with assert_no_changes():
        assert confirm(first).status_code == 400
    assert confirm(token_of(CONFIRM, NEW)).status_code == 200
    assert contact(alice) == (NEW, True, "")


def test_the_confirmation_of_a_new_address_is_sent_again_on_request(alice, token_of, mailoutbox):
    request(alice)
    assert alice.post("accounts/me/verify-email").status_code == 200
    send_due()
    assert len([mail for mail in mailoutbox if mail.to == [NEW]]) == 2
    assert confirm(token_of(CONFIRM, NEW)).status_code == 200


def test_one_of_two_concurrent_confirmations_of_an_address_succeeds(alice, bob, token_of):
    tokens = []
    for person in (alice, bob):
        assert request(person).status_code == 200
        tokens.append(token_of(CONFIRM, NEW))
    responses = run_concurrently(*(lambda token=token: confirm(token) for token in tokens))
    assert sorted(response.status_code for response in responses) == [200, 409]
    assert sorted(contact(person)[0] == NEW for person in (alice, bob)) == [False, True]


def test_an_address_that_was_taken_meanwhile_changes_nothing(alice, token_of):
    request(alice)
    token = token_of(CONFIRM, NEW)
    sign_up("quicker", email=NEW)
    with assert_no_changes():
        assert confirm(token).status_code == 409
    assert contact(alice) == ("alice@example.com", False, NEW)


def test_a_link_to_the_former_address_does_not_set_the_password(alice, change, token_of):
    confirm_emails(alice)
    anonymous.post("forgot-password", {"email": "alice@example.com"})
    token = token_of("Reset", "alice@example.com")
    change(alice)
    with assert_no_changes():
        response = anonymous.post(f"reset-password/{token}", {"password": NEW_PASSWORD})
    assert response.status_code == 400


def test_requests_are_limited(alice, settings):
    settings.RATE_LIMITS = True
    for number in range(5):
        assert request(alice, f"{number}@new.example").status_code == 200
    with assert_no_changes():
        assert request(alice, "5@new.example").status_code == 429


# Revoking ----------------------------------------------------------------------------------------


def test_the_former_address_takes_the_account_back(alice, change, token_of):
    confirm_emails(alice)
    change(alice)
    token = token_of(REVOKE, "alice@example.com")
    assert revoke(token).status_code == 200
    assert alice.get("accounts/me").status_code == 401
    assert (sign_in("alice"), sign_in("alice", NEW_PASSWORD)) == (401, 200)
    assert (sign_in(NEW, NEW_PASSWORD), sign_in("alice@example.com", NEW_PASSWORD)) == (401, 200)
    with assert_no_changes():
        assert revoke(token).status_code == 400
    assert reservations() == []


def test_a_weak_password_does_not_use_the_link(alice, change, token_of):
    confirm_emails(alice)
    change(alice)
    token = token_of(REVOKE, "alice@example.com")
    with assert_no_changes():
        assert revoke(token, "short").status_code == 400
    assert contact(alice) == (NEW, True, "")
    assert revoke(token).status_code == 200


def test_a_second_change_cannot_prevent_or_undo_the_revocation(alice, change, token_of):
    confirm_emails(alice)
    change(alice, "first@thief.example")
    original = token_of(REVOKE, "alice@example.com")
    change(alice, "second@thief.example")
    later = token_of(REVOKE, "first@thief.example")
    assert revoke(original).status_code == 200
    with assert_no_changes():
        assert revoke(later).status_code == 400
    assert sign_in("alice@example.com", NEW_PASSWORD) == 200


def test_a_former_address_is_reserved_for_a_week(alice, bob, change):
    confirm_emails(alice)
    change(alice)
    body = {"username": "other", "email": "alice@example.com", "password": PASSWORD}
    with assert_no_changes():
        refused = anonymous.post("signup", body)
    request(bob, "alice@example.com")
    token = services.create_token(selectors.get_account(bob.id), CHANGE_EMAIL)
    with assert_no_changes():
        assert confirm(token).status_code == 409
    assert refused.status_code == 409
    assert [error["field"] for error in refused.json()["errors"]] == ["email"]
    (reservation,) = reservations()
    assert reservation.expires_at - reservation.created_at == pytest.approx(
        timedelta(days=7), abs=timedelta(seconds=1)
    )


def test_the_member_may_have_a_former_address_again(alice, change):
    confirm_emails(alice)
    change(alice)
    change(alice, "alice@example.com")
    assert contact(alice) == ("alice@example.com", True, "")
    (reservation,) = reservations()
    assert reservation.email == NEW


def test_an_expired_reservation_reserves_nothing(alice, bob, change, token_of, settings):
    settings.EMAIL_REVOCATION_SECONDS = 0
    confirm_emails(alice)
    change(alice)
    token = token_of(REVOKE, "alice@example.com")
    with assert_no_changes():
        assert revoke(token).status_code == 400
    change(bob, "alice@example.com")
    assert contact(bob) == ("alice@example.com", True, "")
    change(bob, "bob@new.example")  # which reserves the same address again
    (reservation,) = reservations()
    assert (reservation.user_id, reservation.email) == (bob.id, "alice@example.com")


def test_the_erasure_of_an_account_frees_its_former_addresses(alice, change, token_of):
    confirm_emails(alice)
    change(alice)
    token = token_of(REVOKE, "alice@example.com")
    assert alice.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    with assert_no_changes():
        assert revoke(token).status_code == 400
    run_due_cascades()
    assert reservations() == []
    assert sign_up("other", email="alice@example.com").id


def test_only_hashes_of_the_tokens_are_stored(alice, change, token_of):
    confirm_emails(alice)
    change(alice)
    assert token_of(REVOKE, "alice@example.com") not in dump_storage()
