"""Sockets of people on a web process; each test empties the Redis that it is on."""

import json
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.people import Person

TIMEOUT_SECONDS = 20.0


def open_feed_socket(url: str, person: Person, **options: object) -> ClientConnection:
    """Open a socket that hears the feed."""
    offered: list[str] = ["mysocial", person.access]
    client = connect(url, subprotocols=offered, ping_interval=None, **options)  # type: ignore[arg-type]
    assert json.loads(client.recv(TIMEOUT_SECONDS))["type"] == "ok"
    client.send(json.dumps({"type": "subscribe", "cid": "1", "topic": "feed"}))
    assert json.loads(client.recv(TIMEOUT_SECONDS)) == {"type": "ok", "cid": "1"}
    return client


def wait_for_new_event_log(url: str, person: Person) -> None:
    """Wait until a process has noticed that the log began anew.

    Until then a socket or a stream may be told to resume.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with open_feed_socket(url, person) as probe:
                person.create_post()
                if json.loads(probe.recv(TIMEOUT_SECONDS))["type"] == "post.created":
                    return
        except ConnectionClosed:
            continue
    raise AssertionError("It has noticed nothing.")
