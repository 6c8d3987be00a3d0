"""The pages that the links of e-mails lead to: without JavaScript, and without a secret left."""

import re

import pytest
from django.conf import settings

from mysocial.outbox import send_due
from tests.support.concurrency import assert_no_changes
from tests.support.people import PASSWORD, anonymous, confirm_emails, new_client

NEW = "another-horse-battery"
COOKIE = settings.EMAIL_TOKEN_COOKIE_NAME


@pytest.fixture
def link(alice, mailoutbox):
    """Return a function that returns the path of the link in the newest e-mail of a kind."""

    def read(words):
        if words == "Reset":
            anonymous.post("forgot-password", {"email": "alice@example.com"})
        send_due()
        mail = [mail for mail in mailoutbox if words in mail.subject][-1]
        url = re.search(r"https?://\S+token=[A-Za-z0-9_-]{43}\b", mail.body).group(0)
        assert url.startswith(f"{settings.PUBLIC_URL}/")
        return url.removeprefix(settings.PUBLIC_URL)

    return read


def open_link(path):
    """Open a link as a browser does; return the browser and the page."""
    browser = new_client()
    response = browser.get(path)
    assert (response.status_code, response["Location"]) == (303, path.partition("?")[0])
    assert response["Referrer-Policy"] == "no-referrer"
    cookie = response.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 900)
    return browser, browser.get(response["Location"])


def form_of(page):
    """Return the hidden fields of the form of a page."""
    hidden = r'<input type="hidden" name="(\w+)" value="([0-9a-f]+)">'
    return dict(re.findall(hidden, page.content.decode()))


def sign_in(password):
    return anonymous.post("signin", {"username": "alice", "password": password}).status_code


def test_the_link_of_a_confirmation_leads_to_a_page_that_confirms(alice, link):
    path = link("Confirm")
    browser, page = open_link(path)
    assert page.status_code == 200
    assert "alice" in page.content.decode()
    assert alice.get("accounts/me").json()["email_verified"] is False
    done = browser.post("/verify-email", form_of(page))
    assert (done.status_code, "is confirmed" in done.content.decode()) == (200, True)
    assert alice.get("accounts/me").json()["email_verified"] is True
    assert done.cookies[COOKIE].value == ""


def test_the_link_of_a_reset_leads_to_a_page_that_sets_the_password(alice, link):
    browser, page = open_link(link("Reset"))
    assert 'value="alice"' in page.content.decode()
    done = browser.post("/reset-password", {**form_of(page), "password": NEW})
    assert (done.status_code, "was changed" in done.content.decode()) == (200, True)
    assert (sign_in(NEW), sign_in(PASSWORD)) == (200, 401)
    assert done.cookies[COOKIE].value == ""


@pytest.mark.parametrize("words", ["Confirm", "Reset"])
def test_no_page_shows_or_passes_on_the_token(words, link):
    path = link(words)
    token = path.partition("token=")[2]
    _, page = open_link(path)
    text = page.content.decode()
    assert token not in text
    assert "<script" not in text
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_opening_a_link_uses_nothing(link):
    for words in ("Confirm", "Reset"):
        path = link(words)
        with assert_no_changes():
            assert open_link(path)[1].status_code == 200
            assert open_link(path)[1].status_code == 200


@pytest.mark.parametrize("password", ["short", "alice123", "", "x7" * 65])
def test_a_weak_password_is_explained_and_does_not_use_the_link(alice, link, password):
    browser, page = open_link(link("Reset"))
    with assert_no_changes():
        again = browser.post("/reset-password", {**form_of(page), "password": password})
    assert again.status_code == 400
    assert 'role="alert"' in again.content.decode()
    done = browser.post("/reset-password", {**form_of(again), "password": NEW})
    assert done.status_code == 200
    assert sign_in(NEW) == 200


def test_a_link_works_once(link):
    path = link("Reset")
    browser, page = open_link(path)
    browser.post("/reset-password", {**form_of(page), "password": NEW})
    _, page = open_link(path)
    assert page.status_code == 400
    assert "expired or was already used" in page.content.decode()
    assert 'name="email"' in page.content.decode()


@pytest.mark.parametrize("page_path", ["/verify-email", "/reset-password", "/revoke-email-change"])
@pytest.mark.parametrize("token", ["x" * 43, "", "x" * 5000, "a\r\nb", "é", "None"])
def test_an_invalid_link_is_explained(alice, page_path, token):
    browser = new_client()
    with assert_no_changes():
        response = browser.get(page_path, {"token": token})
        assert response.status_code == 303
        page = browser.get(response["Location"])
        assert page.status_code == 400
        assert "expired or was already used" in page.content.decode()
        assert browser.post(page_path, {"key": "x", "password": NEW}).status_code == 400


def test_a_form_that_another_site_sends_changes_nothing(alice, link):
    for words, path in (("Confirm", "/verify-email"), ("Reset", "/reset-password")):
        browser, page = open_link(link(words))
        forged = {"key": "0" * 64, "password": NEW}
        with assert_no_changes():
            for form in ({"password": NEW}, forged):
                response = browser.post(path, form, headers={"origin": "https://evil.example"})
                assert response.status_code == 400
                assert COOKIE not in response.cookies
        assert sign_in(PASSWORD) == 200
        # A page that sends no referrer sends `Origin: null`.
        form = {**form_of(page), "password": NEW}
        assert browser.post(path, form, headers={"origin": "null"}).status_code == 200
    assert sign_in(NEW) == 200


def test_the_key_of_one_page_does_not_work_on_the_other(alice, link):
    browser, page = open_link(link("Confirm"))
    with assert_no_changes():
        response = browser.post("/reset-password", {**form_of(page), "password": NEW})
    assert response.status_code == 400


def test_a_reset_can_be_requested_without_a_link(alice, mailoutbox):
    browser = new_client()
    assert 'name="email"' in browser.get("/reset-password").content.decode()
    for address in ("Alice@example.com", "nobody@example.com"):
        page = browser.post("/reset-password", {"email": address})
        assert (page.status_code, "If this address" in page.content.decode()) == (200, True)
    send_due()
    resets = [mail.to for mail in mailoutbox if "Reset" in mail.subject]
    assert resets == [["alice@example.com"]]
    with assert_no_changes():
        assert browser.post("/reset-password", {"email": "no address"}).status_code == 400


def test_the_pages_are_limited(alice, settings, link):
    settings.RATE_LIMITS = True
    browser = new_client()
    for _ in range(3):
        assert browser.post("/reset-password", {"email": "bob@example.com"}).status_code == 200
    with assert_no_changes():
        refused = browser.post("/reset-password", {"email": "bob@example.com"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    browser.get("/verify-email", {"token": "x" * 43})
    codes = {new_client().get("/verify-email", {"token": "x" * 43}).status_code for _ in range(3)}
    assert codes == {303}
    for _ in range(60):
        browser.cookies[COOKIE] = "x" * 43
        last = browser.get("/verify-email")
    browser.cookies[COOKIE] = "x" * 43
    assert (last.status_code, browser.get("/verify-email").status_code) == (400, 429)


def test_the_links_lead_to_the_front_end_that_a_setting_names(alice, settings, mailoutbox):
    settings.FRONTEND_URL = "https://app.example"
    anonymous.post("forgot-password", {"email": "alice@example.com"})
    send_due()
    for mail in mailoutbox:
        assert re.search(r"https://app\.example/[a-z-]+\?token=", mail.body)
        assert settings.PUBLIC_URL not in mail.body


def test_the_links_of_a_changed_address_lead_to_pages(alice, link):
    confirm_emails(alice)
    body = {"email": "alice@new.example", "password": PASSWORD}
    assert alice.put("accounts/me/email", body).status_code == 200
    browser, page = open_link(link("your new e-mail"))
    assert "alice@new.example" in page.content.decode()
    done = browser.post("/verify-email", form_of(page))
    assert "is confirmed" in done.content.decode()
    assert alice.get("accounts/me").json()["email"] == "alice@new.example"

    browser, page = open_link(link("was changed"))
    assert "alice@example.com" in page.content.decode()
    with assert_no_changes():
        weak = browser.post("/revoke-email-change", {**form_of(page), "password": "short"})
    assert (weak.status_code, 'role="alert"' in weak.content.decode()) == (400, True)
    done = browser.post("/revoke-email-change", {**form_of(weak), "password": NEW})
    assert (done.status_code, "was restored" in done.content.decode()) == (200, True)
    assert (sign_in(NEW), sign_in(PASSWORD)) == (200, 401)
