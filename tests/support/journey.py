"""A journey of members over the network while processes are killed.

`python -m tests.support.journey` runs the long form and prints figures; the suite runs a short one.
Every response must be 2xx or 503 with Retry-After. A post that was acknowledged with 201 must be in
MongoDB at the end exactly once, with its last text, and its event must have been received.
"""

import json
import os
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from pymongo import MongoClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mysocial.realtime.protocol import RESUME
from tests.support.servers import PASSWORD
from tests.support.stack import Stack, wait_for

EDITED = " edited"  # the text that a writer appends to every third post
UNAVAILABLE = 503


class Site(Protocol):
    """A server: a `Stack`, or any other with a URL."""

    @property
    def url(self) -> str: ...


@dataclass
class Member:
    """A signed-in member, over the network."""

    stack: Site
    id: str
    access: str

    def socket(self, topic: str = "feed", cursor: str = "") -> ClientConnection:
        """Return a socket that is subscribed to a topic, or resumed from a cursor."""
        url = f"{self.stack.url.replace('http', 'ws')}/ws"
        offered: list[Any] = ["mysocial", self.access]
        # Unbounded, because a full queue would stop reading, including the pings of the server.
        socket = connect(url, subprotocols=offered, open_timeout=10, max_queue=None)
        assert json.loads(socket.recv(10))["type"] == "ok"
        if cursor:
            resume = {"type": "resume", "cid": "1", "cursor": cursor, "topics": [topic]}
            socket.send(json.dumps(resume))
            assert json.loads(socket.recv(10))["recovered"] is True
        else:
            socket.send(json.dumps({"type": "subscribe", "cid": "1", "topic": topic}))
            assert json.loads(socket.recv(10)) == {"type": "ok", "cid": "1"}
        return socket

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}


def join(stack: Site, name: str) -> Member:
    """Sign up a member."""
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    response = httpx.post(f"{stack.url}/api/v1/signup", json=body, timeout=20)
    assert response.status_code == 201, response.text
    data = response.json()
    return Member(stack, data["user"]["id"], data["access"])


@dataclass
class Writer:
    """Writes and edits posts until it is stopped, and keeps what was acknowledged.

    A request without a definite response (503 or a broken connection) is repeated with the same
    `Idempotency-Key`.
    """

    member: Member
    number: int
    privacy: str = "public"
    first: dict[str, str] = field(default_factory=dict)  # id -> text as it was written
    texts: dict[str, str] = field(default_factory=dict)  # id -> last acknowledged text
    codes: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        turn = 0
        while not self.stop.is_set():
            turn += 1
            body = {"text": f"{self.number}-{turn}", "privacy": self.privacy}
            response = self._request_until_definite("POST", "posts", body, f"c{turn}")
            if response is None:
                return
            post = response["post"]
            self.texts[post["id"]] = self.first[post["id"]] = post["text"]
            if turn % 3 == 0:
                changed = {"text": f"{post['text']}{EDITED}"}
                response = self._request_until_definite(
                    "PATCH", f"posts/{post['id']}", changed, f"u{turn}"
                )
                if response is None:
                    return
                self.texts[post["id"]] = changed["text"]

    def _request_until_definite(
        self, method: str, path: str, body: dict[str, Any], key: str
    ) -> dict[str, Any] | None:
        headers = {**self.member.headers, "Idempotency-Key": f"{self.number}-{key}"}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                response = httpx.request(
                    method, f"{self.member.stack.url}/api/v1/{path}", json=body, headers=headers,
                    timeout=15,
                )  # fmt: skip
            except httpx.HTTPError:
                continue
            self.codes[response.status_code] = self.codes.get(response.status_code, 0) + 1
            if response.is_success:
                return dict(response.json())
            if response.status_code != UNAVAILABLE or "Retry-After" not in response.headers:
                self.wrong.append(f"{method} {path}: {response.status_code} {response.text[:300]}")
                return None
            self.stop.wait(0.2)
        self.wrong.append(f"{method} {path}: no response for 60 s")
        return None


def posts_in_mongodb(stack: Stack) -> dict[str, str]:
    """Return the texts of the posts in MongoDB by id."""
    client: MongoClient[dict[str, Any]] = MongoClient(stack.running["mongo_url"])
    try:
        documents = client["mysocial"]["posts"].find({"_deleted_at": None})
        return {document["_id"]: document["text"] for document in documents}
    finally:
        client.close()


def wait_for_event(socket: ClientConnection, wanted: str, *, within: float = 10) -> dict[str, Any]:
    """Return the data of the next event of this type."""
    deadline = time.monotonic() + within
    while True:
        frame = json.loads(socket.recv(deadline - time.monotonic()))
        if frame["type"] == wanted:
            return dict(frame["data"])


def wait_for_post(
    member: Member, socket: ClientConnection, text: str, *, cursor: str
) -> dict[str, Any]:
    """Return the data of a post's event, resuming if the server requires it."""
    deadline = time.monotonic() + 30
    while True:
        try:
            frame = json.loads(socket.recv(deadline - time.monotonic()))
        except ConnectionClosed as closed:
            if closed.rcvd is None or closed.rcvd.code != RESUME:
                raise
            socket = member.socket(cursor=cursor)
            continue
        cursor = frame.get("id", cursor)
        if frame["type"] == "post.created" and frame["data"]["text"] == text:
            socket.close()
            return dict(frame["data"])


def survive(stack: Stack, *, writers: int, pause: float, kills: int) -> dict[str, Any]:
    """Write while the worker is killed `kills` times, mongod paused `pause` s, and Valkey killed.

    Returns:
        The figures of the run.

    Raises:
        AssertionError: A post is lost, stale or duplicated, or a response is wrong.
    """
    all_writers = [Writer(join(stack, f"writer{n}_{os.getpid()}"), n) for n in range(writers)]
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in all_writers]
    for thread in threads:
        thread.start()
    try:
        _faults(stack, pause=pause, kills=kills)
    finally:
        for writer in all_writers:
            writer.stop.set()
        for thread in threads:
            thread.join(90)
    assert not (wrong := [error for writer in all_writers for error in writer.wrong]), wrong
    expected = {pk: text for writer in all_writers for pk, text in writer.texts.items()}
    began = time.monotonic()
    wait_for(lambda: expected.items() <= posts_in_mongodb(stack).items(), within=30, name="saved")
    converged = time.monotonic() - began
    numbers = {str(writer.number) for writer in all_writers}
    mine = [text for text in posts_in_mongodb(stack).values() if text.partition("-")[0] in numbers]
    assert sorted(mine) == sorted(expected.values())  # exactly once
    return {
        "acknowledged posts": len(expected),
        "responses by status": dict(
            sum((Counter(writer.codes) for writer in all_writers), Counter())
        ),
        "seconds until MongoDB had all": round(converged, 2),
    }


def _faults(stack: Stack, *, pause: float, kills: int) -> None:
    wait = threading.Event().wait
    for _ in range(kills):
        wait(1)
        stack.wait_restarted("worker", stack.kill("worker"))
    mongod = stack.pids["mongod"]
    os.kill(mongod, signal.SIGSTOP)
    wait(pause)
    os.kill(mongod, signal.SIGCONT)
    wait(1)
    stack.wait_restarted("valkey", stack.kill("valkey"))
    wait(2)


def main() -> None:
    """Run the long form and print its figures."""
    with Stack("journey").start() as stack:
        first, second = join(stack, "first"), join(stack, "second")
        socket = second.socket()
        began = time.monotonic()
        response = httpx.post(
            f"{stack.url}/api/v1/posts", json={"text": "Hello"}, headers=first.headers
        )
        assert wait_for_event(socket, "post.created")["text"] == "Hello"
        print(f"event received after {1000 * (time.monotonic() - began):.0f} ms", response.json())
        print("idling for 70 s …")
        threading.Event().wait(70)
        httpx.post(f"{stack.url}/api/v1/posts", json={"text": "Later"}, headers=first.headers)
        assert wait_for_event(socket, "post.created")["text"] == "Later"
        print("a socket that was idle for 70 s still receives events")
        socket.close()
        print(survive(stack, writers=4, pause=20, kills=3))
        text = stack.log.read_text(errors="replace")
        print("tracebacks in the log:", text.count("Traceback"))


if __name__ == "__main__":
    main()
