"""The middleware that requests to the API bypass."""

import pytest
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.test import Client

from tests.support.people import new_client


@pytest.fixture
def page_middleware_calls(monkeypatch):
    """Return the page middleware that ran, each with the path of the request."""
    calls = []
    for layer, step in (
        (SessionMiddleware, "process_request"),
        (MessageMiddleware, "process_request"),
        (XFrameOptionsMiddleware, "process_response"),
    ):
        own = getattr(layer, step)

        def spy(self, request, *rest, layer=layer, own=own):
            calls.append((layer.__name__, request.path))
            return own(self, request, *rest)

        monkeypatch.setattr(layer, step, spy)
    return calls


def test_api_requests_bypass_the_page_middleware(alice, page_middleware_calls):
    for path in ("/api/v1/posts", "/api/v1/users/me", "/api/v1/nothing-here", "/api"):
        new_client().get(path, headers={"Authorization": f"Bearer {alice.access}"})
    assert page_middleware_calls == []
    new_client().get("/docs/errors")
    assert {layer for layer, _ in page_middleware_calls} == {
        "SessionMiddleware", "MessageMiddleware", "XFrameOptionsMiddleware",
    }  # fmt: skip


def test_the_api_rejects_unknown_hosts(alice, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    own = {"HTTP_AUTHORIZATION": f"Bearer {alice.access}"}
    before = alice.received_events()
    assert new_client().get("/api/v1/posts", **own).status_code == 200
    for send in (new_client().get, new_client().post):
        assert send("/api/v1/posts", HTTP_HOST="evil.example", **own).status_code == 400
    assert alice.received_events() == before


def test_the_api_redirects_to_https_if_configured(alice, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    own = {"HTTP_AUTHORIZATION": f"Bearer {alice.access}"}
    before = alice.received_events()
    body = {"data": '{"text":"hello"}', "content_type": "application/json"}
    plain = Client().post("/api/v1/posts", **body, **own)
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/api/v1/posts")
    assert "Strict-Transport-Security" not in plain
    assert alice.received_events() == before
    safe = Client().post("/api/v1/posts", **body, **own, secure=True)
    assert safe.status_code == 201
    assert safe["Strict-Transport-Security"].startswith("max-age=3600")
