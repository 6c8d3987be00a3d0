"""The short form of `make fuzz`, and tests that the fuzzer finds faults."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.fuzz import corpus, response_checks
from tests.fuzz.__main__ import SHORT, fuzz
from tests.fuzz.corpus import BadRequest
from tests.fuzz.http_client import CorpusClient
from tests.fuzz.site import Address, Endpoint, FuzzedSite, defects_in_log
from tests.support.journey import Member

PROBLEM = {"type": "x", "title": "x", "status": 400, "detail": "x", "code": "invalid", "errors": []}
PROBLEM_HEADERS = {"content-type": response_checks.PROBLEM}


@pytest.mark.timeout(300)
def test_invalid_input_does_no_harm():
    with FuzzedSite(small=True) as site:
        assert fuzz(site, SHORT, seed=1, long=False) == []


class Faulty(BaseHTTPRequestHandler):
    """A server that responds correctly, except to requests with a NUL character."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = b"\\u0000" in body
        body = b"<h1>Server Error (500)</h1>" if fault else json.dumps(PROBLEM).encode()
        self.send_response(500 if fault else 400)
        self.send_header("Content-Type", "text/html" if fault else response_checks.PROBLEM)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def faulty() -> Iterator[Endpoint]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Faulty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield Endpoint(url, Member(Address(url), "0" * 24, "a"), "somebody")
        server.shutdown()
        thread.join()


def test_an_operation_that_fails_on_one_input_is_reported(faulty):
    body = {"content": {"application/json": {"schema": {"properties": {"text": {}}}}}}
    operation = {"operationId": "createPost", "requestBody": body}
    document = {"servers": [{"url": "/api/v1"}], "paths": {"/posts": {"post": operation}}}
    sent = [request for request in corpus.all_requests(document, {"users": ["0"]}) if request.body]
    assert len(sent) > 50
    faults = CorpusClient(faulty).send_all(sent)
    assert len(faults) == sum(b"\\u0000" in request.body for request in sent) > 1
    assert all("it is a 500" in fault for fault in faults)


def test_an_accepted_invalid_request_is_reported(faulty, monkeypatch):
    monkeypatch.setitem(PROBLEM, "status", 400)
    request = BadRequest("POST", "/api/v1/posts", b"{}", must_fail=True)
    caller = CorpusClient(faulty)
    assert caller.send_all([request]) == []
    monkeypatch.setattr(caller, "_request", lambda _: (200, {}, b"{}"))
    assert "invalid request was accepted" in caller.send_all([request])[0]


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (200, {}, b"anything", ""),
        (400, PROBLEM_HEADERS, json.dumps(PROBLEM).encode(), ""),
        (503, PROBLEM_HEADERS | {"retry-after": "2"}, b"", ""),
        (500, PROBLEM_HEADERS, b"", "it is a 500"),
        (502, {}, b"", "it is a 502"),
        (503, PROBLEM_HEADERS, b"", "has no retry-after"),
        (401, PROBLEM_HEADERS, b"", "has no www-authenticate"),
        (400, {"content-type": "text/html"}, b"<p>", "not a problem"),
        (400, PROBLEM_HEADERS, b"<p>", "not JSON"),
        (400, PROBLEM_HEADERS, b"[]", "not a valid problem"),
        (404, PROBLEM_HEADERS, json.dumps(PROBLEM).encode(), "not a valid problem"),
        (400, PROBLEM_HEADERS, json.dumps(PROBLEM | {"code": "odd"}).encode(), "undocumented"),
        (
            400,
            PROBLEM_HEADERS,
            json.dumps(PROBLEM | {"code": "forbidden"}).encode(),
            "undocumented",
        ),
        (400, PROBLEM_HEADERS, json.dumps(PROBLEM | {"errors": [{}]}).encode(), "malformed errors"),
    ],
)
def test_a_response_is_checked(status, headers, body, expected):
    fault = response_checks.response_fault(status, headers, body)
    assert expected in fault
    assert bool(fault) == bool(expected)


def test_a_traceback_in_a_log_is_reported():
    quiet = "http | INFO fine\nws | WARNING Invalid HTTP request received."
    assert defects_in_log(quiet) == []
    trace = "ws | Traceback (most recent call last):"
    lines = "ws |   File …\nws | ValueError: A message"
    assert defects_in_log(
        f"{quiet}\n{trace}\n{lines}\nhttp | ERROR Unexpected error in a request"
    ) == [
        f"{trace} ws | ValueError: A message",
        "http | ERROR Unexpected error in a request",
    ]
