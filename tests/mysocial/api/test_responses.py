"""Rules for every endpoint: whatever the request, the response is JSON and never a 500."""

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
MAX_BODY = real_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
UNREADABLE = {
    "blanks only": b"   ",
    "truncated": b'{"text": "x"',
    "two values": b'{"text": "x"} {}',
    "single quotes": b"{'text': 'x'}",
    "a comment": b'{"text": "x" /* y */}',
    "a trailing comma": b'{"text": "x",}',
    "NaN": b'{"text": NaN}',
    "infinity": b'{"text": -Infinity}',
    "a number out of range": b'{"text": 1e999}',
    "64 bits and more": b'{"text": 18446744073709551616}',
    "5000 digits": b'{"text": ' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"text": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\udc00": "x", "text": "x"}',
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "an overlong UTF-8 sequence": b'{"text": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"text": "\xed\xa0\x80"}',
    "UTF-16": '{"text": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "x"}',
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
def test_an_invalid_body_is_a_problem_and_changes_nothing(alice, body, caplog):
    with assert_no_changes():
        for method, path in [
            ("POST", "posts"),
            ("PATCH", "users/me"),
            ("PUT", "accounts/me/password"),
        ]:
            response = alice.call(method, path, body)
            assert response.status_code == 400, (path, response.content)
            assert len(response.content) < 64 * KIB
        for path in ("signup", "signin", "token/refresh", "forgot-password"):
            assert anonymous.post(path, body).status_code == 400, path
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_brackets_in_strings_do_not_count_as_depth(alice):
    text = '[{"' * 500 + "\\" * 3 + '"'
    assert alice.create_post(text)["text"] == text


@pytest.mark.parametrize("extra", [0, 1, 1000 * KIB])
def test_a_body_of_more_than_256_kib_is_too_large(alice, extra):
    frame = len(orjson.dumps({"quote": ""}))
    body = orjson.dumps({"quote": "x" * (MAX_BODY - frame + extra)})
    with assert_no_changes():
        response = alice.patch("users/me", body)
    assert response.status_code == (413 if extra else 400)
    assert response.json()["code"] == ("too_large" if extra else "invalid")


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
        response = new_client().generic(
            "PATCH", "/api/v1/users/me", '{"quote": "x"}', kind, headers=headers
        )
    assert response.status_code == 415
    assert response.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    assert response.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_json_media_type_is_case_insensitive_and_may_have_parameters(alice, kind):
    headers = {"Authorization": f"Bearer {alice.access}"}
    response = new_client().generic("POST", "/api/v1/posts", '{"text": "x"}', kind, headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize("wanted", ["text/html", "application/xml", "image/*", "", "\xff;q=x"])
def test_responses_are_json_whatever_the_accept_header(alice, wanted):
    response = alice.get("posts?format=xml", Accept=wanted)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"


# Paths and methods -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["nothing", "posts/x/y", "", "posts//", "%00", "%ff", "../admin"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_unknown_path_is_a_problem_with_or_without_a_token(alice, path, method):
    for person in (alice, anonymous):
        response = person.call(method, path)
        assert response.status_code == 404
        assert response.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
        assert response.json()["code"] == "not_found"
    assert new_client().get("/api").headers["Content-Type"] == PROBLEM_CONTENT_TYPE


@pytest.mark.parametrize("path", ["posts", "users/me", "accounts/me/sessions", "accounts/me"])
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
        ("DELETE", "signup", "GET, POST, HEAD, OPTIONS"),
        ("GET", "signin", "POST, OPTIONS"),
        ("POST", "users/me", "GET, PATCH, HEAD, OPTIONS"),
    ],
)
def test_an_unsupported_method_is_a_problem_with_the_allowed_methods(alice, method, path, allowed):
    with assert_no_changes():
        response = alice.call(method, path)
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    assert sorted(response.headers["Allow"].split(", ")) == sorted(allowed.split(", "))


def test_head_returns_the_headers_of_get_without_the_body(alice):
    get, head = alice.get("posts"), alice.call("HEAD", "posts")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert anonymous.call("HEAD", "posts").status_code == 401


def test_options_returns_json(alice):
    response = alice.call("OPTIONS", "posts")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")


# Headers and problems ----------------------------------------------------------------------------


def test_no_response_may_be_cached(alice):
    for response in (
        alice.get("posts"),
        alice.get("posts/x"),
        anonymous.get("posts"),
        alice.post("x"),
    ):
        assert response.headers["Cache-Control"] == "no-store"


def test_no_response_is_sniffed_as_a_page(alice):
    for response in (
        alice.get("posts"),
        alice.get("posts/x"),
        anonymous.get("posts"),
        alice.post("x"),
    ):
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_every_read_has_the_event_cursor_from_before_it(alice, bob):
    paths = ["posts", "users/me", f"users/{bob.id}", "accounts/me", "accounts/me/sessions"]
    before = [alice.get(path).headers["X-Event-Cursor"] for path in paths]
    assert len(set(before)) == 1
    epoch, offset = before[0].split(":")
    post = bob.create_post()
    after = alice.get(f"posts/{post['id']}").headers["X-Event-Cursor"]
    assert after.split(":")[0] == epoch
    assert int(after.split(":")[1]) > int(offset)


def test_a_problem_has_the_members_of_rfc_9457(alice):
    response = alice.post("posts", {"text": "", "likes": 3})
    body = response.json()
    assert response.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert (body["status"], body["code"]) == (400, "invalid")
    assert body["type"].endswith("/docs/errors#invalid")
    assert {error["field"]: error["code"] for error in body["errors"]} == {
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
    assert titles <= {error_class.title for error_class in error_classes()}


def test_an_unknown_host_gets_a_problem(alice):
    response = new_client().get("/api/v1/posts", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == PROBLEM_CONTENT_TYPE


@pytest.mark.parametrize(
    "query", ["?q[$ne]=x", "?limit[$gt]=1", "?x=%00", "?x=%ff", "?" + "a&" * 999]
)
def test_unknown_query_parameters_are_harmless(alice, query):
    assert alice.get(f"posts{query}").status_code == 200


def test_the_documentation_is_public():
    client = new_client()
    assert client.get("/api/schema").status_code == 200
    assert json.loads(client.get("/api/schema").content)["openapi"] == "3.1.0"
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"http://" not in page.content.replace(b"http://testserver", b"")
    assert b"https://" not in page.content


def test_unknown_fields_are_refused_by_name_on_every_public_route():
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD, "x": 1, "y": {}}
    for path in (
        "signup",
        "signin",
        "token/refresh",
        "forgot-password",
        "verify-email/" + "x" * 43,
    ):
        response = anonymous.post(path, body)
        assert response.status_code == 400
        assert {"x", "y"} <= {error["field"] for error in response.json()["errors"]}, path


@pytest.mark.tampers
def test_an_unexpected_error_affects_one_request_only(alice, bob, caplog):
    """Such a record cannot occur; it stands for any unexpected error."""
    client().hset(f"users.user:{alice.id}", "main", "not json")
    headers = {"Authorization": f"Bearer {alice.access}"}
    responses = run_concurrently(
        lambda: new_client().generic(
            "PATCH", "/api/v1/users/me", '{"quote": "x"}', "application/json", headers=headers
        ),
        *[lambda: bob.post("posts", {"text": "Undisturbed"})] * 5,
    )
    assert count_statuses(responses) == {500: 1, 201: 5}
    assert responses[0].headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    assert responses[0].json()["code"] == "internal_error"
    assert b"json" not in responses[0].content
    assert [record.message for record in caplog.records] == ["Unexpected error in a request"]


def test_at_most_fifty_unknown_fields_are_reported(alice):
    """Reporting each would take 0.4 s: little traffic could keep a process busy."""
    many = {f"f{number}": 1 for number in range(20_000)}
    with pytest.raises(ValidationError) as caught:
        StrictSerializer(data=many).is_valid(raise_exception=True)
    assert len(caught.value.detail) == 50
    with assert_no_changes():
        assert len(alice.post("posts", many).json()["errors"]) == 50
