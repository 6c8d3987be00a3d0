"""What happens elsewhere: people who use the API without a window."""

import functools
import itertools
from dataclasses import dataclass
from typing import Any, Self

import httpx

from tests.support.production import Production
from tests.support.servers import PASSWORD
from tests.support.stack import Stack

Site = Stack | Production
_numbers = itertools.count(1)


@functools.cache
def _client() -> httpx.Client:
    # One for all, because to make one takes longer than a call; connections do not outlive a
    # server. Made when the site runs, which says whose certificates are trusted.
    return httpx.Client(timeout=15, limits=httpx.Limits(max_keepalive_connections=0))


def new_name(name: str) -> str:
    """Return a username that nobody has yet."""
    return f"{name}_{next(_numbers)}"


@dataclass
class Caller:
    """Somebody who calls the API; a worn token is changed by signing in again."""

    url: str
    username: str
    id: str = ""
    access: str = ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._ask(method, path, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.enter("signin")
            answer = self._ask(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def enter(self, path: str, **more: str) -> Self:
        given = {"username": self.username, "password": PASSWORD, **more}
        self.access = ""
        answer = self._ask("POST", path, given)
        assert answer.is_success, answer.text
        found = answer.json()
        self.id, self.access = found["user"]["id"], found["access"]
        return self

    def writes(self, text: str, **fields: str) -> str:
        """Write a post; return its id."""
        return str(self.call("POST", "posts", {"text": text, **fields})["post"]["id"])

    def _ask(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access}"} if self.access else {}
        url = f"{self.url}/api/{path}"
        return _client().request(method, url, json=body, headers=headers)


def sign_in(stack: Site, username: str) -> Caller:
    return Caller(stack.url, username).enter("signin")


def sign_up(stack: Site, username: str) -> Caller:
    return Caller(stack.url, username).enter("signup", email=f"{username}@example.com")
