"""A7: an oversized body is rejected by both servers before a megabyte of it was sent."""

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
def server(request: pytest.FixtureRequest, _servers: None) -> Iterator[WebProcess]:
    with request.param() as running:
        yield running


def ask(server, method, path, *headers, body=b""):
    """Send a raw request; return the status, the headers and the body of the response."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN) as client:
        client.sendall("\r\n".join(lines).encode("latin-1") + body)
        head, _, start = _until(client, b"\r\n\r\n").partition(b"\r\n\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        length = int(fields.get("content-length", 0))
        assert "transfer-encoding" not in fields
        while len(start) < length:
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
    ("path", "kind", "length"),
    [
        ("/api/v1/posts", "application/json", HUGE),
        ("/api/v1/posts", "multipart/form-data; boundary=x", HUGE),
        ("/api/v1/users/me/images/profile", "application/json", HUGE),
        ("/api/v1/users/me/images/profile", "multipart/form-data; boundary=x", HUGE),
        ("/api/v1/users/me/settings", "application/json", 300 * KIB),
        ("/admin/login/", "multipart/form-data; boundary=x", HUGE),
        ("/nothing", "text/plain", HUGE),
    ],
)
def test_a_declared_oversized_body_is_rejected_unread(server, alice, path, kind, length):
    method = "PATCH" if "settings" in path else "POST"
    headers = [*signed(alice, kind), f"Content-Length: {length}"]
    status, fields, body = ask(server, method, path, *headers, body=b"x" * 200 * KIB)
    assert status == 413
    assert fields["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == "too_large"


def test_an_anonymous_upload_is_rejected_unread(server):
    headers = ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {HUGE}"]
    status, _, body = ask(
        server, "POST", "/api/v1/users/me/images/profile", *headers, body=b"x" * 200 * KIB
    )
    assert (status, json.loads(body)["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "path", ["/api/v1/posts", "/api/v1/users/me/images/profile", "/admin/login/"]
)
def test_an_endless_chunked_body_is_not_read(server, alice, path):
    """Its length is unknown, so it is refused."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    headers = [*signed(alice), "Transfer-Encoding: chunked"]
    status, fields, body = ask(server, "POST", path, *headers, body=chunk * 3)
    assert (status, json.loads(body)["code"]) == (411, "length_required")
    assert fields["content-type"] == "application/problem+json"


def test_an_unused_form_is_not_read(server, alice):
    headers = ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {HUGE}"]
    headers += ["Idempotency-Key: k"]
    path = f"/api/v1/notifications/unsubscribe/{unsubscribe_token(alice.id, 'comment')}"
    status, _, body = ask(server, "POST", path, *headers, body=b"x" * 200 * KIB)
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
def test_an_ambiguous_request_is_rejected(server, headers):
    lines = ["POST /api/v1/signin HTTP/1.1", "Host: localhost", *headers, "", "hello"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN) as client:
        client.sendall("\r\n".join(lines).encode("latin-1"))
        response = client.recv(65536)
    assert not response or response.split()[1] in {b"400", b"411", b"415", b"501"}, response


MEBIBYTE = 1024 * KIB


@pytest.mark.parametrize(
    "text",
    [b"[" + b"[]," * 4_000_000 + b"[]]", b'"' + b'AAAAAAAAAAAAAAA\\"' * 750_000 + b'"'],
    ids=["brackets", "escape sequences"],
)
def test_a_refused_large_json_body_takes_little_memory(server, alice, text):
    """Before, such a body became 0.7 GB of Python objects."""
    body = b'{"text":' + text + b"}"
    headers = [*signed(alice), f"Content-Length: {len(body)}"]
    ask(server, "POST", "/api/v1/posts", *headers, body=body)  # what is loaded once does not count
    before = server.resident_bytes()
    for _ in range(3):
        status, _, response = ask(server, "POST", "/api/v1/posts", *headers, body=body)
        assert (status, json.loads(response)["code"]) == (413, "too_large")
        assert server.resident_bytes() - before < 60 * MEBIBYTE
