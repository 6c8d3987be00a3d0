"""Fast reads: what they refuse, count and log, and the settings that change them."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse

from mysocial.api import request_limits
from mysocial.api.fast_reads import FastReadHandler
from mysocial.core import mongo
from mysocial.core.metrics import COUNTED
from posts import selectors
from tests.moderation.staff import ms_from_now, take_action
from tests.support.concurrency import assert_no_changes
from tests.support.fast_reads import handlers, make_environ, send, send_both
from tests.support.people import anonymous
from tests.support.stack import ROOT


@pytest.fixture(autouse=True)
def _limited(settings):
    settings.RATE_LIMITS = True


# Refusals -----------------------------------------------------------------------------------------


def assert_refused(person, path, status):
    """Assert that both handlers refuse a read in the same way."""
    reply, is_fast = send_both(make_environ(person, path))
    assert (reply.status, is_fast) == (status, False)


def test_a_member_who_signs_out_or_is_suspended_is_refused_at_once(alice, bob):
    post = alice.create_post()
    for person in (alice, bob):
        assert send_both(make_environ(person, "posts/home"))[1]
    alice.post("signout")
    assert_refused(alice, "posts/home", 401)
    take_action(bob, "suspend", until_ms=ms_from_now(3600))
    with assert_no_changes():
        assert_refused(bob, "posts/home", 401)
        assert_refused(bob, f"posts/{post['id']}", 401)


def test_a_block_and_privacy_take_effect_at_once(alice, bob, stranger):
    post = alice.create_post()
    paths = [f"users/{alice.id}", f"posts/{post['id']}", f"users/{alice.id}/followers"]
    for path in paths:
        assert send_both(make_environ(bob, path))[1]
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert_refused(bob, f"posts/{post['id']}", 404)
    alice.put(f"users/{bob.id}/block")
    for path in paths:
        assert_refused(bob, path, 404)
    alice.patch("users/me/settings", {"is_private": True})
    assert_refused(stranger, f"users/{alice.id}/followers", 404)


def test_an_unavailable_server_is_reported_in_the_same_way(alice, monkeypatch):
    def unavailable(*_args, **_kwargs):
        raise mongo.Unavailable

    monkeypatch.setattr(mongo, "find", unavailable)
    assert_refused(alice, "posts/" + "f" * 24, 503)


def test_an_error_is_logged_once(alice, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise ValueError

    monkeypatch.setattr(selectors, "feed_page", fail)
    assert_refused(alice, "posts", 500)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError] * 2


# Limits, metrics and log --------------------------------------------------------------------------


def count_of(name, **labels):
    """Return the value of a counter of this process."""
    return COUNTED.get_sample_value(f"mysocial_{name}_total", labels) or 0


def test_both_count_a_read_once(alice, settings):
    settings.READ_LIMIT_PER_MINUTE = 8
    request_limits.limits.clear()
    remaining, statuses = [], []
    for path in ("posts", "posts/" + "f" * 24, "posts?limit=0", "chat/unread"):
        for handler in handlers():
            reply = send(handler, make_environ(alice, path))
            remaining.append(int(reply.header("X-RateLimit-Remaining")))
            statuses.append(reply.status)
    assert remaining == [7, 6, 5, 4, 3, 2, 1, 0]
    assert statuses == [200, 200, 404, 404, 400, 400, 200, 200]


def test_a_member_past_the_limit_is_refused_and_logged_once(alice, settings):
    settings.READ_LIMIT_PER_MINUTE = 1
    request_limits.limits.clear()
    plain, fast = handlers()
    assert send(fast, make_environ(alice, "posts")).status == 200
    before = count_of("security_events", kind="rate_limit", outcome="limited")
    replies = [send(handler, make_environ(alice, "posts")) for handler in (fast, plain, fast)]
    assert [reply.status for reply in replies] == [429] * 3
    assert {reply.header("Retry-After") for reply in replies} <= {"59", "60", "61"}
    assert count_of("security_events", kind="rate_limit", outcome="limited") == before + 1


def test_reads_without_a_valid_token_count_by_network(alice, settings):
    settings.READ_LIMIT_PER_MINUTE = 2
    request_limits.limits.clear()
    fast = handlers()[1]
    environ = make_environ(anonymous, "posts", Authorization="Bearer x.y.z")
    assert [send(fast, environ).status for _ in range(3)] == [401, 401, 429]
    assert send(fast, make_environ(alice, "posts")).status == 200


@pytest.mark.parametrize(("path", "status"), [("posts", 200), ("posts/" + "f" * 24, 404)])
def test_a_read_is_counted_and_logged_once(path, status, alice, settings, caplog):
    settings.LOG_REQUESTS = True
    caplog.set_level("INFO", "mysocial.requests")
    lines = []
    for handler in handlers():
        caplog.clear()
        before = count_of("requests", method="GET", status=str(status))
        problems = count_of("problems", code="not_found")
        send(handler, make_environ(alice, path))
        assert count_of("requests", method="GET", status=str(status)) == before + 1
        assert count_of("problems", code="not_found") == problems + (status == 404)
        (record,) = [record for record in caplog.records if record.name == "mysocial.requests"]
        lines.append(record.getMessage())
    assert lines == [f"GET api/v1/{'posts' if status == 200 else 'posts/{pk}'} {status}"] * 2


# Settings -----------------------------------------------------------------------------------------


@pytest.fixture
def fresh_handlers():
    """Let the test load the middleware of its own settings."""
    handlers.cache_clear()
    yield
    handlers.cache_clear()


@pytest.mark.usefixtures("fresh_handlers")
def test_plain_http_is_redirected_in_the_same_way(alice, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    reply, _ = send_both(make_environ(alice, "posts"))
    assert (reply.status, reply.header("Location")) == (301, "https://testserver/api/v1/posts")
    reply, is_fast = send_both(make_environ(alice, "posts", **{"X-Forwarded-Proto": "https"}))
    assert (reply.status, is_fast) == (200, True)
    assert reply.header("Strict-Transport-Security").startswith("max-age=3600")


class MarkingMiddleware:
    """Middleware of an operator, around every request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X-Marked"] = f"{request.resolver_match.route} {request.user.pk}"
        return response


class ViewMiddleware:
    """Middleware of an operator, around every view."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Refuse every view."""
        return HttpResponse("Closed", status=403)


def add_middleware(settings, middleware):
    """Add middleware to the settings."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.{middleware.__name__}"]


@pytest.mark.usefixtures("fresh_handlers")
def test_middleware_of_an_operator_surrounds_fast_reads(alice, settings):
    add_middleware(settings, MarkingMiddleware)
    reply, is_fast = send_both(make_environ(alice, f"users/{alice.id}"))
    assert is_fast
    assert reply.header("X-Marked") == f"api/v1/users/<id:pk> {alice.id}"


@pytest.mark.usefixtures("fresh_handlers")
def test_middleware_around_views_turns_fast_reads_off(alice, settings):
    add_middleware(settings, ViewMiddleware)
    reply, _ = send_both(make_environ(alice, "posts"))
    assert reply.status == 403
    assert FastReadHandler().routes == {}


@pytest.mark.parametrize(("value", "handler"), [("0", "WSGIHandler"), ("1", "FastReadHandler")])
def test_the_setting_chooses_the_handler(value, handler):
    code = "import mysocial.wsgi as w; print(type(w._application).__name__)"
    env = os.environ | {"FAST_READS": value, "DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    env["SECRET_KEY"] = django_settings.SECRET_KEY
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True,
                            text=True, check=True)  # fmt: skip
    assert output.stdout.strip() == handler
