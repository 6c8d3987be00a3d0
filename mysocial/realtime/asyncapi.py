"""How the socket describes itself: AsyncAPI 3.0, made of the classes that validate and announce."""

import functools
import inspect
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from pydantic.json_schema import models_json_schema

from mysocial.core.event_schemas import schema_of
from mysocial.core.events import EVENTS, EphemeralEvent, Event
from mysocial.realtime.protocol import (
    COMMANDS,
    REPLIES,
    REPLIES_BY_COMMAND,
    CommandMessage,
    ErrorReply,
    Ok,
    Reply,
)
from mysocial.realtime.replay import CURSOR

REF = "#/components/schemas/"
CHANNEL = "socket"
DESCRIPTION = (
    "What changed, told over one WebSocket: sign in with an access token, resume from the cursor "
    "of any answer of the REST API, and each event comes once, in order."
)
PROTOCOLS = {
    "type": "httpApiKey",
    "in": "header",
    "name": "Sec-WebSocket-Protocol",
    "description": "`mysocial, <access token>`; or the command `auth` within 5 s.",
}


@functools.cache
def document() -> dict[str, Any]:
    """Return the AsyncAPI document."""
    kinds = contract_events()
    frames, parts = _frames()
    payloads = frames | {kind: _event(event) for kind, event in kinds.items()}
    messages = {name: _message(name, schema) for name, schema in payloads.items()}
    scheme, _, host = settings.PUBLIC_URL.partition("://")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": settings.SPECTACULAR_SETTINGS["TITLE"],
            "version": settings.SPECTACULAR_SETTINGS["VERSION"],
            "description": DESCRIPTION,
        },
        "defaultContentType": "application/json",
        "servers": {
            "public": {
                "host": host,
                "protocol": "wss" if scheme == "https" else "ws",
                "security": [{"$ref": "#/components/securitySchemes/access"}],
            }
        },
        "channels": {
            CHANNEL: {
                "address": "/ws",
                "description": "Commands and their answers, and events.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": _operations(kinds),
        "components": {
            "messages": messages,
            "schemas": _components(payloads, parts),
            "securitySchemes": {"access": PROTOCOLS},
        },
    }


def _message(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    summary = schema.get("description", "")
    kind = "application/json"
    return {"name": name, "summary": summary, "contentType": kind, "payload": schema}


def contract_events() -> dict[str, type[Event]]:
    """Return the events of the apps by type; those of tests are no part of the contract."""
    apps = {name for name in settings.INSTALLED_APPS if "." not in name}
    return {
        kind: event
        for kind, event in sorted(EVENTS.items())
        if event.__module__.partition(".")[0] in apps
    }


def _said(subject: type[Any]) -> str:
    return " ".join((inspect.getdoc(subject) or "").split())


def _name(model: type[Any]) -> str:
    """Return what the message of a class is called: a command by its type."""
    if issubclass(model, CommandMessage):
        return str(model.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]
    return str(model.__name__)


def _frames() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the JSON Schemas of the commands and answers, by message, and all they refer to."""
    validated = [(model, "validation") for model in COMMANDS]
    sent = [(model, "serialization") for model in REPLIES]
    wanted: Any = [*validated, *sent]
    schemas, shared = models_json_schema(wanted, ref_template=REF + "{model}")
    found = shared["$defs"]
    messages = {
        _name(model): found[schemas[model, mode]["$ref"].removeprefix(REF)]
        for model, mode in wanted
    }
    return messages, found


def _event(event: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema of an event's frame; what passes has no id."""
    properties = {
        "type": {"type": "string", "const": event.type},
        "data": schema_of(event.payload),
    }
    if not issubclass(event, EphemeralEvent):
        properties = {"id": {"type": "string", "pattern": f"^{CURSOR.pattern}$"}, **properties}
    return {
        "type": "object",
        "description": _said(event),
        "required": list(properties),
        "properties": properties,
    }


def _components(payloads: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas that these name, and those that they name in turn."""
    generator: Any = SchemaGenerator  # it has no types
    rest = generator().get_schema(request=None, public=True)["components"]["schemas"]
    known = {**rest, **parts}
    found: dict[str, Any] = {}
    due = list(_refs(payloads))
    while due:
        name = due.pop()
        if name not in found:
            found[name] = known[name]
            due += _refs(found[name])
    return dict(sorted(found.items()))


def _refs(schema: Any) -> Iterable[str]:
    """Yield the names of the schemas that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(target := schema.get("$ref"), str):
            yield target.removeprefix(REF)
        for part in schema.values():
            yield from _refs(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _refs(part)


def _answers(command: type[CommandMessage]) -> tuple[type[Reply], ...]:
    return (*REPLIES_BY_COMMAND.get(command, (Ok,)), ErrorReply)


def _operations(kinds: Iterable[str]) -> dict[str, Any]:
    """Return what the server does: it takes commands and answers them, and sends events."""
    here = {"$ref": f"#/channels/{CHANNEL}"}

    def of(*names: str) -> list[dict[str, str]]:
        return [{"$ref": f"#/channels/{CHANNEL}/messages/{name}"} for name in names]

    commands: tuple[type[CommandMessage], ...] = COMMANDS
    taken = {
        _name(command): {
            "action": "receive",
            "channel": here,
            "summary": _said(command),
            "messages": of(_name(command)),
            "reply": {"channel": here, "messages": of(*map(_name, _answers(command)))},
        }
        for command in commands
    }
    told = {
        "action": "send",
        "channel": here,
        "summary": "What changed, to whoever may know it, asked again at every delivery.",
        "messages": of(*kinds),
    }
    return {**taken, "events": told}


def outline() -> dict[str, Any]:
    """Return what the page shows: the messages by what they are for, and the shapes they name."""
    described = document()
    messages, operations = described["components"]["messages"], described["operations"]

    def shown(references: list[dict[str, str]]) -> list[dict[str, Any]]:
        names = [one["$ref"].rpartition("/")[2] for one in references]
        return [{**messages[name], "text": _pretty(messages[name]["payload"])} for name in names]

    commands = [one for one in operations.values() if one["action"] == "receive"]
    return {
        "info": described["info"],
        "servers": described["servers"].values(),
        "channels": described["channels"].values(),
        "protocols": PROTOCOLS["description"],
        "commands": [
            {**shown(one["messages"])[0], "answers": shown(one["reply"]["messages"])}
            for one in commands
        ],
        "answers": shown([{"$ref": f"/{_name(answer)}"} for answer in REPLIES]),
        "events": shown(operations["events"]["messages"]),
        "shapes": {
            name: _pretty(schema) for name, schema in described["components"]["schemas"].items()
        },
    }


def _pretty(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)
