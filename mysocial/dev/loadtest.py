"""Requests at a steady rate to a running site, as its own demo people: `manage.py loadtest`.

Each request has its moment, whether or not those before it were answered, and is timed from that
moment: a site that falls behind is not waited for, as its members would not wait.
"""

import ipaddress
import json
import random
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import urllib3

from mysocial.core.progress import ProgressCallback

THREADS = 64
TIMEOUT = 10.0
OK, REFUSED, TOO_MANY, BROKEN = 200, 400, 429, 0
PERCENTS = (50, 95, 99)
# What members do, and how often of a hundred times.
ACTION_WEIGHTS = {"home": 40, "feed": 20, "profile": 20, "post": 10, "reaction": 10}


class LoadTestError(Exception):
    """It can't be done here, or may not."""


class Member(NamedTuple):
    """Somebody who was signed up for this."""

    id: str
    name: str
    password: str
    access: str


@dataclass
class Report:
    """What was answered, and in what time."""

    seconds: float = 0.0
    took: dict[str, list[float]] = field(default_factory=dict)  # by deed
    codes: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, deed: str, code: int, seconds: float) -> None:
        """Note an answer; 0 stands for none."""
        with self.lock:
            self.took.setdefault(deed, []).append(seconds)
            self.codes[code] += 1

    @property
    def errors(self) -> int:
        """How many were not answered, or by a 5xx."""
        return sum(count for code, count in self.codes.items() if code == BROKEN or code >= 500)  # noqa: PLR2004

    def percentiles(self) -> dict[str, dict[str, float]]:
        """Return milliseconds by deed, and of all together."""
        every = {"all": [one for some in self.took.values() for one in some], **self.took}
        return {
            deed: {
                f"p{percent}": round(_at(sorted(some), percent) * 1000, 1) for percent in PERCENTS
            }
            for deed, some in every.items()
            if some
        }


def _at(times: list[float], percent: int) -> float:
    return times[min(len(times) - 1, len(times) * percent // 100)]


def check_own(url: str) -> None:
    """Raise `Refused` unless a URL leads to this machine and nowhere else."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise LoadTestError(f"{url} is no address of a site.")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LoadTestError(f"{parts.hostname}: {error}") from error
    addresses = {str(one[4][0]).partition("%")[0] for one in found}
    if not all(ipaddress.ip_address(one).is_loopback for one in addresses):
        raise LoadTestError(
            f"{parts.hostname} is not this machine. What is not yours is not to be loaded; if it "
            "is yours, say --i-own-this-host."
        )


class Load:
    """A site under load."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.pool = urllib3.PoolManager(
            maxsize=THREADS, block=False, retries=False, timeout=urllib3.Timeout(TIMEOUT)
        )
        self.report = Report()
        self.members: list[Member] = []
        self.posts: list[str] = []
        self._dice = random.Random(1)  # noqa: S311 - the same deeds each time

    def call(self, method: str, path: str, body: Any = None, access: str = "") -> tuple[int, Any]:
        """Return status and answer; 0 for none."""
        headers = {"Content-Type": "application/json"}
        if access:
            headers["Authorization"] = f"Bearer {access}"
        data = None if body is None else json.dumps(body).encode()
        try:
            answer = self.pool.request(method, f"{self.url}/api/{path}", body=data, headers=headers)
            return answer.status, json.loads(answer.data or b"null")
        except (urllib3.exceptions.HTTPError, ValueError):
            return BROKEN, None

    def sign_up(self, count: int, tell: ProgressCallback) -> None:
        """Sign people up; `Refused` when the site does not take them."""
        for number in range(count):
            name, password = f"load_{secrets.token_hex(8)}", secrets.token_urlsafe(16)
            body = {"username": name, "email": f"{name}@mysocial.example", "password": password}
            code, answer = self.call("POST", "signup", body)
            if code >= REFUSED or not answer:
                why = answer["detail"] if answer else "There was no answer."
                raise LoadTestError(f"Nobody could be signed up at {self.url} ({code}). {why}")
            member = Member(answer["user"]["id"], name, password, answer["access"])
            self.members.append(member)
            self._do("post", member)
            tell("People", number + 1, count)
        self.report = Report()  # what came before is no part of it

    def run(self, *, rate: float, seconds: float, tell: ProgressCallback) -> Report:
        """Send `rate` requests a second, for so many seconds; return what came of it."""
        total, began = int(rate * seconds), time.monotonic()
        deeds = self._dice.choices(list(ACTION_WEIGHTS), list(ACTION_WEIGHTS.values()), k=total)
        with ThreadPoolExecutor(THREADS) as threads:
            for number, deed in enumerate(deeds):
                due = began + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                member = self.members[number % len(self.members)]
                threads.submit(self._timed, deed, member, due)
                tell("Requests", number + 1, total)
        self.report.seconds = time.monotonic() - began
        return self.report

    def leave(self, tell: ProgressCallback) -> int:
        """Erase the people again; return how many could not be."""
        left = 0
        for number, member in enumerate(self.members, 1):
            body = {"password": member.password}
            code, _ = self.call("DELETE", "currentuser", body, member.access)
            left += code != OK
            tell("People who leave", number, len(self.members))
        return left

    def _timed(self, deed: str, member: Member, due: float) -> None:
        code = self._do(deed, member)
        self.report.record(deed, code, time.monotonic() - due)

    def _do(self, deed: str, member: Member) -> int:
        verbs: dict[str, Callable[[], tuple[int, Any]]] = {
            "home": lambda: self.call("GET", "posts/home", access=member.access),
            "feed": lambda: self.call("GET", "posts", access=member.access),
            "profile": lambda: self.call("GET", f"users/{member.id}", access=member.access),
            "post": lambda: self._post(member),
            "reaction": lambda: self._react(member),
        }
        return verbs[deed]()[0]

    def _post(self, member: Member) -> tuple[int, Any]:
        code, answer = self.call("POST", "posts", {"text": "A load test."}, member.access)
        if code < REFUSED and answer:
            self.posts.append(answer["post"]["id"])
        return code, answer

    def _react(self, member: Member) -> tuple[int, Any]:
        path = f"posts/{self.posts[hash(member.id) % len(self.posts)]}/reaction"
        return self.call("PUT", path, {"type": "like"}, member.access)
