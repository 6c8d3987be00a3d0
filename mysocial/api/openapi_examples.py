"""Examples of requests and responses, composed from the schemas of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from mysocial.api.openapi_components import EXAMPLE_SITE

Json = Mapping[str, Any]
ID = "696887e8f1c2a30b4d5e6f70"
OTHER_ID = "696887e8f1c2a30b4d5e6f71"
TIME = "2026-01-15T09:30:00.000000Z"
CURSOR = "MTc2ODQ2OTQwMDAwMHw2OTY4"
# By the name of a property; the schema decides about the others.
VALUES: dict[str, Any] = {
    "access": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI2OTY4In0.c2lnbmF0dXJl",
    "address": "203.0.113.7",
    "avatar_color": "#3f51b5",
    "avatar_url": f"{EXAMPLE_SITE}/avatars/3f51b5/A.png",
    "background_url": "",
    "bg_color": "",
    "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    "choices": [0],
    "closed_at": None,
    "current": True,
    "current_password": "correct-horse-battery",
    "duration": None,
    "edited_at": None,
    "email": "ada@example.com",
    "email_failed_at": None,
    "email_failure": "",
    "email_verified": True,
    "entity_id": OTHER_ID,
    "facebook": "",
    "feelings": "",
    "gif_url": "",
    "height": 1080,
    "in_app": True,
    "instagram": "",
    "location": "London",
    "message": "",
    "names": ["ada"],
    "network": "203.0.113.0/24",
    "new_password": "battery-horse-correct",
    "next": CURSOR,
    "note": "",
    "options": ["Tea", "Coffee"],
    "password": "correct-horse-battery",
    "pinned_at": None,
    "post_id": OTHER_ID,
    "quote": "Less, but better.",
    "reactions": {OTHER_ID: "like"},
    "read_up_to": ID,
    "receiver_id": OTHER_ID,
    "refresh": "c1RfN2Q0ZTJmMWEwYjljOGQ3ZTZmNWE0YjNjMmQxZTBm",
    "school": "",
    "sender_id": ID,
    "shows_in_leaderboards": True,
    "shows_presence": True,
    "size": 48213,
    "state": "ready",
    "status": "ready",
    "target_id": OTHER_ID,
    "text": "Hello, world.",
    "twitter": "",
    "url": f"{EXAMPLE_SITE}/media/0b6f3c1d9e8a4f7b0b6f3c1d9e8a4f7b.jpg",
    "user_agent": "Mozilla/5.0",
    "user_id": OTHER_ID,
    "username": "ada",
    "voters_count": 3,
    "votes": [2, 1],
    "width": 1920,
    "work": "Analytical Engines",
    "youtube": "",
}
TYPES = {"array": list, "boolean": bool, "integer": int, "object": dict, "string": str}
DEFAULTS: dict[str, Any] = {"boolean": False, "integer": 1, "number": 1.0}


class ExampleComposer:
    """Composes examples of the schemas of one document."""

    def __init__(self, schemas: Json) -> None:
        self._schemas = schemas

    def resolve(self, schema: Json) -> Json:
        """Return a schema without the reference or the alternatives around it."""
        while target := self._inner(schema):
            schema = target
        return schema

    def _inner(self, schema: Json) -> Json | None:
        if "$ref" in schema:
            target: Json = self._schemas[schema["$ref"].rpartition("/")[2]]
            return target
        options = schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf")
        return options[0] if options else None

    def compose(self, schema: Json, name: str = "") -> Any:
        """Return an example of a schema; `name` is the property that it describes."""
        schema = self.resolve(schema)
        if "properties" in schema:
            return self.compose_properties(schema, schema["properties"])
        if name in VALUES and _fits(VALUES[name], schema):
            return VALUES[name]
        if "enum" in schema:
            return schema["enum"][0]
        kind = _types_of(schema)[0]
        if kind == "array":
            return [self.compose(schema["items"])]
        if kind == "string":
            return _string_example(schema, name)
        return DEFAULTS.get(kind, {})

    def compose_properties(self, schema: Json, names: Any) -> dict[str, Any]:
        """Return an example of an object with only these properties."""
        return {name: self.compose(schema["properties"][name], name) for name in names}


def _types_of(schema: Json) -> list[str]:
    types = schema.get("type", "object")
    return [types] if isinstance(types, str) else types


def _fits(value: Any, schema: Json) -> bool:
    """Return whether a value has the type of a schema and is one of its values."""
    types = _types_of(schema)
    if value is None:
        return "null" in types
    return type(value) is TYPES.get(types[0]) and value in schema.get("enum", [value])


def _string_example(schema: Json, name: str) -> str:
    if schema.get("format") == "date-time":
        return TIME
    return ID if name == "id" or "0-9a-f" in schema.get("pattern", "") else ""
