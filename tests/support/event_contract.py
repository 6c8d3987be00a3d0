"""Checks every event of a test run against the AsyncAPI document."""

import functools
from typing import Any

from jsonschema import Draft202012Validator

from mysocial.realtime.asyncapi import contract_events, document
from tests.support.people import logged_events

_checked: set[str] = set()  # the types and shapes of events that were checked


def _closed(schema: Any) -> Any:
    """Return a schema that allows no additional fields.

    Clients must ignore unknown fields, but a test must detect an undocumented one.
    """
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of a message: a command, a reply or an event."""
    components = document()["components"]
    schema = components["messages"][name]["payload"]
    return Draft202012Validator(_closed({**schema, "components": components}))


def _shape(value: Any) -> Any:
    """Return the types in a value; short strings are kept, as they may be enumeration values."""
    if isinstance(value, dict):
        return {name: _shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shape(part) for part in value]
    if isinstance(value, str):
        return value if len(value) < 10 else len(value)
    return type(value).__name__


def check(event: dict[str, Any]) -> None:
    """Fail unless the document describes an event of the log."""
    frame = {name: event[name] for name in ("id", "type", "data")}
    for error in validator(event["type"]).iter_errors(frame):
        raise AssertionError(f"{event['type']}: {error.json_path}: {error.message}")


def check_all() -> None:
    """Fail unless the document describes every event of the log; each shape is checked once."""
    for event in logged_events():
        shape = f"{event['type']} {_shape(event['data'])}"
        # Without data, its records are gone, and it is delivered to nobody.
        is_delivered = event["type"] in contract_events() and event["data"] is not None
        if is_delivered and shape not in _checked:
            check({**event, "id": f"{'0' * 8}:{event['id'].partition('-')[0]}"})
            _checked.add(shape)
