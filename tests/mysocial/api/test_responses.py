"""What holds for every endpoint: whatever is sent, the answer is a problem of ours, never a 500."""

import json
import logging

import orjson
import pytest
from rest_framework.exceptions import ValidationError

from mysocial import settings as real_settings
from mysocial.api import StrictSerializer
from mysocial.api.problems import PROBLEM_CONTENT_TYPE
from mysocial.core.errors import error_classes
from mysocial.core.redis import client
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import PASSWORD, anonymous, new_client

KIB = 1024
MOST = real_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
UNREADABLE = {
    "nothing but blanks": b"   ",
    "cut": b'{"text": "x"',
    "two values": b'{"text": "x"} {}',
    "single quotes": b"{'text': 'x'}",
    "a comment": b'{"text": "x" /* y */}',
    "a trailing comma": b'{"text": "x",}',
    "NaN": b'{"text": NaN}',
    "infinity": b'{"text": -Infinity}',
    "a number beyond all": b'{"text": 1e999}',
    "64 bits and more": b'{"text": 18446744073709551616}',
    "5000 digits": b'{"text": ' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"text": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\udc00": "x", "text": "x"}',
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "an overlong form": b'{"text": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"text": "\xed\xa0\x80"}',
    "UTF-16": '{"text": "x"}'.encode("utf-16"),
    "a mark of byte order": b'\xef\xbb\xbf{"text": "x"}',
    "NUL": b'{"text": "a\\u0000b"}',
    "NUL itself": b'{"text": "a\x00b"}',
    "NUL in a name": b'{"te\\u0000xt": "x", "text": "x"}',
    "a name twice": b'{"text": "x", "text": "y"}',
    "a name twice, inside": b'{"text": {"a": 1, "a": 1}}',
    "an array": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "a number": b"7",
    "21 levels": b'{"text": ' + b"[" * 21 + b"]" * 21 + b"}",
    "100,000 levels": b"[" * 100_000,
    "100,000 levels, closed": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 40_000,
    "operators": b'{"$set": {"text": "x"}, "text.0": "x"}',
    "a prototype": b'{"__proto__": {}, "constructor": {}, "text": "x"}',
    "10,000 names": orjson.dumps({f"f{n}": n for n in range(10_000)}),
    "a very long name": orjson.dumps({"x" * 200_000: 1}),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
def test_a_body_that_is_not_ours_to_read_is_a_problem_and_changes_nothing(alice, body, caplog):
    with assert_no_changes():
        for method, path in [("POST", "posts"), ("PATCH", "users/me"), ("PUT", "password")]:
            answer = alice.call(method, path, body)
            assert answer.status_code == 400, (path, answer.content)
            assert len(answer.content) < 64 * KIB
        for path in ("signup", "signin", "token/refresh", "forgot-password"):
            assert anonymous.post(path, body).status_code == 400, path
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_brackets_within_a_text_are_no_depth(alice):
    text = '[{"' * 500 + "\\" * 3 + '"'
    assert alice.create_post(text)["text"] == text


@pytest.mark.parametrize("extra", [0, 1, 1000 * KIB])
def test_a_body_of_more_than_256_kib_is_too_large(alice, extra):
    frame = len(orjson.dumps({"quote": ""}))
    body = orjson.dumps({"quote": "x" * (MOST - frame + extra)})
    with assert_no_changes():
        answer = alice.patch("users/me", body)
    assert answer.status_code == (413 if extra else 400)
    assert answer.json()["code"] == ("too_large" if extra else "invalid")


@pytest.mark.parametrize(
    "kind",
    [
        "", "text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x", "application/json-patch+json", "json", "*/*", "\xff",
    ],
)  # fmt: skip
def test_a_body_of_another_type_is_not_supported(alice, kind):
    headers = {"Authorization": f"Bearer {alice.access}", "Content-Type": kind}
    with assert_no_changes():
        answer = new_client().generic(
            "PATCH", "/api/users/me", '{"quote": "x"}', kind, headers=headers
        )
    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_json_however_its_type_is_written(alice, kind):
    headers = {"Authorization": f"Bearer {alice.access}"}
    answer = new_client().generic("POST", "/api/posts", '{"text": "x"}', kind, headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("wanted", ["text/html", "application/xml", "image/*", "", "\xff;q=x"])
def test_whatever_a_client_would_like_better_it_gets_json(alice, wanted):
    answer = alice.get("posts?format=xml", Accept=wanted)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"


# Paths and methods -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["nothing", "posts/x/y", "", "posts//", "%00", "%ff", "../admin"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_unknown_path_is_a_problem_with_or_without_a_token(alice, path, method):
    for person in (alice, anonymous):
        answer = person.call(method, path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
        assert answer.json()["code"] == "not_found"
    assert new_client().get("/api").headers["Content-Type"] == PROBLEM_CONTENT_TYPE


@pytest.mark.parametrize("path", ["posts", "users/me", "sessions", "currentuser"])
def test_a_trailing_slash_is_optional(alice, path):
    assert alice.get(path).content == alice.get(f"{path}/").content
    assert alice.get(f"{path}%0a").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "posts", "GET, POST, HEAD, OPTIONS"),
        ("PUT", "posts", "GET, POST, HEAD, OPTIONS"),
        ("TRACE", "posts", "GET, POST, HEAD, OPTIONS"),
        ("BREW", "posts", "GET, POST, HEAD, OPTIONS"),
        ("GET", "signup", "POST, OPTIONS"),
        ("GET", "signin", "POST, OPTIONS"),
        ("POST", "users/me", "GET, PATCH, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_a_path_has_not_is_a_problem_that_names_those_it_has(
    alice, method, path, allowed
):
    with assert_no_changes():
        answer = alice.call(method, path)
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert sorted(answer.headers["Allow"].split(", ")) == sorted(allowed.split(", "))


def test_head_answers_as_get_without_the_body(alice):
    get, head = alice.get("posts"), alice.call("HEAD", "posts")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert anonymous.call("HEAD", "posts").status_code == 401


def test_options_answers_json(alice):
    answer = alice.call("OPTIONS", "posts")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


# Headers and problems ----------------------------------------------------------------------------


def test_no_answer_is_kept_by_a_cache(alice):
    for answer in (
        alice.get("posts"),
        alice.get("posts/x"),
        anonymous.get("posts"),
        alice.post("x"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"


def test_no_browser_takes_an_answer_for_a_page(alice):
    for answer in (
        alice.get("posts"),
        alice.get("posts/x"),
        anonymous.get("posts"),
        alice.post("x"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_read_says_where_the_events_stood_before_it(alice, bob):
    paths = ["posts", "users/me", f"users/{bob.id}", "currentuser", "sessions"]
    before = [alice.get(path).headers["X-Event-Cursor"] for path in paths]
    assert len(set(before)) == 1
    epoch, offset = before[0].split(":")
    post = bob.create_post()
    after = alice.get(f"posts/{post['id']}").headers["X-Event-Cursor"]
    assert after.split(":")[0] == epoch
    assert int(after.split(":")[1]) > int(offset)


def test_a_problem_says_what_rfc_9457_asks(alice):
    answer = alice.post("posts", {"text": "", "likes": 3})
    body = answer.json()
    assert answer.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert (body["status"], body["code"]) == (400, "invalid")
    assert body["type"].endswith("/docs/errors#invalid")
    assert {one["field"]: one["code"] for one in body["errors"]} == {
        "text": "blank",
        "likes": "unknown",
    }


def test_the_title_of_a_problem_depends_on_its_type_only(alice):
    wrong = {"username": "alice", "password": "wrong-horse-battery"}
    titles = {
        anonymous.get("posts").json()["title"],
        anonymous.post("signin", wrong).json()["title"],
    }
    assert len(titles) == 1
    assert titles <= {one.title for one in error_classes()}


def test_a_host_we_do_not_know_gets_a_problem(alice):
    answer = new_client().get("/api/posts", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == PROBLEM_CONTENT_TYPE


@pytest.mark.parametrize(
    "query", ["?q[$ne]=x", "?limit[$gt]=1", "?x=%00", "?x=%ff", "?" + "a&" * 999]
)
def test_queries_nobody_asked_for_do_no_harm(alice, query):
    assert alice.get(f"posts{query}").status_code == 200


def test_the_documentation_needs_no_token_and_is_no_problem():
    client = new_client()
    assert client.get("/api/schema").status_code == 200
    assert json.loads(client.get("/api/schema").content)["openapi"] == "3.1.0"
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"http://" not in page.content.replace(b"http://testserver", b"")
    assert b"https://" not in page.content


def test_fields_nobody_declared_are_refused_by_name_on_every_open_route():
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD, "x": 1, "y": {}}
    for path in (
        "signup",
        "signin",
        "token/refresh",
        "forgot-password",
        "verify-email/" + "x" * 43,
    ):
        answer = anonymous.post(path, body)
        assert answer.status_code == 400
        assert {"x", "y"} <= {one["field"] for one in answer.json()["errors"]}, path


@pytest.mark.tampers
def test_a_defect_of_ours_is_a_problem_of_one_request(alice, bob, caplog):
    """No request of ours meets such a record: it stands for whatever nobody expected."""
    client().hset(f"users.user:{alice.id}", "main", "not json")
    headers = {"Authorization": f"Bearer {alice.access}"}
    answers = run_concurrently(
        lambda: new_client().generic(
            "PATCH", "/api/users/me", '{"quote": "x"}', "application/json", headers=headers
        ),
        *[lambda: bob.post("posts", {"text": "Undisturbed"})] * 5,
    )
    assert count_statuses(answers) == {500: 1, 201: 5}
    assert answers[0].headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    assert answers[0].json()["code"] == "internal_error"
    assert b"json" not in answers[0].content
    assert [one.message for one in caplog.records] == ["Unexpected error in a request"]


def test_of_twenty_thousand_unknown_fields_fifty_are_looked_at(alice):
    """To find fault with each took 0.4 s: with little traffic one could occupy a process."""
    many = {f"f{number}": 1 for number in range(20_000)}
    with pytest.raises(ValidationError) as caught:
        StrictSerializer(data=many).is_valid(raise_exception=True)
    assert len(caught.value.detail) == 50
    with assert_no_changes():
        assert len(alice.post("posts", many).json()["errors"]) == 50
