"""Several processes behind one port: each feature across them, and while they are killed.

`python -m tests.chaos.multi_process` runs the long form: first the processes of `manage.py up`,
then the production layout behind its proxy (with `--tls` over TLS). The suite runs a short one.
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
from tests.support.realtime_features import check_all_features
from tests.support.realtime_scenario import CONNECT_TIMEOUT_SECONDS, Caller, Layout, Scenario
from tests.support.shared_objects import shared
from tests.support.stack import Stack, wait_for

LOST_CODES = {ABNORMAL_CLOSURE, 1005, 1001}
OFFLINE_TIMEOUT_SECONDS = 60.0
CLIENTS, MAX_WRITES = 8, 25  # writes per client, fewer than the rate limit allows in a minute
MISSING = 2  # the exit code if there is no proxy


class ProcessClient:
    """An HTTP client of one of the processes that share a port, on a connection to it."""

    def __init__(self, pair: "Pair", place: str) -> None:
        self._pair, self._process_name = pair, place
        self._client = httpx.Client(timeout=20)

    def call(
        self, member: Member, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request and return the response.

        Raises:
            AssertionError: another process responded.
        """
        self._connect()
        response = self._client.request(
            method, f"{self._pair.url}/api/v1/{path}", json=body, headers=member.headers | headers
        )
        assert self._served_by(response) == self._process_name
        return response

    def close(self) -> None:
        self._client.close()

    def _served_by(self, response: httpx.Response) -> str:
        stream = response.extensions["network_stream"]
        return self._pair.process_of_port(stream.get_extra_info("client_addr")[1])

    def _connect(self) -> None:
        deadline = time.monotonic() + CONNECT_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            response = self._client.get(f"{self._pair.url}/health/live")
            if self._served_by(response) == self._process_name:
                return
            self._client.close()
            self._client = httpx.Client(timeout=20)
        raise AssertionError(
            f"{self._process_name} accepted no connection for {CONNECT_TIMEOUT_SECONDS} s"
        )


class Pair:
    """The web processes of a `manage.py up`, each of which serves HTTP and WebSockets."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.url = stack, stack.url
        wait_for(
            lambda: len(self.socket_process_names) > 1,
            within=20,
            name="two web processes",
        )
        self.clients: list[Caller] = [
            ProcessClient(self, place) for place in self.socket_process_names
        ]

    @property
    def socket_process_names(self) -> list[str]:
        return sorted(name for name, pid in self.stack.pids.items() if name[:3] == "web" and pid)

    def process_of(self, listener: EventListener) -> str:
        return self.process_of_port(listener.port)

    def process_of_port(self, port: int) -> str:
        """Return the name of the process that has a connection from a client port."""
        for name, pid in self.stack.pids.items():
            if not (name.startswith("web") and psutil.pid_exists(pid or 0)):
                continue
            for connection in psutil.Process(pid).net_connections("tcp"):
                if (
                    tuple(connection.raddr)[1:] == (port,)
                    and connection.laddr.port == self.stack.port
                ):
                    return name
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for caller in self.clients:
            caller.close()

    def kill(self, name: str) -> None:
        """SIGKILL a process, which `up` restarts."""
        self.stack.kill(name)


def kill_and_resume(
    layout: Layout, place: str, kill: Callable[[str], None], *, long: bool
) -> float:
    """Kill a process: its clients resume at another one at once and miss nothing.

    With `long`, a member whose only connection was to the process is offline within a minute.

    Returns:
        The seconds from the kill until the clients had all events.
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
        # A proxy may close a stream normally; a WebSocket ends without a close code.
        ends = [listener.wait_closed() for listener in victims]
        assert ends[0] in LOST_CODES, ends
        post = scenario.call(scenario.alice, "POST", "posts", {"text": "Meanwhile"}).json()["post"]
        for kind in (SocketListener, StreamListener):
            back = stack.enter_context(
                kind(scenario.bob, "feed", cursor=cursor)
            )  # at the first attempt
            assert [event["data"] for event in back.events] == [shared(post)]
            assert layout.process_of(back) != place
        took = time.monotonic() - killed
        scenario.wait_for_event("post.created", lambda data: data["id"] == post["id"])
        if long:
            _wait_until_offline(scenario, friend, killed)
        return took


def _wait_until_offline(scenario: Scenario, friend: Member, killed: float) -> None:
    gone = {"user_id": friend.id, "online": False}
    for listener in scenario.listeners:
        listener.wait_for_event(
            "presence.changed", lambda data: data == gone, OFFLINE_TIMEOUT_SECONDS
        )
    print(f"  offline {time.monotonic() - killed:.0f} s after their process was killed")


class Load:
    """A member who reads, and writes with idempotency keys; a failed write is repeated."""

    def __init__(self, scenario: Scenario, number: int) -> None:
        self.member, self._url = scenario.add_member("load"), scenario.layout.url
        self.codes: Counter[str] = Counter()
        self.sent: list[str] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(number,), daemon=True)
        self.thread.start()

    def _run(self, number: int) -> None:
        with httpx.Client(timeout=20, headers=self.member.headers) as client:
            while not self.stop.is_set():
                for _ in range(6):
                    response = client.get(f"{self._url}/api/v1/posts")
                    self.codes[f"GET {response.status_code}"] += 1
                if len(self.sent) < MAX_WRITES:
                    self.sent.append(f"{number}-{len(self.sent)}")
                    self._write(client, self.sent[-1])

    def _write(self, client: httpx.Client, text: str) -> None:
        while True:
            response = client.post(
                f"{self._url}/api/v1/posts", json={"text": text}, headers={"Idempotency-Key": text}
            )
            self.codes[f"POST {response.status_code}"] += 1
            if response.status_code != httpx.codes.BAD_GATEWAY:
                return
            time.sleep(0.2)


def kill_under_load(site: Production) -> dict[str, int]:
    """Kill one HTTP replica under load; return the number of responses by status.

    Every read succeeds at the first attempt. A few writes fail; after a retry each exists once.
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
            response = scenario.call(load.member, "GET", f"users/{load.member.id}/posts?limit=50")
            assert sorted(post["text"] for post in response.json()["posts"]) == sorted(load.sent)
        return dict(codes)


def main() -> None:
    """Run the long form and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tls", action="store_true", help="the proxy serves TLS")
    options = parser.parse_args()
    try:
        production = Production(tls=options.tls)
    except ProxyMissing:
        print("caddy is missing. On Debian or Ubuntu: apt install caddy", file=sys.stderr)
        raise SystemExit(MISSING) from None
    settings = {"WEB_PROCESSES": "2", "RATE_LIMITS": "1"}
    with Stack("processes", **settings) as stack, Pair(stack.start()) as pair:
        print("two web processes of `up`, seconds until received:", check_all_features(pair))
        for place in pair.socket_process_names:
            before = stack.pids[place]
            took = kill_and_resume(pair, place, pair.kill, long=True)
            stack.wait_restarted(place, before)
            print(f"  {place} killed; clients had all events after {took:.2f} s")
        print("again:", check_all_features(pair))
    with production as site:
        print("production, behind its proxy:", check_all_features(site))
        print("  one HTTP replica killed under load:", kill_under_load(site))
        took = kill_and_resume(site, "ws-1", site.kill, long=True)
        print(f"  ws-1 killed; clients had all events after {took:.2f} s")
        print("with one replica of each:", check_all_features(site))


if __name__ == "__main__":
    main()
