"""Signing in with the link of an e-mail: by the API, and by the page without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from accounts.models import OneTimeToken
from accounts.store import tokens
from accounts.tokens import hash_token
from mysocial.core import mongo
from mysocial.core.ids import now
from mysocial.outbox import send_due
from mysocial.security_log import SecurityEvent, save_counted_events
from mysocial.store import reads
from tests.accounts.sign_in_links import mails_with_links, use
from tests.moderation.staff import ms_from_now, revoke, take_action
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    dump_storage,
    run_concurrently,
)
from tests.support.people import PASSWORD, Person, anonymous, new_client

NEW = "another-horse-battery"
REFRESH_COOKIE = django_settings.REFRESH_COOKIE_NAME
INVALID = {"token": "This is not valid."}


def field_errors(response):
    return {error["field"]: error["detail"] for error in response.json()["errors"]}


# The request -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["alice@example.com", "ALICE@Example.COM"])
def test_a_link_is_sent_to_a_confirmed_address(confirmed, mailoutbox, address):
    response = anonymous.post("signin/link", {"email": address})
    assert "confirmed address" in response.json()["message"]
    assert mails_with_links(mailoutbox) == [["alice@example.com"]]


def test_an_unconfirmed_and_an_unknown_address_get_the_same_response_and_no_link(alice, mailoutbox):
    confirmed_response = anonymous.post("signin/link", {"email": "alice@example.com"})
    for address in ("nobody@example.com", "alice@example.com"):
        response = anonymous.post("signin/link", {"email": address})
        assert response.content == confirmed_response.content
    assert mails_with_links(mailoutbox) == []


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": "alice"}, {"email": "a" * 300}])
def test_an_invalid_address_is_refused(confirmed, mailoutbox, body):
    with assert_no_changes():
        response = anonymous.post("signin/link", body)
    assert (response.status_code, set(field_errors(response))) == (400, {"email"})


def test_requests_are_limited_by_address_and_by_network(confirmed, settings):
    settings.RATE_LIMITS, settings.TRUSTED_PROXIES = True, 1

    def ask(name, address):
        body = {"email": f"{name}@example.com"}
        return anonymous.post("signin/link", body, **{"X-Forwarded-For": address}).status_code

    assert [ask("alice", f"192.0.2.{number}") for number in range(3)] == [200] * 3
    with assert_no_changes():
        assert ask("alice", "192.0.2.9") == 429
    networks = [f"2001:db8:1:2::{number:x}" for number in range(61)]
    answers = [ask(f"nobody{number}", address) for number, address in enumerate(networks)]
    assert answers == [200] * 60 + [429]


def test_a_site_can_switch_the_links_off(confirmed, link_token, settings, mailoutbox):
    token = link_token()
    anonymous.post("signin/link", {"email": "alice@example.com"})
    settings.SIGN_IN_LINKS = False
    assert mails_with_links(mailoutbox) == [["alice@example.com"]]  # queued before
    with assert_no_changes():
        assert anonymous.post("signin/link", {"email": "alice@example.com"}).status_code == 404
        assert use(token).status_code == 404
        for page in (
            new_client().get("/sign-in-link"),
            new_client().get("/sign-in-link", {"token": token}),
            new_client().post("/sign-in-link", {"email": "alice@example.com"}),
        ):
            assert page.status_code == 404
            assert "does not send links" in page.content.decode()
            assert 'name="email"' not in page.content.decode()
    assert "E-mail me a link" not in new_client().get("/").content.decode()
    settings.SIGN_IN_LINKS = True
    assert "E-mail me a link" in new_client().get("/").content.decode()
    assert use(token).status_code == 200


# The token ---------------------------------------------------------------------------------------


def test_a_link_opens_a_session(confirmed, link_token):
    response = use(link_token())
    body = response.json()
    assert (response.status_code, body["user"]["email"]) == (200, "alice@example.com")
    device = Person(confirmed.id, "alice", body["access"], body["refresh"])
    sessions = device.get("accounts/me/sessions").json()["sessions"]
    assert [session["current"] for session in sessions] == [True, False]
    assert len(device.get("accounts/me/sign-ins").json()["sign_ins"]) == 2
    assert anonymous.post("token/refresh", {"refresh": device.refresh}).status_code == 200
    assert confirmed.get("users/me").status_code == 200  # other sessions stay


def test_the_refresh_token_can_be_put_into_the_cookie(confirmed, link_token):
    response = use(link_token(), refresh_in="cookie")
    assert response.json()["refresh"] is None
    assert response.cookies[REFRESH_COOKIE]["httponly"] is True


def test_a_link_works_once(confirmed, link_token):
    token = link_token()
    assert use(token).status_code == 200
    with assert_no_changes():
        again = use(token)
    assert (again.status_code, field_errors(again)) == (400, INVALID)


def test_of_concurrent_uses_one_signs_in(confirmed, link_token):
    token = link_token()
    responses = run_concurrently(*[lambda: use(token)] * 8)
    assert count_statuses(responses) == {200: 1, 400: 7}
    assert len(confirmed.get("accounts/me/sessions").json()["sessions"]) == 2


def test_a_repeated_request_with_the_same_key_gets_the_same_session(confirmed, link_token):
    path, key = f"signin/link/{link_token()}", {"Idempotency-Key": "once"}
    first, second = (anonymous.post(path, **key) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)


def test_only_the_hash_of_a_token_is_stored_and_for_fifteen_minutes(
    confirmed, link_token, flush_all
):
    token = link_token()
    flush_all()
    assert token not in dump_storage()
    record = reads.get_record(tokens, hash_token(token))
    assert now() < record.expires_at <= now() + timedelta(minutes=15)


@pytest.mark.parametrize("token", ["x" * 43, "A" * 200])
def test_an_unknown_token_is_refused(confirmed, token):
    with assert_no_changes():
        response = use(token)
    assert (response.status_code, field_errors(response)) == (400, INVALID)


def test_an_expired_token_is_refused(confirmed, link_token, settings):
    settings.SIGN_IN_LINK_SECONDS = -1
    token = link_token()
    with assert_no_changes():
        assert use(token).status_code == 400


def test_a_link_becomes_invalid_with_a_sign_in_or_another_password_or_address(
    confirmed, link_token, mailoutbox
):
    tokens_of_links = [link_token(), link_token()]
    assert anonymous.post("signin", {"username": "alice", "password": PASSWORD}).status_code == 200
    tokens_of_links.append(link_token())
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert confirmed.put("accounts/me/password", body).status_code == 200
    tokens_of_links.append(link_token())
    body = {"email": "alice@new.example", "password": NEW}
    assert confirmed.put("accounts/me/email", body).status_code == 200
    send_due()
    mail = next(mail for mail in mailoutbox if "your new e-mail" in mail.subject)
    changed = re.search(r"token=([A-Za-z0-9_-]{43})\b", mail.body).group(1)
    assert anonymous.post(f"verify-email/{changed}").status_code == 200
    with assert_no_changes():
        assert {use(token).status_code for token in tokens_of_links} == {400}


def test_a_token_of_another_purpose_does_not_sign_in(confirmed, link_token, mailoutbox):
    anonymous.post("forgot-password", {"email": "alice@example.com"})
    send_due()
    mail = next(mail for mail in mailoutbox if "Reset" in mail.subject)
    reset = re.search(r"token=([A-Za-z0-9_-]{43})\b", mail.body).group(1)
    link = link_token()
    with assert_no_changes():
        assert use(reset).status_code == 400
        assert anonymous.post(f"reset-password/{link}", {"password": NEW}).status_code == 400
        assert anonymous.post(f"verify-email/{link}").status_code == 400


def test_an_unknown_field_does_not_use_the_token(confirmed, link_token):
    token = link_token()
    with assert_no_changes():
        assert use(token, refresh_in="the body").status_code == 400
        assert use(token, password=PASSWORD).status_code == 400
    assert use(token).status_code == 200


def test_a_suspended_member_is_refused_with_the_reason_and_the_link_stays(
    confirmed, link_token, mailoutbox
):
    token = link_token()
    action = take_action(confirmed, "suspend", message="Spam.", until_ms=ms_from_now(90))
    with assert_no_changes():
        refused = use(token)
    assert (refused.status_code, refused.json()["code"]) == (403, "suspended")
    revoke(action)
    assert use(token).status_code == 200


def test_an_erased_member_leaves_no_link_that_works(confirmed, link_token):
    token = link_token()
    gone = confirmed.call("DELETE", "accounts/me", {"password": PASSWORD})
    assert gone.status_code == 200
    with assert_no_changes():
        assert use(token).status_code == 400


def test_a_sign_in_from_a_new_network_is_reported(confirmed, link_token, mailoutbox, settings):
    settings.TRUSTED_PROXIES = 1
    token = link_token()
    headers = {"X-Forwarded-For": "198.51.100.7"}
    assert anonymous.post(f"signin/link/{token}", **headers).status_code == 200
    send_due()
    assert [mail.to for mail in mailoutbox if "New sign-in" in mail.subject] == [
        ["alice@example.com"]
    ]


def test_the_security_log_has_the_request_the_sign_in_and_the_failure(
    confirmed, link_token, flush_all
):
    token = link_token()
    assert use(token).status_code == 200
    assert use(token).status_code == 400
    save_counted_events()
    flush_all()
    events = mongo.find(SecurityEvent, {"_deleted_at": None}, sort=[("_id", 1)])
    recorded = [(event["kind"], event["outcome"], event["detail"]) for event in events]
    assert recorded[2:] == [
        ("sign_in_link_request", "success", ""),
        ("sign_in", "success", "link of an e-mail"),
        ("sign_in", "failure", "invalid token"),
    ]
    assert {event["account_id"] for event in events[2:4]} == {confirmed.id}


def test_no_token_is_left_after_a_sign_in(confirmed, link_token, flush_all):
    assert use(link_token()).status_code == 200
    flush_all()
    live = mongo.find(OneTimeToken, {"_deleted_at": None, "purpose": "sign_in_link"})
    assert list(live) == []
