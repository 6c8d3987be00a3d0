"""Users who call the API without a browser."""

import functools
import itertools
from dataclasses import dataclass
from typing import Any, Self

import httpx

from tests.support.production import Production
from tests.support.servers import PASSWORD
from tests.support.stack import Stack

Site = Stack | Production
_name_numbers = itertools.count(1)


@functools.cache
def _client() -> httpx.Client:
    # Shared, because creating a client takes longer than a request. It keeps no connections, which
    # would break when a server is killed. It is created when the site runs, because the site sets
    # the trusted certificates.
    return httpx.Client(timeout=15, limits=httpx.Limits(max_keepalive_connections=0))


def new_name(prefix: str) -> str:
    """Return a unique username."""
    return f"{prefix}_{next(_name_numbers)}"


@dataclass
class Caller:
    """API client of one user. It signs in again when its access token has expired."""

    url: str
    username: str
    id: str = ""
    access: str = ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        response = self._request(method, path, body)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self.authenticate("signin")
            response = self._request(method, path, body)
        assert response.is_success, response.text
        return response.json()

    def authenticate(self, path: str, **fields: str) -> Self:
        """Sign in or up, by `signin` or `signup`."""
        body = {"username": self.username, "password": PASSWORD, **fields}
        self.access = ""
        response = self._request("POST", path, body)
        assert response.is_success, response.text
        data = response.json()
        self.id, self.access = data["user"]["id"], data["access"]
        return self

    def create_post(self, text: str, **fields: str) -> str:
        """Create a post and return its id."""
        return str(self.call("POST", "posts", {"text": text, **fields})["post"]["id"])

    def send_message(self, receiver: "Caller", text: str) -> str:
        """Send a chat message and return its id."""
        body = {"receiver_id": receiver.id, "text": text}
        return str(self.call("POST", "chat/messages", body)["chat_message"]["id"])

    def _request(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access}"} if self.access else {}
        url = f"{self.url}/api/v1/{path}"
        return _client().request(method, url, json=body, headers=headers)


def sign_in(stack: Site, username: str) -> Caller:
    return Caller(stack.url, username).authenticate("signin")


def sign_up(stack: Site, username: str) -> Caller:
    return Caller(stack.url, username).authenticate("signup", email=f"{username}@example.com")
