"""Changing and resetting a password, and confirming an address, through HTTP."""

import re

import pytest

from accounts.models import OneTimeToken
from accounts.tokens import hash_token
from mysocial.outbox import send_due
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    dump_storage,
    live_records,
    run_concurrently,
)
from tests.support.people import PASSWORD, Person, anonymous, confirm_emails, sign_up

NEW = "another-horse-battery"


def sign_in(name, password=PASSWORD):
    return anonymous.post("signin", {"username": name, "password": password})


def new_device(person, password=PASSWORD):
    data = sign_in(person.username, password).json()
    return Person(person.id, person.username, data["access"], data["refresh"])


@pytest.fixture
def outbox(mailoutbox):
    """Return a function that sends due e-mails and returns those with a text in the subject."""

    def read(words):
        send_due()
        return [mail for mail in mailoutbox if words in mail.subject]

    return read


def token_in(mail):
    return re.search(r"token=([A-Za-z0-9_-]{43})\b", mail.body).group(1)


@pytest.fixture
def reset_token(outbox):
    """Return a function that requests a reset and returns the token of the e-mail."""

    def ask(email="alice@example.com"):
        assert anonymous.post("forgot-password", {"email": email}).status_code == 200
        return token_in(outbox("Reset")[-1])

    return ask


def reset(token, password=NEW):
    return anonymous.post(f"reset-password/{token}", {"password": password})


# Change ------------------------------------------------------------------------------------------


def test_only_the_new_password_signs_in_after_a_change(alice, outbox):
    confirm_emails(alice)
    response = alice.put(
        "accounts/me/password", {"current_password": PASSWORD, "new_password": NEW}
    )
    assert response.status_code == 200
    assert sign_in("alice", NEW).status_code == 200
    assert sign_in("alice", PASSWORD).status_code == 401
    assert [mail.to for mail in outbox("was changed")] == [["alice@example.com"]]


def test_a_change_of_the_password_ends_all_other_sessions(alice, bob):
    phone, tablet = new_device(alice), new_device(alice)
    phone.put("accounts/me/password", {"current_password": PASSWORD, "new_password": NEW})
    assert phone.get("posts").status_code == 200
    assert anonymous.post("token/refresh", {"refresh": phone.refresh}).status_code == 200
    for ended in (alice, tablet):
        assert ended.get("posts").status_code == 401
        assert anonymous.post("token/refresh", {"refresh": ended.refresh}).status_code == 401
    assert bob.get("posts").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"current_password": "wrong-horse-battery", "new_password": NEW}, "current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "alice123"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "x7" * 65}, "new_password"),
        ({"current_password": PASSWORD}, "new_password"),
        ({"new_password": NEW}, "current_password"),
    ],
)
def test_a_rejected_password_change_changes_nothing(alice, body, field):
    with assert_no_changes():
        response = alice.put("accounts/me/password", body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert sign_in("alice").status_code == 200


def test_one_of_two_concurrent_password_changes_wins(alice):
    phone = new_device(alice)
    responses = run_concurrently(
        lambda: alice.put(
            "accounts/me/password", {"current_password": PASSWORD, "new_password": NEW + "1"}
        ),
        lambda: phone.put(
            "accounts/me/password", {"current_password": PASSWORD, "new_password": NEW + "2"}
        ),
    )
    winner = [response.status_code for response in responses].index(200)
    assert responses[1 - winner].status_code in {400, 401, 409}
    assert sign_in("alice", f"{NEW}{winner + 1}").status_code == 200
    assert sign_in("alice", f"{NEW}{2 - winner}").status_code == 401


# Reset -------------------------------------------------------------------------------------------


def test_forgot_password_responds_the_same_with_and_without_an_account(alice, outbox):
    responses = [
        anonymous.post("forgot-password", {"email": email})
        for email in ("alice@example.com", "ALICE@example.com", "nobody@example.com")
    ]
    assert {(response.status_code, response.content) for response in responses} == {
        (200, responses[0].content)
    }
    assert len({tuple(sorted(response.headers)) for response in responses}) == 1
    assert [mail.to for mail in outbox("Reset")] == [["alice@example.com"]] * 2


def test_a_reset_sets_the_password_and_ends_all_sessions(alice, reset_token, outbox):
    response = reset(reset_token())
    assert response.status_code == 200
    assert alice.get("posts").status_code == 401
    assert sign_in("alice", NEW).status_code == 200
    assert sign_in("alice").status_code == 401
    assert len(outbox("was changed")) == 1


def test_a_reset_token_works_once(alice, reset_token):
    token = reset_token()
    assert reset(token).status_code == 200
    with assert_no_changes():
        response = reset(token, "a-third-horse-battery")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["token"]


def test_one_of_many_concurrent_resets_wins(alice, reset_token):
    token = reset_token()
    responses = run_concurrently(*[lambda n=n: reset(token, f"{NEW}-{n}") for n in range(8)])
    assert count_statuses(responses) == {200: 1, 400: 7}
    winner = [response.status_code for response in responses].index(200)
    assert sign_in("alice", f"{NEW}-{winner}").status_code == 200


def test_only_the_hash_of_a_reset_token_is_stored(alice, reset_token, flush_all):
    token = reset_token()
    flush_all()
    stored = dump_storage()
    assert token not in stored
    assert hash_token(token) in stored


def test_a_reset_invalidates_other_reset_tokens(alice, reset_token):
    first, second = reset_token(), reset_token()
    assert reset(first).status_code == 200
    with assert_no_changes():
        assert reset(second, "a-third-horse-battery").status_code == 400


def test_a_change_of_the_password_invalidates_reset_tokens(alice, reset_token):
    token = reset_token()
    alice.put("accounts/me/password", {"current_password": PASSWORD, "new_password": NEW})
    with assert_no_changes():
        assert reset(token, "a-third-horse-battery").status_code == 400


def test_a_reset_token_expires(alice, reset_token, settings):
    settings.RESET_TOKEN_SECONDS = -1
    token = reset_token()
    with assert_no_changes():
        assert reset(token).status_code == 400
    assert sign_in("alice").status_code == 200


@pytest.mark.parametrize("password", ["short", "alice123", "password1"])
def test_a_weak_password_does_not_use_the_token(alice, reset_token, password):
    token = reset_token()
    with assert_no_changes():
        assert reset(token, password).status_code == 400
    assert reset(token).status_code == 200


def test_a_token_does_not_work_for_another_purpose(alice, outbox, reset_token):
    confirm, reset_value = token_in(outbox("Confirm")[0]), reset_token()
    with assert_no_changes():
        assert reset(confirm).status_code == 400
        assert anonymous.post(f"verify-email/{reset_value}").status_code == 400
        assert reset("x" * 43).status_code == 400
        assert reset("short").status_code == 404


# Confirm -----------------------------------------------------------------------------------------


def test_an_address_is_confirmed_once(alice, outbox):
    token = token_in(outbox("Confirm")[0])
    assert anonymous.post(f"verify-email/{token}").status_code == 200
    assert alice.get("accounts/me").json()["email_verified"] is True
    with assert_no_changes():
        assert anonymous.post(f"verify-email/{token}").status_code == 400


def test_a_confirmation_does_not_undo_a_new_password(alice, outbox):
    token = token_in(outbox("Confirm")[0])
    run_concurrently(
        lambda: anonymous.post(f"verify-email/{token}"),
        lambda: alice.put(
            "accounts/me/password", {"current_password": PASSWORD, "new_password": NEW}
        ),
    )
    assert sign_in("alice", NEW).status_code == 200
    assert alice.get("accounts/me").json()["email_verified"] is True


def test_the_confirmation_email_is_sent_again_until_it_is_used(alice, outbox):
    assert alice.post("accounts/me/verify-email").status_code == 200
    assert len(outbox("Confirm")) == 2
    anonymous.post(f"verify-email/{token_in(outbox('Confirm')[1])}")
    assert alice.post("accounts/me/verify-email").status_code == 200
    assert len(outbox("Confirm")) == 2


def test_one_email_is_sent_for_many_requests_with_one_key(outbox):
    ada = sign_up("ada")
    run_concurrently(
        *[lambda: ada.post("accounts/me/verify-email", {}, **{"Idempotency-Key": "k"})] * 8
    )
    assert len(outbox("Confirm")) == 2
    assert len(live_records(OneTimeToken._meta.label_lower)) == 2
