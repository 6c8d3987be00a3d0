"""The operations pages, the documents of the API, and the development e-mail pages."""

import pytest
from django.test import Client
from django.utils.html import escape

from mysocial.core import redis
from mysocial.core.errors import error_classes
from mysocial.templatetags.prose import prose
from tests.support.concurrency import mongod_paused
from tests.support.people import sign_up


@pytest.mark.parametrize(
    "path", ["/", "/api/docs", "/api/docs/", "/api/schema", "/docs/errors", "/health/live"]
)
def test_pages_are_served_with_and_without_a_trailing_slash(path):
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/fibo/40", "/env", "/instance", "/queues", "/queues/api/v1/queues", "/api-monitoring",
     "/api-monitoring/metrics", "/metrics", "/flower", "/health", "/admin/health"],
)  # fmt: skip
def test_internal_pages_are_hidden_from_anonymous_users(path):
    response = Client().get(path)
    assert response.status_code == (302 if path.startswith("/admin/") else 404)
    assert response.get("Location", "/admin/login/").startswith("/admin/login/")


def test_the_documentation_page_loads_nothing_from_other_hosts():
    page = Client().get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


def test_the_type_of_a_problem_links_to_its_explanation(alice):
    response = alice.get("posts/000000000000000000000000").json()
    path, _, anchor = response["type"].removeprefix("http://localhost:8000").partition("#")
    assert f'id="{anchor}"' in Client().get(path).content.decode()


def test_the_site_is_degraded_when_a_record_waits_longer_than_thirty_seconds(alice, settings):
    settings.METRICS_TOKEN = "a-token-of-operators"
    assert Client().get("/health/ready").json() == {"status": "ok"}
    redis.client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})

    headers = {"Authorization": "Bearer a-token-of-operators"}
    response = Client().get("/health/ready", headers=headers)

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert "Are the workers running?" in response.json()["checks"]["backlog"]


def test_an_unresponsive_mongodb_does_not_make_a_process_unready(alice):
    alice.create_post("This loads into Redis everything that posts need.")
    with mongod_paused():
        response = Client().get("/health/ready")
        assert (response.status_code, response.json()) == (200, {"status": "degraded"})
        assert alice.post("posts", {"text": "Accepted"}).status_code == 201


def test_the_email_pages_exist_only_with_debug(settings, emails):
    sign_up("reader")
    (file,) = emails()
    settings.DEBUG = True

    assert "Confirm your e-mail address" in Client().get("/devtools/emails/").content.decode()
    page = Client().get(f"/devtools/emails/{file.name}")
    assert "Hello reader" in page.content.decode()
    assert "sandbox" in page["Content-Security-Policy"]
    assert "Hello reader" in Client().get(f"/devtools/emails/{file.name}?text").content.decode()
    settings.DEBUG = False
    assert Client().get("/devtools/emails/").status_code == 404
    assert Client().get(f"/devtools/emails/{file.name}").status_code == 404


def test_every_error_code_is_explained():
    page = Client().get("/docs/errors").content.decode()
    for error in error_classes():
        assert f'<dt id="{error.code}"><code>{error.code}</code> {error.status}</dt>' in page
        assert f"<dd>{escape(error.title)}</dd>" in page


def test_text_between_backticks_is_shown_as_code():
    html = prose("Send `<token>` & wait, `then` go")
    assert html == "Send <code>&lt;token&gt;</code> &amp; wait, <code>then</code> go"
