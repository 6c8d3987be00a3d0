"""The AsyncAPI 3.0 document of the WebSocket, generated from the protocol and event classes."""

import functools
import inspect
import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from pydantic.json_schema import models_json_schema

from mysocial.api.openapi_document import openapi_document
from mysocial.core.event_schemas import component, partial_payloads, schema_of
from mysocial.core.events import EVENTS, EphemeralEvent, Event
from mysocial.realtime.protocol import (
    CLOSE_REASONS,
    COMMANDS,
    MAX_TOPICS,
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
    "Events over one WebSocket. Authenticate with an access token, then resume from the cursor of "
    "a response of the REST API. Each event is sent once, in order."
)
QUERY = {
    "type": "object",
    "properties": {
        "topics": {
            "type": "string",
            "description": f"The first topics, at most {MAX_TOPICS}, separated by commas.",
        }
    },
}
SECURITY_SCHEME = {
    "type": "httpApiKey",
    "in": "header",
    "name": "Sec-WebSocket-Protocol",
    "description": "`mysocial, <access token>`. Or send the command `auth` within 5 seconds.",
}


@functools.cache
def document() -> dict[str, Any]:
    """Return the AsyncAPI document."""
    events = contract_events()
    schemas, definitions = _protocol_schemas()
    payloads = schemas | {name: _event_schema(event) for name, event in events.items()}
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
                "description": f"Commands with their replies, and events. {_close_codes()}",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"query": QUERY}},
            }
        },
        "operations": _operations(events),
        "components": {
            "messages": messages,
            "schemas": _components(payloads, definitions),
            "securitySchemes": {"access": SECURITY_SCHEME},
        },
    }


def _message(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": schema.get("description", ""),
        "contentType": "application/json",
        "payload": schema,
    }


def contract_events() -> dict[str, type[Event]]:
    """Return the event classes of the apps by type, without those that tests define."""
    return {
        name: event
        for name, event in sorted(EVENTS.items())
        if apps.get_containing_app_config(event.__module__)
    }


def _close_codes() -> str:
    reasons = "; ".join(f"{code}: {reason}" for code, reason in CLOSE_REASONS.items())
    return f"The server closes the connection with {reasons}."


def _description(described_class: type[Any]) -> str:
    return " ".join((inspect.getdoc(described_class) or "").split())


def _name(model: type[Any]) -> str:
    """Return the name of the message of a class; the name of a command is its type."""
    if issubclass(model, CommandMessage):
        return str(model.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]
    return str(model.__name__)


def _protocol_schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the JSON Schemas of commands and replies by message, and those they refer to."""
    validated = [(model, "validation") for model in COMMANDS]
    serialized = [(model, "serialization") for model in REPLIES]
    models: Any = [*validated, *serialized]
    schemas, shared = models_json_schema(models, ref_template=REF + "{model}")
    definitions = shared["$defs"]
    messages = {
        _name(model): definitions[schemas[model, mode]["$ref"].removeprefix(REF)]
        for model, mode in models
    }
    return messages, definitions


def _event_schema(event: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema of an event's frame; ephemeral events have no id."""
    properties = {
        "type": {"type": "string", "const": event.type},
        "data": schema_of(event.payload),
    }
    if not issubclass(event, EphemeralEvent):
        properties = {"id": {"type": "string", "pattern": f"^{CURSOR.pattern}$"}, **properties}
    return {
        "type": "object",
        "description": _description(event),
        "required": list(properties),
        "properties": properties,
    }


def _components(payloads: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas that the payloads refer to, directly or indirectly."""
    known = {**openapi_document()["components"]["schemas"], **definitions}
    for event in contract_events().values():
        for part in partial_payloads(event.payload):
            known[part.name] = part.schema(known[component(part.serializer)])
    components: dict[str, Any] = {}
    pending = list(_refs(payloads))
    while pending:
        name = pending.pop()
        if name not in components:
            components[name] = known[name]
            pending += _refs(components[name])
    return dict(sorted(components.items()))


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


def _replies(command: type[CommandMessage]) -> tuple[type[Reply], ...]:
    return (*REPLIES_BY_COMMAND.get(command, (Ok,)), ErrorReply)


def _operations(event_types: Iterable[str]) -> dict[str, Any]:
    """Return the operations of the server: it receives commands and sends events."""
    channel = {"$ref": f"#/channels/{CHANNEL}"}

    def references(*names: str) -> list[dict[str, str]]:
        return [{"$ref": f"#/channels/{CHANNEL}/messages/{name}"} for name in names]

    commands: tuple[type[CommandMessage], ...] = COMMANDS
    receive = {
        _name(command): {
            "action": "receive",
            "channel": channel,
            "summary": _description(command),
            "messages": references(_name(command)),
            "reply": {
                "channel": channel,
                "messages": references(*map(_name, _replies(command))),
            },
        }
        for command in commands
    }
    send = {
        "action": "send",
        "channel": channel,
        "summary": "Changes, sent to members who may see them at the time of delivery.",
        "messages": references(*event_types),
    }
    return {**receive, "events": send}


def outline() -> dict[str, Any]:
    """Return the context of the documentation page: messages by purpose, and schemas."""
    content = document()
    messages, operations = content["components"]["messages"], content["operations"]

    def resolve(references: list[dict[str, str]]) -> list[dict[str, Any]]:
        names = [reference["$ref"].rpartition("/")[2] for reference in references]
        return [{**messages[name], "text": _pretty(messages[name]["payload"])} for name in names]

    commands = [operation for operation in operations.values() if operation["action"] == "receive"]
    return {
        "info": content["info"],
        "servers": content["servers"].values(),
        "channels": content["channels"].values(),
        "security": SECURITY_SCHEME["description"],
        "commands": [
            {**resolve(command["messages"])[0], "replies": resolve(command["reply"]["messages"])}
            for command in commands
        ],
        "replies": resolve([{"$ref": f"/{_name(reply)}"} for reply in REPLIES]),
        "events": resolve(operations["events"]["messages"]),
        "schemas": {
            name: _pretty(schema) for name, schema in content["components"]["schemas"].items()
        },
    }


def _pretty(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)
