"""The attacked site as outsiders see it: members of their own, HTTP and WebSockets."""

import contextlib
import ipaddress
import itertools
import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.attack.registry import AttackSucceededError
from tests.attack.site import AttackedSite
from tests.support.servers import PASSWORD

TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.2
CLOSE_SECONDS = 0.5  # how long a client waits for the closing frame
OTHERS_WITHIN_SECONDS = 3.0  # in which others must be served during an attack
SIGN_UPS_PER_ADDRESS = 40  # fewer than a network may have in an hour
_addresses = itertools.count(os.getpid() % 200 * 60_000 + 65_536)


def loopback_address() -> str:
    """Return an address of this machine that no client has used before."""
    return str(ipaddress.IPv4Address("127.1.0.0") + next(_addresses) % (254 * 65_536))


class Closable(Protocol):
    """A client with connections."""

    def close(self) -> None:
        """Close the connections."""


C = TypeVar("C", bound=Closable)


@dataclass
class Outsider:
    """A client with an own address; with an access token, a member."""

    url: str
    address: str = ""
    access: str = ""
    id: str = ""
    name: str = ""
    refresh: str = ""
    _client: httpx.Client | None = None

    @property
    def client(self) -> httpx.Client:
        """The HTTP client, which connects from the own address."""
        if self._client is None:
            parts = urlsplit(self.url)
            base, headers = self.url, {}
            if self.address:
                base = f"{parts.scheme}://127.0.0.1:{parts.port}"
                headers = {"Host": parts.netloc}
            transport = httpx.HTTPTransport(local_address=self.address or None, retries=1)
            self._client = httpx.Client(
                base_url=base, headers=headers, transport=transport, timeout=TIMEOUT_SECONDS
            )
        return self._client

    def close(self) -> None:
        """Close the HTTP connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def call(
        self, method: str, path: str, body: Any = None, *, headers: Any = None, **options: Any
    ) -> httpx.Response:
        """Send a request to the API and return the response."""
        own = {"Authorization": f"Bearer {self.access}"} if self.access else {}
        if body is not None:
            options["json"] = body
        return self.client.request(
            method, f"/api/v1/{path}", headers={**own, **(headers or {})}, **options
        )

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", path, **options)

    def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send a request that must be accepted and return the JSON of the response."""
        response = self.call(method, path, body, **options)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text[:300]}"
        return response.json() if response.content else None

    def create_post(self, text: str = "Hello", **fields: Any) -> str:
        """Create a post and return its id."""
        return str(self.done("POST", "posts", {"text": text, **fields})["post"]["id"])

    def send_message(self, receiver: "Outsider", text: str = "Hello") -> str:
        """Send a message and return its id."""
        body = {"receiver_id": receiver.id, "text": text}
        return str(self.done("POST", "chat/messages", body)["chat_message"]["id"])

    def cursor(self) -> str:
        """Return the present position in the event log."""
        return str(self.get("posts?limit=1").headers["X-Event-Cursor"])

    def raw_socket(self, *, receive_buffer: int = 0) -> socket.socket:
        """Return a TCP connection from the own address."""
        parts = urlsplit(self.url)
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if self.address:
            client.bind((self.address, 0))
        client.settimeout(TIMEOUT_SECONDS)
        client.connect(("127.0.0.1" if self.address else parts.hostname, parts.port or 80))
        return client

    def websocket(self, *, receive_buffer: int = 0, **options: Any) -> ClientConnection:
        """Return a WebSocket that is signed in."""
        parts = urlsplit(self.url)
        options.setdefault("subprotocols", ["mysocial", self.access])
        raw = self.raw_socket(receive_buffer=receive_buffer)
        try:
            client = connect(
                f"ws://{parts.netloc}/ws",
                sock=raw,
                open_timeout=TIMEOUT_SECONDS,
                ping_interval=None,
                close_timeout=CLOSE_SECONDS,
                **options,
            )
        except BaseException:
            raw.close()
            raise
        try:
            frame = json.loads(client.recv(TIMEOUT_SECONDS))
            assert frame["type"] == "ok", frame
        except BaseException:
            client.close()
            raise
        return client

    def resumed_events(self, cursor: str, *topics: str) -> list[dict[str, Any]]:
        """Return the events after a cursor, as a client that resumes receives them."""
        events = []
        with contextlib.closing(self.websocket()) as client:
            command = {"type": "resume", "cid": "1", "cursor": cursor, "topics": list(topics)}
            client.send(json.dumps(command))
            while True:
                frame = json.loads(client.recv(TIMEOUT_SECONDS))
                assert frame["type"] != "error", frame
                if frame["type"] == "live" or frame.get("recovered") is False:
                    return events
                if frame["type"] != "ok":
                    events.append(frame)


@dataclass
class Target:
    """The site, and how long an attack on its resources lasts."""

    url: str
    site: AttackedSite | None = None
    seconds: float = 2.0
    _address: str = field(default_factory=loopback_address)
    _sign_ups: int = 0
    _clients: list[Closable] = field(default_factory=list)

    @property
    def is_loopback(self) -> bool:
        """Whether clients can choose their address."""
        host = urlsplit(self.url).hostname or ""
        return host == "localhost" or host.startswith("127.")

    def new_network(self) -> str:
        """Return an address that the site has not seen; empty if clients cannot choose it."""
        return loopback_address() if self.is_loopback else ""

    def outsider(self) -> Outsider:
        """Return a client without an account, from an address of its own."""
        return self.keep(Outsider(self.url, self.new_network()))

    def another_client(self, member: Outsider, url: str = "") -> Outsider:
        """Return another client of a member, by default at the same URL."""
        copy = Outsider(url or member.url, member.address, member.access, member.id, member.name)
        return self.keep(copy)

    def keep(self, client: C) -> C:
        """Close a client when the attack ends; return it."""
        self._clients.append(client)
        return client

    def close_clients(self) -> None:
        """Close the connections of all clients."""
        while self._clients:
            self._clients.pop().close()

    def sign_up(self, name: str = "", *, own_network: bool = False, **fields: Any) -> Outsider:
        """Sign up a member, as anybody can."""
        if self._sign_ups >= SIGN_UPS_PER_ADDRESS or own_network:
            self._address, self._sign_ups = loopback_address(), 0
        self._sign_ups += 1
        member = self.keep(Outsider(self.url, self._address if self.is_loopback else ""))
        member.name = name or f"u{secrets.token_hex(5)}"
        body = {"username": member.name, "email": f"{member.name}@attack.example"}
        data = member.done("POST", "signup", {**body, "password": PASSWORD, **fields})
        member.id, member.access, member.refresh = (
            data["user"]["id"],
            data["access"],
            data["refresh"],
        )
        return member

    @property
    def local(self) -> AttackedSite:
        """The site of this run, for attacks that look at the machine."""
        assert self.site is not None, "this attack needs access to the machine of the site"
        return self.site

    def rounds(self) -> Iterator[int]:
        """Yield the numbers of rounds until the time of the attack is over; at least one."""
        deadline = time.monotonic() + self.seconds
        for number in itertools.count():
            yield number
            if time.monotonic() >= deadline:
                return

    def hold(self, check: Callable[[], object]) -> None:
        """Run a check again and again until the time of the attack is over."""
        for _ in self.rounds():
            check()
            time.sleep(POLL_SECONDS)

    def is_ready(self) -> bool:
        """Whether the site says that it can serve."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).is_success
        except httpx.HTTPError:
            return False


def wait_until(check: Callable[[], Any], *, within: float, name: str) -> Any:
    """Return the result of a check once it is true.

    Raises:
        AttackSucceededError: It was not true in time.
    """
    deadline = time.monotonic() + within
    while not (result := check()):
        if time.monotonic() > deadline:
            raise AttackSucceededError(f"{name}: not within {within:g} s")
        time.sleep(POLL_SECONDS)
    return result


def served_within(outsider: Outsider, seconds: float) -> float:
    """Read the feed and the health of the site; return how long the slower one took.

    Raises:
        AttackSucceededError: One was refused or too slow.
    """
    slowest = 0.0
    for path in ("/health/live", "/api/v1/posts"):
        begun = time.monotonic()
        try:
            headers = {"Authorization": f"Bearer {outsider.access}"}
            status = outsider.client.get(path, headers=headers, timeout=seconds).status_code
        except httpx.HTTPError as error:
            raise AttackSucceededError(f"others: {path}: {error!r}") from None
        taken = time.monotonic() - begun
        if status != httpx.codes.OK or taken > seconds:
            raise AttackSucceededError(f"others: {path}: {status} after {taken:.1f} s")
        slowest = max(slowest, taken)
    return slowest
