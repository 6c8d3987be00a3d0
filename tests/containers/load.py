"""Members who write and read through the proxy, and check that nothing was lost or doubled."""

import itertools
import secrets
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct-horse-battery"
RETRY_SECONDS, GIVE_UP_SECONDS = 0.2, 90
PAUSE_SECONDS = 0.05


@dataclass
class Result:
    """What happened during one part of the run."""

    requests: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(self.failures).items())
        return f"{self.requests} requests, {len(self.failures)} failed{kinds and f' ({kinds})'}"


class Member:
    """A member with a session, on connections that are kept open."""

    def __init__(self, url: str, certificate: Path, name: str) -> None:
        context = ssl.create_default_context(cafile=str(certificate))
        self._client = httpx.Client(base_url=f"{url}/api/v1", verify=context, timeout=20)
        self.name, self.id, self._headers = name, "", dict[str, str]()
        self.posts: dict[str, str] = {}  # the text of each acknowledged post, by id
        self.result = Result()

    def sign_up(self) -> None:
        body = {"username": self.name, "email": f"{self.name}@example.com", "password": PASSWORD}
        self._store_session(self._call("POST", "signup", body).json())

    def sign_in(self) -> None:
        self._store_session(
            self._call("POST", "signin", {"username": self.name, "password": PASSWORD}).json()
        )

    def _store_session(self, body: Any) -> None:
        self.id = body["user"]["id"]
        self._headers = {"Authorization": f"Bearer {body['access']}"}

    def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request until it succeeds, each time with the same key; count the failures."""
        headers = self._headers | (
            {} if method == "GET" else {"Idempotency-Key": secrets.token_hex(16)}
        )
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            self.result.requests += 1
            try:
                response = self._client.request(method, path, json=body, headers=headers)
            except httpx.HTTPError as error:
                failure = type(error).__name__
            else:
                if response.is_success:
                    return response
                failure = str(response.status_code)
            self.result.failures.append(failure)
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {path} failed for {GIVE_UP_SECONDS} s: {failure}")
            time.sleep(RETRY_SECONDS)

    def write(self, number: int) -> None:
        text = f"{self.name} {number}"
        post = self._call("POST", "posts", {"text": text, "privacy": "public"}).json()["post"]
        self.posts[post["id"]] = text

    def read(self) -> None:
        self._call("GET", "posts")
        self._call("GET", f"users/{self.id}")

    def check(self) -> None:
        """Compare the member's posts with what was acknowledged."""
        texts, cursor = dict[str, str](), ""
        while True:
            path = f"users/{self.id}/posts?limit=50" + (f"&cursor={cursor}" if cursor else "")
            page = self._call("GET", path).json()
            for post in page["posts"]:
                assert post["id"] not in texts, f"{post['id']} is listed twice"
                texts[post["id"]] = post["text"]
            cursor = page["next"]
            if not cursor:
                break
        assert texts == self.posts, f"{len(texts)} posts instead of {len(self.posts)}"


class Load:
    """Members who use the site in threads, for as long as a block runs."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self._numbers = itertools.count(1)

    @contextmanager
    def running(self) -> Iterator[Result]:
        """Run the members; the result is complete after the block."""
        total, stop = Result(), threading.Event()
        errors: list[BaseException] = []
        for member in self.members:
            member.result = Result()
        threads = [
            threading.Thread(target=self._use, args=(member, stop, errors))
            for member in self.members
        ]
        for thread in threads:
            thread.start()
        try:
            yield total
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert not errors, errors
        total.requests = sum(member.result.requests for member in self.members)
        total.failures = [each for member in self.members for each in member.result.failures]

    def _use(self, member: Member, stop: threading.Event, errors: list[BaseException]) -> None:
        try:
            while not stop.is_set():
                member.write(next(self._numbers))
                member.read()
                time.sleep(PAUSE_SECONDS)
        except BaseException as error:  # noqa: BLE001 - reported by the main thread
            errors.append(error)
