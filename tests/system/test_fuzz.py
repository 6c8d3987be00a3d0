"""The short form of `make fuzz`, and tests that it finds planted faults."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.fuzz import corpus, response_checks
from tests.fuzz.__main__ import SHORT, fuzz
from tests.fuzz.corpus import Sent
from tests.fuzz.http_client import Caller
from tests.fuzz.site import Door, Doors, Place, defects
from tests.support.journey import Member

PROBLEM = {"type": "x", "title": "x", "status": 400, "detail": "x", "code": "invalid", "errors": []}
HEADERS = {"content-type": response_checks.PROBLEM}


@pytest.mark.timeout(300)
def test_fuzzing_finds_no_fault():
    with Doors(small=True) as site:
        assert fuzz(site, SHORT, seed=1, long=False) == []


class Faulty(BaseHTTPRequestHandler):
    """Responds correctly, except to requests with a NUL."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = b"\\u0000" in body
        content = b"<h1>Server Error (500)</h1>" if fault else json.dumps(PROBLEM).encode()
        self.send_response(500 if fault else 400)
        self.send_header("Content-Type", "text/html" if fault else response_checks.PROBLEM)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def faulty() -> Iterator[Door]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Faulty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield Door(url, Member(Place(url), "0" * 24, "a"), "somebody")
        server.shutdown()
        thread.join()


def test_an_operation_that_fails_on_an_input_is_found(faulty):
    body = {"content": {"application/json": {"schema": {"properties": {"text": {}}}}}}
    document = {"paths": {"/api/posts": {"post": {"requestBody": body}}}}
    sent = [request for request in corpus.everything(document, {"users": ["0"]}) if request.body]
    assert len(sent) > 50
    faults = Caller(faulty).send_all(sent)
    assert len(faults) == sum(b"\\u0000" in request.body for request in sent) > 1
    assert all("it is a 500" in fault for fault in faults)


def test_accepted_invalid_input_is_found(faulty, monkeypatch):
    monkeypatch.setitem(PROBLEM, "status", 400)
    taken = Sent("POST", "/api/posts", b"{}", refused=True)
    caller = Caller(faulty)
    assert caller.send_all([taken]) == []
    monkeypatch.setattr(caller, "_ask", lambda _: (200, {}, b"{}"))
    assert "it was taken" in caller.send_all([taken])[0]


@pytest.mark.parametrize(
    ("status", "headers", "body", "wrong"),
    [
        (200, {}, b"anything", ""),
        (400, HEADERS, json.dumps(PROBLEM).encode(), ""),
        (503, HEADERS | {"retry-after": "2"}, b"", ""),
        (500, HEADERS, b"", "it is a 500"),
        (502, {}, b"", "it is a 502"),
        (503, HEADERS, b"", "has no retry-after"),
        (401, HEADERS, b"", "has no www-authenticate"),
        (400, {"content-type": "text/html"}, b"<p>", "no problem"),
        (400, HEADERS, b"<p>", "not JSON"),
        (400, HEADERS, b"[]", "no problem of ours"),
        (404, HEADERS, json.dumps(PROBLEM).encode(), "no problem of ours"),
        (400, HEADERS, json.dumps(PROBLEM | {"code": "odd"}).encode(), "not documented"),
        (400, HEADERS, json.dumps(PROBLEM | {"code": "forbidden"}).encode(), "not documented"),
        (400, HEADERS, json.dumps(PROBLEM | {"errors": [{}]}).encode(), "another shape"),
    ],
)
def test_responses_are_checked(status, headers, body, wrong):
    fault = response_checks.fault(status, headers, body)
    assert wrong in fault
    assert bool(fault) == bool(wrong)


def test_a_traceback_in_a_log_is_found():
    quiet = "http | INFO fine\nws | WARNING Invalid HTTP request received."
    assert defects(quiet) == []
    trace = "ws | Traceback (most recent call last):"
    lines = "ws |   File …\nws | ValueError: What was raised"
    assert defects(f"{quiet}\n{trace}\n{lines}\nhttp | ERROR Unexpected error in a request") == [
        f"{trace} ws | ValueError: What was raised",
        "http | ERROR Unexpected error in a request",
    ]
