"""People who use the API as any client does: over HTTP, with their own access token."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.test import Client

from mysocial.core.events import EVENTS, self_topic
from mysocial.core.redis import client as redis_client
from tests.support import api_contract
from tests.support.servers import PASSWORD

_handler = Client().handler
NOTICES = "notification."


def browser() -> Client:
    """Return a client with no cookies. All share one handler, whose middleware is slow to load."""
    client = Client()
    client.handler = _handler
    return client


@dataclass
class Person:
    """Somebody with an account."""

    id: str
    username: str
    access: str = ""
    refresh: str = ""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        kind: str = "application/json",
        **headers: str,
    ) -> Any:
        """Send a request and return the response, with `.json()`."""
        extra: dict[str, Any] = {}
        if body is not None:
            data = body if isinstance(body, bytes | str) else orjson.dumps(body)
            extra = {"data": data, "content_type": kind}
        if self.access:
            headers = {"Authorization": f"Bearer {self.access}", **headers}
        answer = browser().generic(method, f"/api/{path}", headers=headers, **extra)
        api_contract.check(method, f"/api/{path}", answer)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    def writes(self, text: str = "Hello", **fields: Any) -> dict[str, Any]:
        """Write a post; return it."""
        answer = self.post("posts", {"text": text, **fields})
        assert answer.status_code == 201, answer.content
        return answer.json()["post"]

    def hears(self, *topics: str) -> list[dict[str, Any]]:
        """Return the events a socket of this person would have been sent, oldest first.

        What notifications add to nearly every act is returned by `notices`.
        """
        return [one for one in self._heard(*topics) if not one["type"].startswith(NOTICES)]

    def notices(self) -> list[dict[str, Any]]:
        """Return the events of notifications that this person would have been sent."""
        return [one for one in self._heard() if one["type"].startswith(NOTICES)]

    def _heard(self, *topics: str) -> list[dict[str, Any]]:
        mine = {*topics, self_topic(self.id)}
        return [
            {"type": event["type"], "data": event["data"]}
            for event in logged()
            if mine & set(event["topics"])
            and self.id in EVENTS[event["type"]].audience(event["about"], {self.id})
        ]


nobody = Person("", "")


def sign_up(username: str, **fields: Any) -> Person:
    """Sign somebody up."""
    body = {
        "username": username,
        "email": f"{username}@example.com",
        "password": PASSWORD,
        **fields,
    }
    answer = nobody.post("signup", body)
    assert answer.status_code == 201, answer.content
    data = answer.json()
    return Person(data["user"]["id"], username, data["access"], data["refresh"])


def logged() -> Iterable[dict[str, Any]]:
    """Return every event of the log, oldest first."""
    return [
        {
            "id": entry_id.decode(),
            "type": fields[b"type"].decode(),
            "data": orjson.loads(fields[b"data"]),
            "about": orjson.loads(fields[b"about"]),
            "topics": fields[b"topics"].decode().split(" "),
        }
        for entry_id, fields in redis_client().xrange("ev")
    ]
