"""A7: a body that is too large is refused before a megabyte of it was sent, at both doors."""

import json
import socket
from collections.abc import Iterator

import pytest

from notifications.selectors import unsubscribe_token
from tests.support.web_process import GranianProcess, WebProcess

pytestmark = pytest.mark.timeout(120)
WITHIN = 20.0
KIB, HUGE = 1024, 300 * 1024 * 1024


@pytest.fixture(
    scope="module", params=[WebProcess, GranianProcess], ids=["mysocial.realtime.server", "granian"]
)
def door(request: pytest.FixtureRequest, _servers: None) -> Iterator[WebProcess]:
    with request.param() as running:
        yield running


def ask(door, method, path, *headers, body=b""):
    """Send a request as it stands; return the status and the body of the answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", door.port), timeout=WITHIN) as client:
        client.sendall("\r\n".join(lines).encode("latin-1") + body)
        head, _, start = _until(client, b"\r\n\r\n").partition(b"\r\n\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        said = int(fields.get("content-length", 0))
        assert "transfer-encoding" not in fields
        while len(start) < said:
            start += client.recv(65536)
    return int(head.split()[1]), fields, start


def _until(client, mark):
    read = b""
    while mark not in read:
        more = client.recv(65536)
        assert more, read
        read += more
    return read


def signed(person, kind="application/json"):
    return [f"Authorization: Bearer {person.access}", f"Content-Type: {kind}"]


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/api/posts", "application/json", HUGE),
        ("/api/posts", "multipart/form-data; boundary=x", HUGE),
        ("/api/images/profile", "application/json", HUGE),
        ("/api/images/profile", "multipart/form-data; boundary=x", HUGE),
        ("/api/users/me/settings", "application/json", 300 * KIB),
        ("/admin/login/", "multipart/form-data; boundary=x", HUGE),
        ("/nothing", "text/plain", HUGE),
    ],
)
def test_a_body_that_says_it_is_too_large_is_refused_unread(door, alice, path, kind, said):
    method = "PATCH" if "settings" in path else "POST"
    headers = [*signed(alice, kind), f"Content-Length: {said}"]
    status, fields, body = ask(door, method, path, *headers, body=b"x" * 200 * KIB)
    assert status == 413
    assert fields["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == "too_large"


def test_whoever_is_not_signed_in_is_refused_unread(door):
    headers = ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {HUGE}"]
    status, _, body = ask(door, "POST", "/api/images/profile", *headers, body=b"x" * 200 * KIB)
    assert (status, json.loads(body)["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("path", ["/api/posts", "/api/images/profile", "/admin/login/"])
def test_a_body_in_chunks_without_end_is_not_waited_for(door, alice, path):
    """Its length is unknown, so nothing of it is taken: it is an empty one."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    headers = [*signed(alice), "Transfer-Encoding: chunked"]
    status, fields, body = ask(door, "POST", path, *headers, body=chunk * 3)
    assert status == (403 if "admin" in path else 400), body
    if "api" in path:
        assert fields["content-type"] == "application/problem+json"


def test_a_form_that_nobody_needs_is_not_read(door, alice):
    headers = ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {HUGE}"]
    headers += ["Idempotency-Key: k"]
    path = f"/api/notifications/unsubscribe/{unsubscribe_token(alice.id, 'comment')}"
    status, _, body = ask(door, "POST", path, *headers, body=b"x" * 200 * KIB)
    assert (status, json.loads(body)) == (200, {"message": "Unsubscribed"})


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 1e3"],
        ["Content-Length: 9", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked, gzip"],
        ["Bad Name: x"],
        ["X-A: b\x00c"],
    ],
)
def test_a_request_that_two_readers_could_read_differently_is_refused(door, headers):
    lines = ["POST /api/signin HTTP/1.1", "Host: localhost", *headers, "", "hello"]
    with socket.create_connection(("127.0.0.1", door.port), timeout=WITHIN) as client:
        client.sendall("\r\n".join(lines).encode("latin-1"))
        answer = client.recv(65536)
    assert not answer or answer.split()[1] in {b"400", b"415", b"501"}, answer
