"""Every event of a test run keeps to the AsyncAPI document that clients are given."""

import functools
from typing import Any

from jsonschema import Draft202012Validator

from mysocial.realtime.asyncapi import contract_events, document
from tests.support.people import logged_events

_known: set[str] = set()  # the type and shape of what was looked at already


def _closed(schema: Any) -> Any:
    """Return the schema with nothing allowed that it does not name.

    Clients are to bear a new field; here, one that nobody described is a defect.
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
    """Return what judges a message of this name: a command, an answer or an event."""
    components = document()["components"]
    schema = components["messages"][name]["payload"]
    return Draft202012Validator(_closed({**schema, "components": components}))


def _shape(value: Any) -> Any:
    """Return of what kinds a value is made; a short text may be a word of ours, and counts."""
    if isinstance(value, dict):
        return {name: _shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shape(part) for part in value]
    if isinstance(value, str):
        return value if len(value) < 10 else len(value)
    return type(value).__name__


def check(event: dict[str, Any]) -> None:
    """Fail unless an event of the log is one that the document describes."""
    frame = {name: event[name] for name in ("id", "type", "data")}
    for error in validator(event["type"]).iter_errors(frame):
        raise AssertionError(f"{event['type']}: {error.json_path}: {error.message}")


def check_all() -> None:
    """Fail unless the document describes every event of the log; each shape is looked at once."""
    for event in logged_events():
        shape = f"{event['type']} {_shape(event['data'])}"
        if event["type"] in contract_events() and shape not in _known:
            check({**event, "id": f"{'0' * 8}:{event['id'].partition('-')[0]}"})
            _known.add(shape)
