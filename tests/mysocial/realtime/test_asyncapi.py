"""The AsyncAPI document is complete (`support/event_contract.py` checks each event)."""

import re

import pytest
from asgiref.sync import sync_to_async

from mysocial.core.events import Event
from mysocial.realtime.asyncapi import contract_events, document
from tests.support import api_contract, event_contract
from tests.support.people import new_client

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


def valid(name, frame):
    return not list(event_contract.validator(name).iter_errors(frame))


def test_the_document_is_open_and_every_reference_in_it_leads_somewhere():
    answer = new_client().get("/api/asyncapi")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    found = answer.json()
    assert found == document()
    assert found["asyncapi"] == "3.0.0"
    for reference in set(references(found)):
        place = found
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_it_has_every_command_with_its_answers_and_every_event():
    operations = document()["operations"]
    taken = {name for name, one in operations.items() if one["action"] == "receive"}
    assert taken == COMMANDS
    replies = {
        name: [one["$ref"].rpartition("/")[2] for one in operations[name]["reply"]["messages"]]
        for name in COMMANDS
    }
    assert replies == {
        "auth": ["SignedIn", "ErrorReply"],
        "subscribe": ["Ok", "ErrorReply"],
        "unsubscribe": ["Ok", "ErrorReply"],
        "resume": ["Recovered", "NotRecovered", "Live", "ErrorReply"],
        "ping": ["Ok", "ErrorReply"],
        "typing": ["Ok", "ErrorReply"],
    }
    told = [one["$ref"].rpartition("/")[2] for one in operations["events"]["messages"]]
    assert told == sorted(contract_events())


@pytest.mark.parametrize("kind", contract_events())
def test_every_event_says_what_it_is_and_what_its_data_is(kind):
    event = contract_events()[kind]
    assert event.__doc__ != Event.__doc__
    assert event.payload
    described = document()["components"]["messages"][kind]
    assert described["summary"]
    assert described["payload"]["properties"]["type"]["const"] == kind


def test_what_rest_answers_too_has_the_same_schema_in_both_documents():
    ours, rest = document()["components"]["schemas"], api_contract.schema()["components"]["schemas"]
    shared = set(ours) & set(rest)
    assert {"Post", "Comment", "Profile", "Notification", "ChatMessage", "Conversation"} <= shared
    assert all(ours[name] == rest[name] for name in shared)
    assert set(ours) - shared == {"SocketProblem", "SocketFieldProblem"}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"id": "0" * 24, "post_id": None, "comments_count": 0}, "$.data.post_id"),
        ({"id": "0" * 24, "comments_count": 0}, "$.data"),
        ({"id": "0" * 24, "post_id": "0" * 24, "comments_count": 0, "text": "Gone"}, "$.data"),
    ],
)
def test_an_event_that_the_document_does_not_describe_is_noticed(data, place):
    with pytest.raises(AssertionError, match=f"^comment.deleted: {re.escape(place)}: "):
        event_contract.check({"id": "0" * 8 + ":1", "type": "comment.deleted", "data": data})


async def test_what_the_socket_answers_is_what_the_document_says(connected, alice):
    read = await sync_to_async(alice.get)("posts")
    cursor = read.headers["X-Event-Cursor"]
    socket = await connected()
    token = {"type": "auth", "cid": "1", "token": alice.access}
    resume = {"type": "resume", "cid": "2", "cursor": cursor, "topics": ["feed"]}
    elsewhere = {**resume, "cursor": f"00000000:{'9' * 17}"}
    wrong = {"type": "subscribe", "cid": "3", "topic": "everything"}
    for command, answer in (
        (token, "SignedIn"),
        (resume, "Recovered"),
        (elsewhere, "NotRecovered"),
        ({"type": "subscribe", "cid": "3", "topic": "feed"}, "Ok"),
        ({"type": "unsubscribe", "cid": "4", "topic": "feed"}, "Ok"),
        ({"type": "ping", "cid": "5"}, "Ok"),
    ):
        assert valid(command["type"], command)
        assert valid(answer, said := await socket.ask(**command)), (answer, said)
        if command["type"] == "resume":
            assert valid("Live", await socket.next())
    assert not valid("subscribe", wrong)
    refusal = await socket.ask(**wrong)
    assert valid("ErrorReply", refusal)
    assert not valid("Ok", refusal)


def test_the_page_shows_all_of_it_and_needs_nothing_from_elsewhere():
    answer = new_client().get("/api/asyncapi/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    shown = re.findall(r'<h3 id="([^"]+)">', page)
    components = document()["components"]
    assert sorted(shown) == sorted([*components["messages"], *components["schemas"]])
    assert not re.search(r"<script|<img|src=|@import", page)
    elsewhere = re.findall(r'href="([^"#][^"]*)"', page)
    assert [one for one in elsewhere if not one.startswith("/static/")] == ["/api/asyncapi"]
    wanted = set(re.findall(r'href="#([^"]+)"', page))
    assert wanted
    assert wanted <= set(re.findall(r'<h[23] id="([^"]+)">', page))
