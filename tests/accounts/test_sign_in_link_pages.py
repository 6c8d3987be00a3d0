"""The page of a link to sign in: without JavaScript, and with the session of a cookie."""

import pytest
from django.conf import settings as django_settings

from tests.accounts.sign_in_links import mails_with_links, use
from tests.accounts.test_email_pages import form_of, open_link
from tests.support.concurrency import assert_no_changes
from tests.support.people import Person, new_client

REFRESH_COOKIE = django_settings.REFRESH_COOKIE_NAME


def test_the_page_signs_in_with_the_cookie(confirmed, link_token):
    token = link_token()
    with assert_no_changes():  # mail providers open links
        browser, page = open_link(f"/sign-in-link?token={token}")
    text = page.content.decode()
    assert "Sign in as alice" in text
    assert token not in text
    assert "<script" not in text
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("no-referrer", True)

    done = browser.post("/sign-in-link", form_of(page))

    assert (done.status_code, done["Location"]) == (303, "/signed-in")
    assert done.cookies[django_settings.EMAIL_TOKEN_COOKIE_NAME].value == ""
    cookie = done.cookies[REFRESH_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    refreshed = browser.post("/api/v1/token/refresh", "{}", content_type="application/json").json()
    assert refreshed["refresh"] is None
    assert Person(confirmed.id, "alice", refreshed["access"]).get("users/me").status_code == 200
    with assert_no_changes():
        assert use(token).status_code == 400


def test_the_page_without_a_link_sends_one(confirmed, mailoutbox):
    browser = new_client()
    assert 'name="email"' in browser.get("/sign-in-link").content.decode()
    for address in ("Alice@example.com", "nobody@example.com"):
        page = browser.post("/sign-in-link", {"email": address})
        assert (page.status_code, "Look into your mailbox" in page.content.decode()) == (200, True)
    assert mails_with_links(mailoutbox) == [["alice@example.com"]]
    with assert_no_changes():
        refused = browser.post("/sign-in-link", {"email": "no address"})
    assert (refused.status_code, 'name="email"' in refused.content.decode()) == (400, True)


@pytest.mark.parametrize("token", ["x" * 43, "", "x" * 5000, "a\r\nb", "é"])
def test_an_invalid_link_is_explained_and_another_one_is_offered(confirmed, token):
    browser = new_client()
    with assert_no_changes():
        page = browser.get(browser.get("/sign-in-link", {"token": token})["Location"])
        assert page.status_code == 400
        assert "expired or was already used" in page.content.decode()
        assert 'name="email"' in page.content.decode()
        assert browser.post("/sign-in-link", {"key": "x"}).status_code == 400


def test_a_form_of_another_site_does_not_sign_in(confirmed, link_token):
    browser, page = open_link(f"/sign-in-link?token={link_token()}")
    key = form_of(page)
    with assert_no_changes():
        for form in ({}, {"key": "0" * 64}):
            response = browser.post("/sign-in-link", form)
            assert (response.status_code, REFRESH_COOKIE in response.cookies) == (400, False)
        # A browser does not send the cookie with the form of another site.
        response = new_client().post("/sign-in-link", key)
        assert (response.status_code, REFRESH_COOKIE in response.cookies) == (400, False)


def test_the_page_is_limited_by_network(confirmed, settings):
    settings.RATE_LIMITS, settings.TRUSTED_PROXIES = True, 1

    def open_page(number):
        browser = new_client()
        browser.cookies[django_settings.EMAIL_TOKEN_COOKIE_NAME] = "x" * 43
        headers = {"X-Forwarded-For": f"2001:db8:1:2::{number:x}"}
        return browser.get("/sign-in-link", headers=headers).status_code

    assert [open_page(number) for number in range(61)] == [400] * 60 + [429]
