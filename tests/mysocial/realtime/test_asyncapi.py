"""The AsyncAPI document is complete (`support/event_contract.py` checks each event)."""

import re

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.events import Event
from mysocial.realtime.asyncapi import contract_events, document
from mysocial.realtime.protocol import CLOSE_REASONS, TOO_MANY_CONNECTIONS
from tests.support import api_contract, event_contract
from tests.support.people import new_client
from tests.support.stack import ROOT

COMMANDS = {"auth", "subscribe", "unsubscribe", "resume", "ping", "typing"}


def references(value):
    """Yield each `$ref` of a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def names_of(messages):
    """Return the names of the messages that are referred to."""
    return [message["$ref"].rpartition("/")[2] for message in messages]


def valid(name, frame):
    return not list(event_contract.validator(name).iter_errors(frame))


def test_the_document_is_public_and_all_its_references_resolve():
    response = new_client().get("/api/asyncapi")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    served = response.json()
    assert served == document()
    assert served["asyncapi"] == "3.0.0"
    for reference in set(references(served)):
        target = served
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_the_document_has_every_command_with_its_replies_and_every_event():
    operations = document()["operations"]
    received = {name for name, operation in operations.items() if operation["action"] == "receive"}
    assert received == COMMANDS
    replies = {name: names_of(operations[name]["reply"]["messages"]) for name in COMMANDS}
    assert replies == {
        "auth": ["SignedIn", "ErrorReply"],
        "subscribe": ["Ok", "Subscribed", "ErrorReply"],
        "unsubscribe": ["Ok", "ErrorReply"],
        "resume": ["Recovered", "NotRecovered", "Live", "ErrorReply"],
        "ping": ["Ok", "ErrorReply"],
        "typing": ["Ok", "ErrorReply"],
    }
    assert names_of(operations["events"]["messages"]) == sorted(contract_events())


@pytest.mark.parametrize("kind", contract_events())
def test_every_event_has_a_description_and_a_payload(kind):
    event = contract_events()[kind]
    assert event.__doc__ != Event.__doc__
    assert event.payload
    message = document()["components"]["messages"][kind]
    assert message["summary"]
    assert message["payload"]["properties"]["type"]["const"] == kind


def test_shared_schemas_are_equal_in_both_documents():
    events, rest = (
        document()["components"]["schemas"],
        api_contract.schema()["components"]["schemas"],
    )
    shared = set(events) & set(rest)
    assert {"Author", "Media", "Notification", "ChatMessage", "Conversation"} <= shared
    assert all(events[name] == rest[name] for name in shared)
    assert set(events) - shared == {
        "SocketProblem", "SocketFieldProblem", "SharedPost", "SharedComment", "SharedProfile",
    }  # fmt: skip
    for name, hidden in (
        ("Post", {"viewer"}), ("Comment", {"viewer"}), ("Profile", {"viewer", "posts_count"}),
    ):  # fmt: skip
        part, whole = events[f"Shared{name}"]["properties"], rest[name]["properties"]
        assert part == {field: kind for field, kind in whole.items() if field not in hidden}


DELETED = {
    "id": "0" * 24,
    "post_id": "0" * 24,
    "thread_id": None,
    "comments_count": 0,
    "thread_replies_count": None,
}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({**DELETED, "post_id": None}, "$.data.post_id"),
        ({name: DELETED[name] for name in DELETED if name != "post_id"}, "$.data"),
        ({**DELETED, "text": "Gone"}, "$.data"),
    ],
)
def test_an_event_that_violates_the_document_is_detected(data, path):
    with pytest.raises(AssertionError, match=f"^comment.deleted: {re.escape(path)}: "):
        event_contract.check({"id": "0" * 8 + ":1", "type": "comment.deleted", "data": data})


async def test_the_replies_match_the_document(connected, alice):
    read = await sync_to_async(alice.get)("posts")
    cursor = read.headers["X-Event-Cursor"]
    socket = await connected()
    token = {"type": "auth", "cid": "1", "token": alice.access}
    resume = {"type": "resume", "cid": "2", "cursor": cursor, "topics": ["feed"]}
    elsewhere = {**resume, "cursor": f"00000000:{'9' * 17}"}
    wrong = {"type": "subscribe", "cid": "3", "topic": "everything"}
    for command, reply_name in (
        (token, "SignedIn"),
        (resume, "Recovered"),
        (elsewhere, "NotRecovered"),
        ({"type": "subscribe", "cid": "3", "topic": "feed"}, "Ok"),
        ({"type": "unsubscribe", "cid": "4", "topic": "feed"}, "Ok"),
        ({"type": "ping", "cid": "5"}, "Ok"),
    ):
        assert valid(command["type"], command)
        reply = await socket.ask(**command)
        assert valid(reply_name, reply), (reply_name, reply)
        if command["type"] == "resume":
            assert valid("Live", await socket.next())
    assert not valid("subscribe", wrong)
    error = await socket.ask(**wrong)
    assert valid("ErrorReply", error)
    assert not valid("Ok", error)


def test_the_page_shows_everything_without_external_resources():
    response = new_client().get("/api/asyncapi/docs")
    assert response.status_code == 200
    page = response.content.decode()
    shown = re.findall(r'<h3 id="([^"]+)">', page)
    components = document()["components"]
    assert sorted(shown) == sorted([*components["messages"], *components["schemas"]])
    assert not re.search(r"<script|<img|src=|@import", page)
    links = re.findall(r'href="([^"#][^"]*)"', page)
    assert [link for link in links if not link.startswith("/static/")] == ["/api/asyncapi"]
    wanted = set(re.findall(r'href="#([^"]+)"', page))
    assert wanted
    assert wanted <= set(re.findall(r'<h[23] id="([^"]+)">', page))


def test_the_close_codes_are_described_here_and_in_the_guide():
    guide = (ROOT / "docs" / "events.md").read_text()
    description = document()["channels"]["socket"]["description"]
    assert TOO_MANY_CONNECTIONS in CLOSE_REASONS
    for code in CLOSE_REASONS:
        assert f"{code}: " in description
        assert f"| {code} |" in guide
