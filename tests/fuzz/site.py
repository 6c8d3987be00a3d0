"""The site to fuzz: one of each service of compose.yaml, with production settings."""

import functools
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import httpx
import psutil

from mysocial.dev.processes import free_port
from tests.support.journey import Member, join
from tests.support.production import ComposeServices
from tests.support.stack import wait_for

MAX_GROWTH_BYTES = 50 * 1024 * 1024
DEFECT_MARKERS = (
    "Traceback",
    "Internal Server Error",
    "Unexpected error in a request",
    "panicked at",
    "CRITICAL",
)


class Size(NamedTuple):
    """The memory of a process, in bytes."""

    name: str
    rss: int


@dataclass
class Endpoint:
    """A service that responds to the API, a member who uses it, and ids of existing records."""

    url: str
    member: Member
    name: str
    ids: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Address:
    """A base URL, as `Member` needs it."""

    url: str


class FuzzedSite(ComposeServices):
    """The HTTP and the WebSocket service without a proxy and without rate limits.

    A `small` site starts faster: it has one process for each service, and no beat.
    """

    def __init__(self, name: str = "fuzzing", *, small: bool = False) -> None:
        self._small = small
        super().__init__(
            name, RATE_LIMITS="0", ACCESS_TOKEN_SECONDS="86400", STAFF_SECOND_FACTOR="off"
        )
        self.ws_url = f"http://localhost:{free_port()}"

    def __enter__(self) -> Self:
        super().__enter__()
        http = self.command("http", self.port)
        if self._small:
            http[http.index("--workers") + 1] = "1"
        self.start("http", http)
        self.start("ws", self.command("ws", int(self.ws_url.rpartition(":")[2])))
        for name in self._background_services:
            self.start(name, self.command(name))
        try:
            wait_for(lambda: all(map(self.is_up, self.urls)), within=60, name="both services")
            wait_for(lambda: " ready." in self.log_text, within=60, name="the worker")
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def _background_services(self) -> tuple[str, ...]:
        return ("worker",) if self._small else ("worker", "media", "beat")

    @property
    def urls(self) -> tuple[str, str]:
        return self.url, self.ws_url

    @property
    def log_text(self) -> str:
        """The log of all processes."""
        return self.log.read_text(errors="replace")

    @staticmethod
    def is_up(url: str) -> bool:
        try:
            return httpx.get(f"{url}/health/ready", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def sizes(self) -> dict[int, Size]:
        """Return the memory of each process of the site, by pid."""
        sizes = {}
        for name in ("http", "ws", *self._background_services):
            pid = self._programs[name].pid
            assert pid, f"{name} has ended: {self.log_text[-3000:]}"
            parent = psutil.Process(pid)
            for process in (parent, *parent.children(recursive=True)):
                sizes[process.pid] = Size(name, process.memory_info().rss)
        return sizes

    def faults(self, before: dict[int, Size]) -> list[str]:
        """Return what is wrong with the site after all requests."""
        faults = [f"in the log: {line}" for line in defects_in_log(self.log_text)]
        after = self.sizes()
        if set(after) != set(before):
            faults.append(f"processes have ended or started: {before} -> {after}")
        faults += [
            f"{size.name} has grown by {(after[pid].rss - size.rss) / 2**20:.0f} MB"
            for pid, size in before.items()
            if pid in after and after[pid].rss - size.rss > MAX_GROWTH_BYTES
        ]
        faults += [f"verify: {finding}" for finding in json.loads(self.manage("verify", "--json"))]
        return faults + [check for url in self.urls for check in self._failed_checks(url)]

    def _failed_checks(self, url: str) -> list[str]:
        """Return the failed readiness checks of a service, which include dead letters."""
        operator = {"Authorization": f"Bearer {self.environment['METRICS_TOKEN']}"}
        try:
            checks = httpx.get(f"{url}/health/ready", headers=operator, timeout=5).json()["checks"]
        except (httpx.HTTPError, ValueError) as error:
            return [f"{url} does not respond: {error!r}"]
        return [f"{url}: {name}: {result}" for name, result in checks.items() if result != "ok"]

    def staff_session(self) -> str:
        """Return the session id of a superuser who is signed in to /admin/."""
        code = (
            "from django.contrib.auth.models import User;"
            "from django.conf import settings;"
            "from django.test import Client;"
            "user = User.objects.create_superuser('mod', 'mod@example.com', 'secret');"
            "client = Client(); client.force_login(user);"
            "print(client.cookies[settings.SESSION_COOKIE_NAME].value)"
        )
        return self.manage("shell", "--no-imports", "-c", code).split()[-1]

    def endpoint(self, url: str, name: str) -> Endpoint:
        """Return an endpoint with a member who has at least one record of each kind."""
        members = [join(Address(url), f"{name}{letter}") for letter in "abc"]
        endpoint = Endpoint(url, members[0], f"{name}a")
        endpoint.ids = _create_data(endpoint, members)
        return endpoint


def defects_in_log(log: str) -> list[str]:
    """Return the log lines that report a defect; for a traceback, with the exception."""
    lines, defects = log.splitlines(), []
    for at, line in enumerate(lines):
        if any(word in line for word in DEFECT_MARKERS):
            after = next((text for text in lines[at + 1 :] if "|   " not in text), "")
            defects.append(f"{line} {after}" if "Traceback" in line else line)
    return defects


def _call(endpoint: Endpoint, member: Member, method: str, path: str, body: Any = None) -> Any:
    url = f"{endpoint.url}/api/v1/{path}"
    response = httpx.request(method, url, json=body, headers=member.headers, timeout=20)
    assert response.is_success, response.text
    return response.json()


def _create_data(endpoint: Endpoint, members: list[Member]) -> dict[str, list[str]]:
    """Create records of each kind; return their ids by the path that takes them."""
    me, friend, other = members
    ids: dict[str, list[str]] = {"users": [member.id for member in members]}

    call = functools.partial(_call, endpoint)

    call(me, "PUT", f"users/{friend.id}/follow", {})
    call(friend, "PUT", f"users/{me.id}/follow", {})
    call(other, "PATCH", "users/me/settings", {"is_private": True})
    call(me, "PUT", f"users/{other.id}/follow", {})
    posts = [
        call(author, "POST", "posts", {"text": f"{n}", "privacy": privacy})["post"]["id"]
        for author in (me, friend)
        for n, privacy in enumerate(("public", "followers", "private"))
    ]
    comments = [
        call(author, "POST", f"posts/{posts[0]}/comments", {"text": f"@{n}"})["comment"]["id"]
        for n, author in enumerate((me, friend))
    ]
    call(friend, "PUT", f"posts/{posts[0]}/reaction", {"type": "like"})
    call(me, "PUT", f"posts/{posts[0]}/bookmark", {})
    poll = {"options": ["Tea", "Coffee"], "duration_seconds": 3600, "may_change_vote": True}
    call(me, "PATCH", f"posts/{posts[0]}", {"poll": poll})
    call(friend, "PUT", f"posts/{posts[0]}/poll/vote", {"choices": [0]})
    messages = [
        call(author, "POST", "chat/messages", {"receiver_id": receiver.id, "text": "Hello"})[
            "chat_message"
        ]
        for author, receiver in ((me, friend), (friend, me))
    ]
    notifications = call(me, "GET", "notifications")["notifications"]
    sessions = call(me, "GET", "accounts/me/sessions")["sessions"]
    return ids | {
        "posts": posts,
        "comments": comments,
        "messages": [message["id"] for message in messages] + ids["users"],
        "notifications": [item["id"] for item in notifications],
        "sessions": [session["id"] for session in sessions],
    }
