"""A load test: requests of test members at a steady rate, for `manage.py loadtest`.

Each request is due at a fixed time, even if earlier ones have no response yet, and its duration is
measured from that time. So a slow site does not reduce the load.
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
TIMEOUT_SECONDS = 10.0
OK, CLIENT_ERROR, TOO_MANY, SERVER_ERROR = 200, 400, 429, 500
NO_RESPONSE = 0
PERCENTS = (50, 95, 99)
# The actions of members, with their frequency in percent.
ACTION_WEIGHTS = {"home": 40, "feed": 20, "profile": 20, "post": 10, "reaction": 10}


class LoadTestError(Exception):
    """The load test is not allowed or not possible at this URL."""


class Member(NamedTuple):
    """A test member, signed up for the load test."""

    id: str
    name: str
    password: str
    access: str


@dataclass
class Report:
    """The status codes and durations of the responses."""

    seconds: float = 0.0
    durations: dict[str, list[float]] = field(default_factory=dict)  # seconds, by action
    codes: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, action: str, code: int, seconds: float) -> None:
        """Record a response, or `NO_RESPONSE` as its code."""
        with self.lock:
            self.durations.setdefault(action, []).append(seconds)
            self.codes[code] += 1

    @property
    def errors(self) -> int:
        """The number of requests without a response or with a 5xx."""
        return sum(
            count
            for code, count in self.codes.items()
            if code == NO_RESPONSE or code >= SERVER_ERROR
        )

    def percentiles(self) -> dict[str, dict[str, float]]:
        """Return the percentiles of the durations in milliseconds, by action and for `all`."""
        everything = [seconds for durations in self.durations.values() for seconds in durations]
        return {
            action: {
                f"p{percent}": round(_percentile(durations, percent) * 1000, 1)
                for percent in PERCENTS
            }
            for action, durations in {"all": everything, **self.durations}.items()
            if durations
        }


def _percentile(durations: list[float], percent: int) -> float:
    return sorted(durations)[min(len(durations) - 1, len(durations) * percent // 100)]


def require_loopback(url: str) -> None:
    """Check that a URL leads to this machine only.

    Raises:
        LoadTestError: It does not, or it is not valid.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise LoadTestError(f"{url} is not a valid URL.")
    try:
        infos = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LoadTestError(f"{parts.hostname}: {error}") from error
    addresses = {str(info[4][0]).partition("%")[0] for info in infos}
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise LoadTestError(
            f"{parts.hostname} is not this machine. Do not load hosts of others; if it is yours, "
            "add --i-own-this-host."
        )


class Load:
    """A load test of one site."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.pool = urllib3.PoolManager(
            maxsize=THREADS, block=False, retries=False, timeout=urllib3.Timeout(TIMEOUT_SECONDS)
        )
        self.report = Report()
        self.members: list[Member] = []
        self.posts: list[str] = []
        self._random = random.Random(1)  # noqa: S311 - the same actions each time

    def call(self, method: str, path: str, body: Any = None, access: str = "") -> tuple[int, Any]:
        """Send a request; return its status, or `NO_RESPONSE`, and the decoded body."""
        headers = {"Content-Type": "application/json"}
        if access:
            headers["Authorization"] = f"Bearer {access}"
        data = None if body is None else json.dumps(body).encode()
        try:
            url = f"{self.url}/api/v1/{path}"
            response = self.pool.request(method, url, body=data, headers=headers)
            return response.status, json.loads(response.data or b"null")
        except (urllib3.exceptions.HTTPError, ValueError):
            return NO_RESPONSE, None

    def sign_up(self, count: int, report_progress: ProgressCallback) -> None:
        """Sign up test members, each with a post.

        Raises:
            LoadTestError: The site rejects a sign-up.
        """
        for number in range(count):
            name, password = f"load_{secrets.token_hex(8)}", secrets.token_urlsafe(16)
            body = {"username": name, "email": f"{name}@mysocial.example", "password": password}
            code, response = self.call("POST", "signup", body)
            if code >= CLIENT_ERROR or not response:
                reason = response["detail"] if response else "There was no response."
                raise LoadTestError(f"The sign-up at {self.url} failed ({code}). {reason}")
            member = Member(response["user"]["id"], name, password, response["access"])
            self.members.append(member)
            self._do("post", member)
            report_progress("Sign-ups", number + 1, count)
        self.report = Report()  # the sign-ups do not count

    def run(self, rate: float, seconds: float, report_progress: ProgressCallback) -> Report:
        """Send `rate` requests per second for `seconds`; return the report."""
        total, started = int(rate * seconds), time.monotonic()
        actions = self._random.choices(list(ACTION_WEIGHTS), list(ACTION_WEIGHTS.values()), k=total)
        with ThreadPoolExecutor(THREADS) as threads:
            for number, action in enumerate(actions):
                due = started + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                member = self.members[number % len(self.members)]
                threads.submit(self._measure, action, member, due)
                report_progress("Requests", number + 1, total)
        self.report.seconds = time.monotonic() - started
        return self.report

    def delete_members(self, report_progress: ProgressCallback) -> int:
        """Delete the test members; return how many could not be deleted."""
        left = 0
        for number, member in enumerate(self.members, 1):
            body = {"password": member.password}
            code, _ = self.call("DELETE", "accounts/me", body, member.access)
            left += code != OK
            report_progress("Deletions", number, len(self.members))
        return left

    def _measure(self, action: str, member: Member, due: float) -> None:
        code = self._do(action, member)
        self.report.record(action, code, time.monotonic() - due)

    def _do(self, action: str, member: Member) -> int:
        calls: dict[str, Callable[[], tuple[int, Any]]] = {
            "home": lambda: self.call("GET", "posts/home", access=member.access),
            "feed": lambda: self.call("GET", "posts", access=member.access),
            "profile": lambda: self.call("GET", f"users/{member.id}", access=member.access),
            "post": lambda: self._post(member),
            "reaction": lambda: self._react(member),
        }
        return calls[action]()[0]

    def _post(self, member: Member) -> tuple[int, Any]:
        code, response = self.call("POST", "posts", {"text": "A load test."}, member.access)
        if NO_RESPONSE < code < CLIENT_ERROR and response:
            self.posts.append(response["post"]["id"])
        return code, response

    def _react(self, member: Member) -> tuple[int, Any]:
        path = f"posts/{self.posts[hash(member.id) % len(self.posts)]}/reaction"
        return self.call("PUT", path, {"type": "like"}, member.access)
