"""Daphne as the ASGI server: REST, WebSockets, event streams and uploads, on real connections."""

import io
import json
import signal
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from images.services import process_due_media
from mysocial.realtime.presence import filter_online
from tests.support.people import Person
from tests.support.socket_clients import TIMEOUT_SECONDS, open_feed_socket, wait_for_new_event_log
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def process(_servers: None) -> Iterator[WebProcess]:
    with WebProcess(server="daphne") as running:
        yield running


@pytest.fixture
def site(process: WebProcess, alice: Person) -> WebProcess:
    """Return the server once it has noticed that Redis was emptied for this test."""
    wait_for_new_event_log(process.url, alice)
    return process


@pytest.fixture
def rest(site: WebProcess, alice: Person) -> Iterator[httpx.Client]:
    """Return a client of the REST API, signed in as alice."""
    address = f"http://127.0.0.1:{site.port}/api/v1/"
    headers = {"Authorization": f"Bearer {alice.access}"}
    with httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_SECONDS) as client:
        yield client


def close_code(client) -> int:
    """Read until the connection is closed; return the code."""
    while True:
        try:
            client.recv(TIMEOUT_SECONDS)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0


def test_the_process_is_daphne(process):
    with WebProcess("--name", "replica-1", server="daphne") as named:
        response = httpx.get(f"http://127.0.0.1:{named.port}/health/live")
        assert response.headers["Server"] == "replica-1"
    assert "Server" not in httpx.get(f"http://127.0.0.1:{process.port}/health/live").headers


def test_a_post_over_rest_arrives_on_a_websocket_and_a_stream(site, rest, bob):
    with (
        open_feed_socket(site.url, bob) as socket,
        rest.stream("GET", "events?topics=feed") as stream,
    ):
        assert stream.headers["Content-Type"] == "text/event-stream"
        response = rest.post("posts", json={"text": "By Daphne.", "privacy": "public"})
        assert response.status_code == 201
        post = response.json()["post"]
        assert json.loads(socket.recv(TIMEOUT_SECONDS))["data"]["id"] == post["id"]
        data = next(line for line in stream.iter_lines() if line.startswith("data: "))
        assert json.loads(data.removeprefix("data: "))["data"]["id"] == post["id"]
    assert rest.get(f"posts/{post['id']}").json()["text"] == "By Daphne."


def test_a_client_resumes_without_a_gap(site, rest, alice, bob):
    cursor = rest.get("posts").headers["X-Event-Cursor"]
    missed = [alice.create_post(str(number))["id"] for number in range(20)]
    with connect(site.url, subprotocols=["mysocial", bob.access]) as socket:
        socket.recv(TIMEOUT_SECONDS)
        command = {"type": "resume", "cid": "r", "cursor": cursor, "topics": ["feed"]}
        socket.send(json.dumps(command))
        assert json.loads(socket.recv(TIMEOUT_SECONDS))["recovered"] is True
        frames = [json.loads(socket.recv(TIMEOUT_SECONDS)) for _ in missed]
        assert [frame["data"]["id"] for frame in frames] == missed


def test_a_picture_is_uploaded_and_served(site, rest):
    picture = io.BytesIO()
    Image.effect_noise((900, 900), 90).save(picture, "PNG")
    assert picture.tell() > 256 * 1024  # beyond what Django keeps in memory
    files = {"image": ("noise.png", picture.getvalue(), "image/png")}
    response = rest.post("users/me/images/profile", files=files)
    assert response.is_success, response.text
    assert process_due_media() == 1
    avatar = urlsplit(rest.get("users/me").json()["avatar_url"])
    served = rest.get(f"http://127.0.0.1:{site.port}{avatar.path}")
    assert served.headers["Content-Type"].startswith("image/")
    width, height = Image.open(io.BytesIO(served.content)).size
    assert width == height > 0


def test_a_member_is_online_while_connected(site, bob):
    with open_feed_socket(site.url, bob):
        wait_for(lambda: filter_online([bob.id]), within=TIMEOUT_SECONDS, name="online")
    wait_for(lambda: not filter_online([bob.id]), within=TIMEOUT_SECONDS, name="offline")


def test_an_invalid_token_and_a_large_message_close_the_connection(site, bob):
    with connect(site.url, subprotocols=["mysocial", "nothing"]) as socket:
        assert close_code(socket) == 4401
    with open_feed_socket(site.url, bob) as socket:
        socket.send("x" * 100_000)
        assert close_code(socket) == 1009


def test_daphne_ends_with_its_connections(bob):
    with WebProcess(server="daphne") as ending:
        socket = open_feed_socket(ending.url, bob)
        ending.terminate(signal.SIGTERM)  # waits for the end
        with pytest.raises(ConnectionClosed):
            socket.recv(TIMEOUT_SECONDS)
