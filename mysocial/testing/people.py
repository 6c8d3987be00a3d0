"""Members who use the API as a client does: over HTTP, with their own access token."""

from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from django.test import Client

from mysocial.core import keys
from mysocial.core.addresses import insert_public_url
from mysocial.core.events import EVENTS
from mysocial.core.packed_events import entry_offset, unpack_events
from mysocial.core.redis import client as redis_client
from mysocial.core.topics import self_topic
from mysocial.realtime.event_data import get_event_data
from mysocial.testing.servers import PASSWORD

_handler = Client().handler
NOTIFICATION_PREFIX = "notification."


def new_client() -> Client:
    """Return a test client without cookies.

    All clients share one handler, because its middleware is slow to load.
    """
    client = Client()
    client.handler = _handler
    return client


@dataclass
class Person:
    """A member with an account, or `anonymous`."""

    id: str
    username: str
    access: str = ""
    refresh: str = ""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """Send a request and return the response, which has `.json()`."""
        extra: dict[str, Any] = {}
        if body is not None:
            data = body if isinstance(body, bytes | str) else orjson.dumps(body)
            extra = {"data": data, "content_type": content_type}
        if self.access:
            headers = {"Authorization": f"Bearer {self.access}", **headers}
        return new_client().generic(method, f"/api/v1/{path}", headers=headers, **extra)

    def get(self, path: str, **headers: str) -> Any:
        """Send a GET request; see `call`."""
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Send a POST request; see `call`."""
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """Send a PUT request; see `call`."""
        return self.call("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        """Send a PATCH request; see `call`."""
        return self.call("PATCH", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """Send a DELETE request; see `call`."""
        return self.call("DELETE", path, **headers)

    def create_post(self, text: str = "Hello", **fields: Any) -> dict[str, Any]:
        """Create a post and return it."""
        response = self.post("posts", {"text": text, **fields})
        assert response.status_code == 201, response.content
        return dict(response.json()["post"])

    def received_events(self, *topics: str) -> list[dict[str, Any]]:
        """Return the events that this person's connections would have received, oldest first.

        Events of notifications, which most actions cause, are returned by `notification_events`.
        """
        return [
            event
            for event in self._received(*topics)
            if not event["type"].startswith(NOTIFICATION_PREFIX)
        ]

    def notification_events(self) -> list[dict[str, Any]]:
        """Return the events of notifications that this person would have received."""
        return [
            event for event in self._received() if event["type"].startswith(NOTIFICATION_PREFIX)
        ]

    def _received(self, *topics: str) -> list[dict[str, Any]]:
        subscribed = {*topics, self_topic(self.id)}
        return [
            {"type": event["type"], "data": event["data"]}
            for event in logged_events()
            if subscribed & set(event["topics"])
            and self.id in EVENTS[event["type"]].audience(event["about"], {self.id})
        ]


anonymous = Person("", "")
P = TypeVar("P", bound=Person)


def sign_up(username: str, *, client: P, **fields: Any) -> P:
    """Sign up a member and return them, signed in.

    Args:
        username: The username; the address is `<username>@example.com`.
        client: Who sends the request, such as `anonymous`. The member is of the same class.
        fields: Further fields of the request.
    """
    body = {
        "username": username,
        "email": f"{username}@example.com",
        "password": PASSWORD,
        **fields,
    }
    response = client.post("signup", body)
    assert response.status_code == 201, response.content
    data = response.json()
    return type(client)(data["user"]["id"], username, data["access"], data["refresh"])


def logged_events() -> list[dict[str, Any]]:
    """Return all events of the event log, oldest first."""
    blocks = redis_client().zrange(keys.PACKED_EVENTS, 0, -1)
    packed = [event for block in blocks for event in unpack_events(block)]
    recent = [
        (entry_offset(entry_id), fields) for entry_id, fields in redis_client().xrange("events")
    ]
    return [
        {
            "id": f"{offset}-0",
            "type": fields[b"type"].decode(),
            "data": orjson.loads(insert_public_url(get_event_data(fields) or b"null")),
            "about": orjson.loads(fields[b"context"]),
            "topics": fields[b"topics"].decode().split(" "),
        }
        for offset, fields in [*packed, *recent]
    ]
