"""The event stream in the OpenAPI document: DRF does not serve it, so no view describes it."""

from typing import Any

from pydantic import TypeAdapter

from mysocial.api.openapi_components import header_refs, problem_refs
from mysocial.realtime.protocol import MAX_TOPICS, Topic
from mysocial.realtime.replay import CURSOR

Json = dict[str, Any]
PATH = "/events"
_topics = TypeAdapter(list[Topic]).json_schema()
TOPICS = {
    "name": "topics",
    "in": "query",
    "description": "The topics to receive, separated by commas, besides those of your own account.",
    "schema": {**_topics, "maxItems": MAX_TOPICS},
    "style": "form",
    "explode": False,
}
CURSOR_PARAMETER = {
    "name": "cursor",
    "in": "query",
    "description": "The `X-Event-Cursor` of a response, to receive all events after it. Without "
    "it, the stream begins now.",
    "schema": {"type": "string", "pattern": f"^{CURSOR.pattern}$"},
}
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The id of the last event that you received; it takes precedence over "
    "`cursor`. Clients of server-sent events send it when they reconnect.",
    "schema": CURSOR_PARAMETER["schema"],
}
EXAMPLE = (
    'event: resumed\ndata: {"recovered":true}\n\n'
    "id: 5a0c11fe:1795000000000001\nevent: post.deleted\n"
    'data: {"id":"5a0c11fe:1795000000000001","type":"post.deleted",'
    '"data":{"id":"696887e8f1c2a30b4d5e6f70"}}\n\n'
    "id: 5a0c11fe:1795000000000002\nevent: live\n"
    'data: {"cursor":"5a0c11fe:1795000000000002"}\n\n'
)
OPERATION = {
    "operationId": "streamEvents",
    "summary": "Receive events as they happen",
    "description": "Server-sent events: `event` is the type and `data` the message that the "
    "WebSocket sends, as `/api/v1/asyncapi` describes. With a cursor, the stream begins with "
    "`resumed` and the missed events; `live` follows them. It ends with the session.",
    "tags": ["events"],
    "security": [{"access": []}],
    "parameters": [TOPICS, CURSOR_PARAMETER, LAST_EVENT_ID],
    "responses": {
        "200": {
            "description": "The stream, which stays open.",
            "headers": header_refs(["X-Request-ID"]),
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
        },
        **problem_refs(("400", "401", "429", "503")),
    },
}


def add_event_stream(result: Json, **_context: Any) -> Json:
    """Add the operation; a postprocessing hook of drf-spectacular."""
    result["paths"] = dict(sorted({**result["paths"], PATH: {"get": OPERATION}}.items()))
    return result
