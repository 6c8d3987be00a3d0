"""WebSocket clients of a web process whose Redis every test empties."""

import json
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.people import Person

TIMEOUT_SECONDS = 20.0


def open_feed_socket(url: str, person: Person, **options: object) -> ClientConnection:
    """Open a WebSocket that is subscribed to the feed."""
    offered: list[str] = ["mysocial", person.access]
    client = connect(url, subprotocols=offered, ping_interval=None, **options)  # type: ignore[arg-type]
    assert json.loads(client.recv(TIMEOUT_SECONDS))["type"] == "ok"
    client.send(json.dumps({"type": "subscribe", "cid": "1", "topic": "feed"}))
    assert json.loads(client.recv(TIMEOUT_SECONDS)) == {"type": "ok", "cid": "1"}
    return client


def wait_for_new_event_log(url: str, person: Person) -> None:
    """Wait until a web process has noticed that the event log was replaced.

    Until then the process may require a WebSocket or a stream to resume.
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
    raise AssertionError("The process did not notice the new event log.")
