"""The ASGI server with slow, silent and oversized requests, on real connections."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mysocial.realtime.presence import filter_online
from mysocial.realtime.server import listen
from mysocial.store import reads, write
from posts.events import PostUpdated
from posts.store import posts
from tests.fuzz.frames import raw_frame
from tests.support.concurrency import count_script_calls
from tests.support.people import Person
from tests.support.socket_clients import TIMEOUT_SECONDS, open_feed_socket, wait_for_new_event_log
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess, needs_uvicorn

pytestmark = pytest.mark.timeout(120)
BIG = "𝄞" * 4900  # 20 KB
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAX_CONNECTIONS_PER_MEMBER", "100")  # closed connections take a while to end
        with WebProcess(
            "--reader-seconds", "4", "--headers-seconds", "1", "--body-seconds", "2"
        ) as running:
            yield running


@pytest.fixture
def fresh_site(site: WebProcess, alice: Person) -> WebProcess:
    """Return the server once it has noticed that Redis was emptied for this test."""
    wait_for_new_event_log(site.url, alice)
    return site


def connection_with_small_buffer(site: WebProcess) -> socket.socket:
    """Return a connection with a small receive buffer."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", site.port))
    return narrow


def posts_of(client: ClientConnection, cursor: str = "") -> tuple[list[str], str, int]:
    """Read until the connection is closed; return the posts, the last cursor and the code."""
    post_ids = []
    while True:
        try:
            frame = json.loads(client.recv(TIMEOUT_SECONDS))
        except ConnectionClosed as closed:
            return post_ids, cursor, closed.rcvd.code if closed.rcvd else 0
        if "id" in frame:
            cursor = frame["id"]
            post_ids.append(frame["data"]["id"])


@needs_uvicorn
def test_a_client_that_reads_nothing_must_resume_and_has_no_gap(fresh_site, alice, bob):
    site = fresh_site
    quick = open_feed_socket(site.url, bob, max_queue=None)
    # The queue of one frame stays full, so the client stops reading from its connection.
    slow = open_feed_socket(site.url, bob, sock=connection_with_small_buffer(site), max_queue=1)
    written = [alice.create_post(f"{number} {BIG}")["id"] for number in range(100)]

    for pk in written:
        assert json.loads(quick.recv(TIMEOUT_SECONDS))["data"]["id"] == pk
    time.sleep(6)  # the deadline of the server is 4 s
    received, cursor, code = posts_of(slow)

    assert code == 4408
    assert received == written[: len(received)]
    assert len(received) < len(written)
    again = connect(site.url, subprotocols=["mysocial", bob.access], max_queue=None)
    again.recv(TIMEOUT_SECONDS)
    resume = {"type": "resume", "cid": "r", "cursor": cursor, "topics": ["feed"]}
    again.send(json.dumps(resume))
    assert json.loads(again.recv(TIMEOUT_SECONDS))["recovered"] is True
    missed = [
        json.loads(again.recv(TIMEOUT_SECONDS))["data"]["id"] for _ in written[len(received) :]
    ]
    assert received + missed == written
    again.close()
    quick.close()


def is_aborted(client: socket.socket) -> bool:
    """Return whether the server has closed the connection without a response."""
    try:
        return client.recv(1000) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


@needs_uvicorn
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"GET /health/live HTTP/1.1\r\nHost: local",
        b"POST /api/v1/signin HTTP/1.1\r\nHost: localhost\r\n"
        + JSON
        + b"Content-Length: 9\r\n\r\n{",
    ],
    ids=["nothing", "half of the headers", "a part of the body"],
)
def test_an_incomplete_request_is_aborted(site, text):
    with socket.create_connection(("127.0.0.1", site.port), timeout=TIMEOUT_SECONDS) as client:
        client.sendall(text)
        assert is_aborted(client)


@needs_uvicorn
def test_a_request_that_is_sent_too_slowly_is_aborted(site):
    with socket.create_connection(("127.0.0.1", site.port), timeout=TIMEOUT_SECONDS) as client:
        client.settimeout(0.1)
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n")
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not is_aborted(client):
            assert time.monotonic() < deadline
            with contextlib.suppress(OSError):
                client.sendall(b"X: y\r\n")


def test_headers_that_are_too_large_are_refused(site):
    with socket.create_connection(("127.0.0.1", site.port), timeout=TIMEOUT_SECONDS) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n")
        client.sendall(b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(70)))
        assert client.recv(1000).startswith(b"HTTP/1.1 400")


def test_a_frame_that_is_too_large_closes_the_connection(fresh_site, alice):
    client = open_feed_socket(fresh_site.url, alice)
    client.send("x" * 100_000)
    assert posts_of(client)[2] == 1009


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (raw_frame(1, b"\xff\xfe"), 1007),
        (raw_frame(1, b"\xc3", final=False) + raw_frame(0, b"\x28"), 1007),
        pytest.param(
            raw_frame(1, b"", final=False) + raw_frame(0, b"", final=False) * 2000,
            1009,
            marks=needs_uvicorn,
        ),
    ],
)
def test_invalid_text_frames_close_the_connection(fresh_site, alice, frames, code):
    client = open_feed_socket(fresh_site.url, alice)
    client.socket.sendall(frames)
    assert posts_of(client)[2] == code


def test_a_client_that_breaks_the_protocol_does_not_stay_online(fresh_site, alice, capfd):
    for _ in range(30):
        offered: list[str] = ["mysocial", alice.access]
        client = connect(fresh_site.url, subprotocols=offered)  # type: ignore[arg-type]
        client.socket.sendall(raw_frame(3, b""))
        assert posts_of(client)[2] == 1002
    whole = open_feed_socket(fresh_site.url, alice)
    wait_for(lambda: filter_online([alice.id]), within=TIMEOUT_SECONDS, name="online")
    whole.close()
    wait_for(lambda: not filter_online([alice.id]), within=TIMEOUT_SECONDS, name="offline")
    assert "Traceback" not in capfd.readouterr().err


def test_a_text_message_may_be_fragmented(fresh_site, alice):
    client = open_feed_socket(fresh_site.url, alice)
    client.send(iter(['{"type":"ping",', '"cid":"é', '"}']))
    assert json.loads(client.recv(TIMEOUT_SECONDS)) == {"type": "ok", "cid": "é"}


def test_a_listening_socket_is_tcp_so_that_small_responses_are_not_delayed():
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # then asyncio sets TCP_NODELAY
        assert listener.getsockname()[1] > 0


@needs_uvicorn
def test_a_stopping_server_closes_its_connections_with_1012(alice):
    with WebProcess() as ending:
        client = open_feed_socket(ending.url, alice)
        ending.terminate()
        assert posts_of(client)[2] == 1012


def test_a_replay_stops_when_its_client_is_gone(fresh_site, alice, bob):
    cursor = bob.get("posts").headers["X-Event-Cursor"]
    post = reads.get_record(posts, alice.create_post("x" * 1000)["id"])
    for _ in range(8):
        with write() as w:
            for _ in range(1000):
                w.announce(PostUpdated(post.id, post.author_id, post.privacy, ""))
    # Then the process has read the log to its end: none of these events is new.
    wait_for_new_event_log(fresh_site.url, alice)
    narrow = connection_with_small_buffer(fresh_site)
    offered: list[str] = ["mysocial", bob.access]
    gone = connect(fresh_site.url, subprotocols=offered, sock=narrow, max_queue=1)  # type: ignore[arg-type]
    gone.recv(TIMEOUT_SECONDS)
    resume = {"type": "resume", "cid": "r", "cursor": cursor, "topics": ["feed"]}
    gone.send(json.dumps(resume))
    assert json.loads(gone.recv(TIMEOUT_SECONDS))["recovered"] is True
    wait_for(lambda: filter_online([bob.id]), within=TIMEOUT_SECONDS, name="online")

    def leave():
        narrow.shutdown(socket.SHUT_RDWR)
        wait_for(lambda: not filter_online([bob.id]), within=TIMEOUT_SECONDS, name="offline")

    assert count_script_calls(leave) < 40  # each of the 80 portions would run two
