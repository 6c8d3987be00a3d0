"""What a request passes on its way to its view."""

import pytest
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.test import Client

from tests.support.people import new_client


@pytest.fixture
def passed(monkeypatch):
    """The layers of pages that requests pass, each with the path of the request."""
    seen = []
    for layer, step in (
        (SessionMiddleware, "process_request"),
        (MessageMiddleware, "process_request"),
        (XFrameOptionsMiddleware, "process_response"),
    ):
        own = getattr(layer, step)

        def spy(self, request, *rest, layer=layer, own=own):
            seen.append((layer.__name__, request.path))
            return own(self, request, *rest)

        monkeypatch.setattr(layer, step, spy)
    return seen


def test_only_pages_pass_the_layers_of_pages(alice, passed):
    for path in ("/api/posts", "/api/users/me", "/api/nothing-here", "/api"):
        new_client().get(path, headers={"Authorization": f"Bearer {alice.access}"})
    assert passed == []
    new_client().get("/docs/errors")
    assert {layer for layer, _ in passed} == {
        "SessionMiddleware", "MessageMiddleware", "XFrameOptionsMiddleware",
    }  # fmt: skip


def test_the_api_is_answered_by_no_other_name_than_its_own(alice, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    own = {"HTTP_AUTHORIZATION": f"Bearer {alice.access}"}
    before = alice.received_events()
    assert new_client().get("/api/posts", **own).status_code == 200
    for send in (new_client().get, new_client().post):
        assert send("/api/posts", HTTP_HOST="evil.example", **own).status_code == 400
    assert alice.received_events() == before


def test_the_api_is_answered_by_tls_only_where_that_is_so(alice, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    own = {"HTTP_AUTHORIZATION": f"Bearer {alice.access}"}
    before = alice.received_events()
    body = {"data": '{"text":"hello"}', "content_type": "application/json"}
    plain = Client().post("/api/posts", **body, **own)
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/api/posts")
    assert "Strict-Transport-Security" not in plain
    assert alice.received_events() == before
    safe = Client().post("/api/posts", **body, **own, secure=True)
    assert safe.status_code == 201
    assert safe["Strict-Transport-Security"].startswith("max-age=3600")
