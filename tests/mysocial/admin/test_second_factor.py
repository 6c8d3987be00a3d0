"""The second factor of staff, through the pages of the admin."""

import re
import time

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from mysocial.admin import second_factor
from mysocial.admin.audit import entries
from mysocial.core import mongo
from mysocial.security_log import SecurityEvent
from mysocial.store import newest_records
from tests.mysocial.admin.logins import (
    LOGIN,
    OVERVIEW,
    SET_UP,
    VERIFY,
    enter_code,
    enter_password,
    is_signed_in,
    later_code,
    security_events,
    set_up,
)
from tests.support.concurrency import dump_storage, run_concurrently

NEW_KEY = "a new secret key, " * 3


def test_a_superuser_has_to_set_up_a_second_factor_before_signing_in(chief):
    browser = Client()
    response = enter_password(browser, "chief", "/admin/posts/post/")
    assert (response.status_code, response["Location"]) == (302, SET_UP)
    assert not is_signed_in(browser)
    page = browser.get(SET_UP)
    assert "data:image/svg+xml" in page.content.decode()
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    wrong = browser.post(SET_UP, {"code": "000000"})
    assert b"The code is wrong" in wrong.content
    assert not is_signed_in(browser)
    assert second_factor.find_second_factor(chief) is None
    _, codes = set_up(browser)
    assert len(set(codes)) == 10
    assert is_signed_in(browser)
    (entry, *_) = newest_records(entries, "all", "", limit=1)[0]
    assert (entry.actor, entry.action) == ("chief", "set up second factor")


def test_the_password_alone_opens_nothing(enrolled):
    browser = Client()
    response = enter_password(browser, "chief", "/admin/posts/post/")
    assert (response.status_code, response["Location"]) == (302, VERIFY)
    for path in ("/admin/", "/admin/posts/post/", OVERVIEW, "/admin/operations/"):
        assert browser.get(path).status_code == 302, path
    assert browser.get("/staff/queues").status_code == 302
    assert browser.get("/metrics").status_code == 404
    assert "checks" not in browser.get("/health/ready").json()
    assert browser.get(SET_UP).status_code == 302  # a second factor cannot be replaced


def test_a_code_signs_in_once(enrolled):
    _, secret, _ = enrolled
    used = pyotp.TOTP(secret).now()
    first, second = Client(), Client()
    for browser in (first, second):
        enter_password(browser, "chief", "/admin/posts/post/")
    assert b"The code is wrong" in enter_code(first, used).content  # by the set-up
    code = later_code(secret)
    response = enter_code(first, f"{code[:3]} {code[3:]}")
    assert (response.status_code, response["Location"]) == (302, "/admin/posts/post/")
    assert is_signed_in(first)
    assert first.get("/staff/queues").status_code == 204
    assert enter_code(second, code).status_code == 200
    assert not is_signed_in(second)


def test_one_of_the_concurrent_requests_with_the_same_code_signs_in(enrolled):
    _, secret, codes = enrolled
    for code in (later_code(secret), codes[0]):
        browsers = [Client() for _ in range(6)]
        for browser in browsers:
            enter_password(browser, "chief")
        responses = run_concurrently(
            *[lambda browser=browser, code=code: enter_code(browser, code) for browser in browsers]
        )
        assert sorted(response.status_code for response in responses) == [200] * 5 + [302]
        assert [is_signed_in(browser) for browser in browsers].count(True) == 1


def test_codes_of_other_times_and_other_users_are_wrong(enrolled, helper):
    _, secret, codes = enrolled
    browser = Client()
    enter_password(browser, "chief")
    wrong = [
        later_code(secret, 3),
        later_code(secret, -3),
        "",
        "x" * 31,
        "12345é",
        "-",
        codes[0][:-1],
    ]
    for code in wrong:
        assert enter_code(browser, code).status_code == 200, code
    assert not is_signed_in(browser)


def test_a_recovery_code_works_once(enrolled):
    _, _, codes = enrolled
    for number, expected in ((0, True), (0, False), (1, True)):
        browser = Client()
        enter_password(browser, "chief")
        enter_code(browser, codes[number].upper().replace("-", " "))
        assert is_signed_in(browser) is expected
    assert "8 recovery codes are left" in browser.get(OVERVIEW).content.decode()


def test_new_recovery_codes_replace_the_previous_ones(enrolled):
    browser, secret, codes = enrolled
    assert b"The code is wrong" in browser.post(OVERVIEW, {"code": "000000"}).content
    page = browser.post(OVERVIEW, {"code": later_code(secret)}).content.decode()
    new_codes = re.findall(r"<li><code>([\w-]+)</code></li>", page)
    assert len(new_codes) == 10
    other = Client()
    enter_password(other, "chief")
    enter_code(other, codes[0])
    assert not is_signed_in(other)
    enter_code(other, new_codes[0])
    assert is_signed_in(other)


def test_guesses_at_codes_are_limited_even_with_the_right_password(enrolled, settings, flush_all):
    settings.RATE_LIMITS = True
    _, secret, codes = enrolled
    browser = Client()
    enter_password(browser, "chief")
    for _ in range(5):
        assert b"The code is wrong" in enter_code(browser, "000000").content
    for code in (later_code(secret), codes[0]):
        assert b"Too many requests" in enter_code(browser, code).content
    other = Client()
    enter_password(other, "chief")
    assert b"Too many requests" in enter_code(other, later_code(secret)).content
    assert not is_signed_in(browser)
    assert not is_signed_in(other)
    counted = [event for event in security_events(flush_all) if event[1] != "success"]
    assert counted == [
        ("staff_second_factor", "failure", "chief", 5),
        ("staff_second_factor", "limited", "chief", 3),
    ]


def test_without_the_password_no_code_is_checked(enrolled):
    _, secret, _ = enrolled
    browser = Client()
    for path in (VERIFY, SET_UP):
        assert browser.get(path)["Location"] == LOGIN
        assert browser.post(path, {"code": later_code(secret)})["Location"] == LOGIN


def test_the_step_after_the_password_ends_with_time_and_with_the_password(enrolled, chief):
    _, secret, _ = enrolled
    browser, other = Client(), Client()
    for client in (browser, other):
        enter_password(client, "chief")
    session = browser.session
    session["second_factor_pending"] |= {"until": time.time() - 1}
    session.save()
    assert enter_code(browser, later_code(secret))["Location"] == LOGIN
    chief.set_password("another-horse-battery")
    chief.save()
    assert enter_code(other, later_code(secret))["Location"] == LOGIN


def test_other_staff_may_set_up_a_second_factor_and_then_need_it(helper, settings):
    settings.STAFF_SECOND_FACTOR = "superusers"
    browser = Client()
    assert enter_password(browser, "helper")["Location"] == "/admin/"
    assert is_signed_in(browser)
    assert browser.get(OVERVIEW)["Location"] == SET_UP
    secret, _ = set_up(browser)
    assert is_signed_in(browser)
    other = Client()
    assert enter_password(other, "helper")["Location"] == VERIFY
    enter_code(other, later_code(secret))
    assert is_signed_in(other)


def test_no_secret_or_recovery_code_is_stored_in_clear(enrolled, flush_all):
    _, secret, codes = enrolled
    flush_all()
    stored = dump_storage()
    for text in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert text not in stored


def test_an_operator_removes_a_lost_second_factor(enrolled, capsys, flush_all):
    call_command("reset_staff_2fa", "chief")
    assert "The second factor of chief was removed." in capsys.readouterr().out
    browser = Client()
    assert enter_password(browser, "chief")["Location"] == SET_UP
    set_up(browser)
    assert is_signed_in(browser)
    call_command("reset_staff_2fa", "chief")
    call_command("reset_staff_2fa", "chief")
    assert "chief has no second factor" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no staff user 'nobody'"):
        call_command("reset_staff_2fa", "nobody")
    actions = [
        (entry.action, entry.target) for entry in newest_records(entries, "all", "", limit=9)[0]
    ]
    assert ("reset_staff_2fa", "username=chief") in actions


def test_sign_ins_of_staff_are_recorded_without_unknown_names(chief, helper, flush_all, settings):
    settings.STAFF_SECOND_FACTOR = "superusers"
    browser = Client()
    enter_password(browser, "helper")
    browser.post(LOGIN, {"username": "helper", "password": "wrong"})
    browser.post(LOGIN, {"username": "my-secret-password", "password": "wrong"})
    enter_password(browser, "chief")
    set_up(browser)
    events = security_events(flush_all)
    assert sorted(events) == [
        ("staff_second_factor", "success", "chief", 1),
        ("staff_sign_in", "failure", "helper", 1),
        ("staff_sign_in", "success", "chief", 1),
        ("staff_sign_in", "success", "helper", 1),
    ]
    unknown = mongo.find(SecurityEvent, {"kind": "staff_sign_in", "staff": ""})
    assert [event["count"] for event in unknown] == [1]
    assert "my-secret-password" not in repr(mongo.find(SecurityEvent, {})) + dump_storage()


def test_a_second_factor_survives_a_new_secret_key(enrolled, settings):
    """A code encrypts the secret again, so that the former key is needed once only."""
    _, secret, _ = enrolled
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    browser = Client()
    enter_password(browser, "chief")
    enter_code(browser, later_code(secret))
    assert is_signed_in(browser)
    settings.SECRET_KEY_FALLBACKS = []
    browser = Client()
    enter_password(browser, "chief")
    assert b"The code is wrong" in enter_code(browser, "000000").content  # it can be read


def test_a_recovery_code_signs_in_with_any_secret_key(enrolled, settings):
    _, secret, codes = enrolled
    settings.SECRET_KEY = NEW_KEY
    browser = Client()
    enter_password(browser, "chief")
    assert b"another SECRET_KEY" in enter_code(browser, later_code(secret)).content
    enter_code(browser, codes[0])
    assert is_signed_in(browser)
