"""Clients that close a connection and do not read what the server has still to send."""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator

import pytest
from websockets.sync.client import ClientConnection

from tests.fuzz.frames import raw_frame
from tests.mysocial.realtime.test_server import BIG, connection_with_small_buffer
from tests.support.people import Person
from tests.support.socket_clients import TIMEOUT_SECONDS, open_feed_socket, wait_for_new_event_log
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess, needs_uvicorn

CLOSE = 0x8


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with WebProcess("--reader-seconds", "60", "--closing-seconds", "1") as running:
        yield running


def send_close(client: socket.socket) -> None:
    client.sendall(raw_frame(CLOSE, b"\x03\xe8"))


def stop_sending(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)


def break_the_protocol(client: socket.socket) -> None:
    client.sendall(raw_frame(0xB, b""))


@needs_uvicorn
@pytest.mark.timeout(120)
@pytest.mark.parametrize("end", [send_close, stop_sending, break_the_protocol])
@pytest.mark.parametrize("posts", [12, 20])  # the buffer of the server is partly or quite full
def test_a_client_that_closes_and_reads_nothing_is_disconnected(
    site: WebProcess, alice: Person, bob: Person, end: Callable[[socket.socket], None], posts: int
) -> None:
    wait_for_new_event_log(site.url, alice)
    narrow = connection_with_small_buffer(site)
    slow = open_feed_socket(site.url, bob, sock=narrow, max_queue=1, close_timeout=0)
    with _quick_reader(site, bob) as quick:
        for number in range(posts):
            alice.create_post(f"{number} {BIG}")
        for _ in range(posts):
            assert json.loads(quick.recv(TIMEOUT_SECONDS))["type"] == "post.created"
    address = narrow.getsockname()
    assert address in site.clients()
    end(narrow)
    wait_for(lambda: address not in site.clients(), within=20, name="the connection is closed")
    with contextlib.suppress(OSError):
        slow.close()


@contextlib.contextmanager
def _quick_reader(site: WebProcess, person: Person) -> Iterator[ClientConnection]:
    with open_feed_socket(site.url, person, max_queue=None) as quick:
        yield quick
