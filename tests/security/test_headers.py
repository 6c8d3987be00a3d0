"""A15, P8: what browsers and caches may do with each kind of response."""

import re
from email import message_from_bytes, policy

import pytest
from django.conf import settings as django_settings
from django.test import Client

from images.services import process_due_media
from mysocial import settings as real_settings
from mysocial.api.security_headers import ADMIN_POLICY, API_POLICY, PAGE_POLICY, STYLED_PAGE_POLICY
from tests.images.pictures import make_image, send_form
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, confirm_emails, new_client

MARKUP = '<img src=x onerror="alert(1)">&amp;\u2028'
LINES = "x\r\nSet-Cookie: a=b\r\n\r\n<script>"


@pytest.fixture
def kinds(moderator, alice):
    """Return a response of each kind, by name."""
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    process_due_media()
    avatar = alice.get("users/me").json()["avatar_url"]
    media = avatar.removeprefix(django_settings.PUBLIC_URL)
    plain = Client()
    responses = {
        "json": alice.get("posts"),
        "a write": alice.post("posts", {"text": "x"}),
        "a problem": alice.post("posts", {}),
        "not signed in": anonymous.get("posts"),
        "no such path": alice.get("nothing"),
        "no such method": alice.delete("posts"),
        "a foreign host": new_client().get("/api/v1/posts", headers={"Host": "evil.example"}),
        "media": plain.get(media),
        "an avatar": plain.get("/avatars/4d7c0f/A.png"),
        "the client": plain.get("/"),
        "a script": plain.get("/static/web/app.js"),
        "errors": plain.get("/docs/errors"),
        "schema": plain.get("/api/schema"),
        "docs": plain.get("/api/docs"),
        "asyncapi docs": plain.get("/api/asyncapi/docs"),
        "no page": plain.get("/nothing"),
        "unsubscribe": plain.get("/unsubscribe?token=x"),
        "health": plain.get("/health/live"),
        "ready": plain.get("/health/ready"),
        "to the login": plain.get("/admin/"),
        "the login": plain.get("/admin/login/"),
        "the queue": moderator.get("/admin/moderation/report/"),
        "a body too large": plain.post("/nothing", b"x" * 300_000, "text/plain"),
    }
    for response in responses.values():
        response.close()
    return responses


def test_every_response_has_a_policy_and_the_declared_type(kinds):
    staff = {"to the login", "the login", "the queue"}
    for name, response in kinds.items():
        assert response["X-Content-Type-Options"] == "nosniff", name
        assert response["Referrer-Policy"] == "same-origin", name
        assert response["X-Frame-Options"] == "DENY", name
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", name
        own = response["Content-Security-Policy"]
        assert ("'unsafe-eval'" in own) is (name in staff), name
        assert "'unsafe-inline'" not in re.sub("style-src[^;]*", "", own), name
        if response.get("Content-Type", "").startswith("text/html"):
            wider = {"docs": STYLED_PAGE_POLICY, "the client": own} | dict.fromkeys(
                staff, ADMIN_POLICY
            )
            expected = wider.get(name, PAGE_POLICY)
            assert own == expected, name
            assert "frame-ancestors 'none'" in own, name
        else:
            assert own in {API_POLICY, "default-src 'none'; sandbox"}, name


def test_no_cache_stores_private_responses(kinds, moderator):
    open_to_all = {
        "media", "an avatar", "the client", "a script", "errors", "no page", "health",
        "a body too large", "to the login", "unsubscribe", "schema",
    }  # fmt: skip
    for name, response in kinds.items():
        if name not in open_to_all:
            assert "no-store" in response.get("Cache-Control", ""), name
    assert "no-store" in moderator.get("/admin/accounts/account/")["Cache-Control"]


def test_no_page_has_an_inline_script_or_handler(kinds, moderator, alice, flush_all):
    alice.create_post()
    flush_all()
    pages = {
        name: response for name, response in kinds.items() if "html" in response["Content-Type"]
    }
    pages |= {path: moderator.get(path) for path in ("/admin/", "/admin/posts/post/")}
    assert len(pages) > 7
    for name, response in pages.items():
        text = response.content.decode()
        scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
        assert scripts == [], name
        assert re.findall(r"\son\w+=", text) == [], name


def test_responses_have_the_hsts_header():
    assert real_settings.SECURE_HSTS_SECONDS in {0, 31_536_000}
    with_tls = Client().get("/health/live", secure=True)
    assert "Strict-Transport-Security" not in with_tls  # the tests run as in development


@pytest.mark.parametrize("secure", [True, False])
def test_production_redirects_http_to_https_with_hsts(secure, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    response = Client().get("/health/live", secure=secure)
    if secure:
        hsts = response["Strict-Transport-Security"]
        assert hsts == "max-age=31536000; includeSubDomains; preload"
    else:
        assert (response.status_code, response["Location"]) == (
            301,
            "https://testserver/health/live",
        )


# Content of members ------------------------------------------------------------------------------


def test_member_content_is_escaped_in_the_admin(alice, moderator, flush_all):
    post = alice.create_post(MARKUP)
    alice.patch("users/me", {"quote": MARKUP})
    flush_all()
    for path in (
        "/admin/posts/post/",
        f"/admin/posts/post/{post['id']}/change/",
        f"/admin/users/user/{alice.id}/change/",
        "/admin/posts/post/?q=%3Cimg%20src%3Dx%3E",
    ):
        assert "<img src=x" not in moderator.get(path).content.decode(), path


def test_member_content_is_escaped_in_emails(emails, monkeypatch, alice, bob):
    """Names cannot hold markup; even if one did, it would be escaped."""
    confirm_emails(alice)
    post = alice.create_post(MARKUP)
    bob.post(f"posts/{post['id']}/comments", {"text": MARKUP})
    bob.post("chat/messages", {"receiver_id": alice.id, "text": MARKUP})
    files = emails()
    assert any("commented on your post" in file.read_text() for file in files)
    for file in files:
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        html = mail.get_body(("html",)).get_content()
        assert "<img" not in html
        assert "onerror" not in html


@pytest.mark.parametrize(
    "name", ["a\r\nBcc: x@example.com", "<script>", "a b", "\uff41da", "a\u202eb"]
)
def test_no_username_can_break_a_header_or_a_page(name):
    body = {"username": name, "email": "ada@example.com", "password": "correct-horse-battery"}
    with assert_no_changes():
        response = anonymous.post("signup", body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["username"]


def test_no_request_content_is_reflected_in_a_header(alice):
    sent = [
        alice.get("posts?limit=1&cursor=x%0d%0aSet-Cookie:%20a=b"),
        alice.get(f"posts?limit=1&x={LINES!r}".replace(" ", "%20")),
        alice.get("posts%0d%0aSet-Cookie:%20a=b"),
        alice.post("posts", {"text": LINES}),
        alice.post("posts", {"text": "x", LINES: 1}),
        new_client().get("/unsubscribe?token=x%0d%0aSet-Cookie:%20a=b"),
        new_client().get("/admin/%0d%0aSet-Cookie:%20a=b"),
    ]
    for response in sent:
        assert "Set-Cookie" not in response.headers
        for name, value in response.headers.items():
            assert not set("\r\n") & set(name + value)
    for _ in range(2):
        alice.create_post()
    link = alice.get("posts?limit=1&x=%3E;rel=%22a%22,%3Chttps://evil.example%3E")["Link"]
    assert link.count("<") == link.count(">") == 1
