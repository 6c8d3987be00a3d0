"""Pages of no app: where things are, health, and the mails that were sent locally."""

import pytest
from django.test import Client
from django.utils.html import escape

from mysocial.core import redis
from mysocial.core.errors import error_classes
from mysocial.templatetags.prose import prose
from tests.support.people import sign_up


@pytest.mark.parametrize(
    "path", ["/", "/api/docs", "/api/docs/", "/api/schema", "/docs/errors", "/health/live"]
)
def test_a_page_is_found_with_and_without_a_slash(path):
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/fibo/40", "/env", "/instance", "/queues", "/queues/api/queues", "/api-monitoring",
     "/api-monitoring/metrics", "/metrics", "/flower", "/health", "/admin/health"],
)  # fmt: skip
def test_nothing_tells_strangers_of_the_inside(path):
    answer = Client().get(path)
    assert answer.status_code == (302 if path.startswith("/admin/") else 404)
    assert answer.get("Location", "/admin/login/").startswith("/admin/login/")


def test_the_documentation_page_loads_nothing_from_other_hosts():
    page = Client().get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


def test_every_problem_points_to_where_it_is_explained(alice):
    answer = alice.get("posts/000000000000000000000000").json()
    path, _, anchor = answer["type"].removeprefix("http://localhost:8000").partition("#")
    assert f'id="{anchor}"' in Client().get(path).content.decode()


def test_readiness_fails_when_a_debt_is_older_than_thirty_seconds(alice, settings):
    settings.METRICS_TOKEN = "a-token-of-operators"
    assert Client().get("/health/ready").status_code == 200
    redis.client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})

    said = {"Authorization": "Bearer a-token-of-operators"}
    answer = Client().get("/health/ready", headers=said)

    assert answer.status_code == 503
    assert "Are the workers running?" in answer.json()["checks"]["backlog"]


def test_mails_are_read_on_a_page_with_debug_only(settings, emails):
    sign_up("reader")
    (file,) = emails()
    settings.DEBUG = True

    assert "Confirm your e-mail address" in Client().get("/devtools/emails/").content.decode()
    mail = Client().get(f"/devtools/emails/{file.name}")
    assert "Hello reader" in mail.content.decode()
    assert "sandbox" in mail["Content-Security-Policy"]
    assert "Hello reader" in Client().get(f"/devtools/emails/{file.name}?text").content.decode()
    settings.DEBUG = False
    assert Client().get("/devtools/emails/").status_code == 404
    assert Client().get(f"/devtools/emails/{file.name}").status_code == 404


def test_every_problem_is_explained():
    page = Client().get("/docs/errors").content.decode()
    for kind in error_classes():
        assert f'<dt id="{kind.code}"><code>{kind.code}</code> {kind.status}</dt>' in page
        assert f"<dd>{escape(kind.title)}</dd>" in page


def test_in_a_description_what_stands_between_backticks_is_code_and_the_rest_is_text():
    said = prose("Send `<token>` & wait, `then` go")
    assert said == "Send <code>&lt;token&gt;</code> &amp; wait, <code>then</code> go"
