"""Several processes behind one port: each feature across them, and while they are killed.

`python -m tests.chaos.multi_process` runs the long form: the processes of `manage.py up`,
then the layout of production behind its proxy (`--tls`: over TLS). The suite runs a short one.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Self

import httpx
import psutil

from tests.support.event_listeners import (
    ABNORMAL_CLOSURE,
    EventListener,
    SocketListener,
    StreamListener,
)
from tests.support.journey import Member
from tests.support.production import Production, ProxyMissing
from tests.support.realtime_features import (
    CONNECT_TIMEOUT_SECONDS,
    Caller,
    Layout,
    Scenario,
    check_all_features,
)
from tests.support.stack import Stack, wait_for

LOST_CODES = {ABNORMAL_CLOSURE, 1005, 1001}
LONGEST_AFTER_A_KILL = 60.0
CLIENTS, MOST_WRITES = 8, 25  # of each, fewer than one may in a minute
MISSING = 2  # the exit code when there is no proxy


class Door:
    """HTTP through one of the processes that share a port, on a connection that it holds."""

    def __init__(self, pair: "Pair", place: str) -> None:
        self._pair, self._place = pair, place
        self._client = httpx.Client(timeout=20)

    def call(
        self, member: Member, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request by this door; AssertionError if another process took it."""
        self._reach()
        answer = self._client.request(
            method, f"{self._pair.url}/api/{path}", json=body, headers=member.headers | headers
        )
        assert self._taken_by(answer) == self._place
        return answer

    def close(self) -> None:
        self._client.close()

    def _taken_by(self, answer: httpx.Response) -> str:
        stream = answer.extensions["network_stream"]
        return self._pair.holder(stream.get_extra_info("client_addr")[1])

    def _reach(self) -> None:
        deadline = time.monotonic() + CONNECT_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            answer = self._client.get(f"{self._pair.url}/health/live")
            if self._taken_by(answer) == self._place:
                return
            self._client.close()
            self._client = httpx.Client(timeout=20)
        raise AssertionError(f"{self._place} took no connection for {CONNECT_TIMEOUT_SECONDS} s")


class Pair:
    """The web processes of one `manage.py up`, each of which serves HTTP and sockets."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.url = stack, stack.url
        wait_for(
            lambda: len(self.socket_process_names) > 1,
            within=20,
            name="more web processes than one",
        )
        self.clients: list[Caller] = [Door(self, place) for place in self.socket_process_names]

    @property
    def socket_process_names(self) -> list[str]:
        return sorted(name for name, pid in self.stack.pids.items() if name[:3] == "web" and pid)

    def process_of(self, listener: EventListener) -> str:
        return self.holder(listener.port)

    def holder(self, port: int) -> str:
        """Return the process that holds the server's end of a connection from this port."""
        for name, pid in self.stack.pids.items():
            if not (name.startswith("web") and psutil.pid_exists(pid or 0)):
                continue
            for one in psutil.Process(pid).net_connections("tcp"):
                if tuple(one.raddr)[1:] == (port,) and one.laddr.port == self.stack.port:
                    return name
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for caller in self.clients:
            caller.close()

    def kill(self, name: str) -> None:
        """SIGKILL a process; `up` starts it again."""
        self.stack.kill(name)


def survive(layout: Layout, place: str, kill: Callable[[str], None], *, long: bool) -> float:
    """Kill a process: who was at it is at another one at once, and has missed nothing.

    Returns the seconds from the kill until they had all. With `long`, who had their only device
    at it and comes back no more is offline within a minute.
    """
    with ExitStack() as stack:
        scenario = Scenario(layout, stack)
        friend = scenario.add_member("friend")
        scenario.call(friend, "PUT", f"users/{scenario.bob.id}/follow", {})
        scenario.call(scenario.bob, "PUT", f"users/{friend.id}/follow", {})
        victims: list[EventListener] = [scenario.open(place, SocketListener, scenario.bob, "feed")]
        victims.append(scenario.open(place, StreamListener, scenario.bob, "feed"))
        scenario.open(place, SocketListener, friend)
        scenario.wait_for_event("presence.changed", lambda data: data["user_id"] == friend.id)
        cursor = scenario.call(scenario.bob, "GET", "users/me").headers["X-Event-Cursor"]
        scenario.listeners = [
            listener for listener in scenario.listeners if layout.process_of(listener) != place
        ]
        killed = time.monotonic()
        kill(place)
        # A proxy may end a stream in order; of a socket nobody says why it ends.
        ends = [listener.wait_closed() for listener in victims]
        assert ends[0] in LOST_CODES, ends
        post = scenario.call(scenario.alice, "POST", "posts", {"text": "Meanwhile"}).json()["post"]
        for kind in (SocketListener, StreamListener):
            back = stack.enter_context(
                kind(scenario.bob, "feed", cursor=cursor)
            )  # at the first try
            assert [one["data"] for one in back.events] == [post]
            assert layout.process_of(back) != place
        took = time.monotonic() - killed
        scenario.wait_for_event("post.created", lambda data: data["id"] == post["id"])
        if long:
            gone = {"user_id": friend.id, "online": False}
            for listener in scenario.listeners:
                listener.wait_for_event(
                    "presence.changed", lambda data: data == gone, LONGEST_AFTER_A_KILL
                )
            print(f"  offline {time.monotonic() - killed:.0f} s after their process was killed")
        return took


class Load:
    """Somebody who reads, and writes under a key: what broke is written again, under it."""

    def __init__(self, scenario: Scenario, number: int) -> None:
        self.member, self._url = scenario.add_member("load"), scenario.layout.url
        self.codes: Counter[str] = Counter()
        self.sent: list[str] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(number,))
        self.thread.start()

    def _run(self, number: int) -> None:
        with httpx.Client(timeout=20, headers=self.member.headers) as client:
            while not self.stop.is_set():
                for _ in range(6):
                    answer = client.get(f"{self._url}/api/posts")
                    self.codes[f"GET {answer.status_code}"] += 1
                if len(self.sent) < MOST_WRITES:
                    self.sent.append(f"{number}-{len(self.sent)}")
                    self._write(client, self.sent[-1])

    def _write(self, client: httpx.Client, text: str) -> None:
        while True:
            answer = client.post(
                f"{self._url}/api/posts", json={"text": text}, headers={"Idempotency-Key": text}
            )
            self.codes[f"POST {answer.status_code}"] += 1
            if answer.status_code != httpx.codes.BAD_GATEWAY:
                return
            time.sleep(0.2)


def endure(site: Production) -> dict[str, int]:
    """Kill one HTTP replica under load; return how often each was answered.

    Every read is answered at the first try. A few writes break; with their key each is there once.
    """
    with ExitStack() as stack:
        scenario = Scenario(site, stack)
        loads = [Load(scenario, number) for number in range(CLIENTS)]
        time.sleep(1)
        site.kill("http-1")
        time.sleep(4)
        for load in loads:
            load.stop.set()
        for load in loads:
            load.thread.join(30)
        codes = sum((load.codes for load in loads), Counter[str]())
        assert set(codes) <= {"GET 200", "POST 201", "POST 502"}, codes
        assert codes["POST 502"] <= 2 * CLIENTS
        for load in loads:
            answer = scenario.call(load.member, "GET", f"users/{load.member.id}/posts?limit=50")
            assert sorted(one["text"] for one in answer.json()["posts"]) == sorted(load.sent)
        return dict(codes)


def main() -> None:
    """Run the long form, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tls", action="store_true", help="the proxy serves TLS")
    options = parser.parse_args()
    try:
        production = Production(tls=options.tls)
    except ProxyMissing:
        print("There is no caddy here: on Debian or Ubuntu, apt install caddy.", file=sys.stderr)
        raise SystemExit(MISSING) from None
    settings = {"WEB_PROCESSES": "2", "RATE_LIMITS": "1"}
    with Stack("doors", **settings) as stack, Pair(stack.start()) as pair:
        print("two web processes of `up`, seconds until heard:", check_all_features(pair))
        for place in pair.socket_process_names:
            before = stack.pids[place]
            took = survive(pair, place, pair.kill, long=True)
            stack.wait_restarted(place, before)
            print(f"  {place} killed; all was told elsewhere after {took:.2f} s")
        print("again:", check_all_features(pair))
    with production as site:
        print("production, behind its proxy:", check_all_features(site))
        print("  one HTTP replica killed under load:", endure(site))
        took = survive(site, "ws-1", site.kill, long=True)
        print(f"  ws-1 killed; all was told elsewhere after {took:.2f} s")
        print("with one replica of each:", check_all_features(site))


if __name__ == "__main__":
    main()
