"""`GET /api/v1/events`: server-sent events."""

import json
import re

import pytest
from asgiref.sync import sync_to_async

from mysocial.realtime.dispatcher import get_dispatcher
from tests.support import api_contract, event_contract
from tests.support.event_streams import Stream


@pytest.fixture
async def opened():
    streams = []

    async def open_(*args, **kwargs):
        stream = Stream(*args, **kwargs)
        streams.append(stream)
        status, headers = await stream.begin()
        assert (status, headers[b"content-type"]) == (200, b"text/event-stream")
        return stream

    yield open_
    for stream in streams:
        await stream.leave()
    await get_dispatcher().stop()


async def test_events_are_those_of_the_websocket_for_the_same_audience(
    opened, alice, bob, stranger
):
    await sync_to_async(bob.put)(f"users/{alice.id}/follow")
    bobs = await opened(bob, "topics=feed")
    strangers = await opened(stranger, f"topics=feed,user:{alice.id}")
    hidden = await sync_to_async(alice.create_post)("For followers", privacy="followers")
    shown = await sync_to_async(alice.create_post)("For all")
    events = [await bobs.next(), await bobs.next()]
    assert [json.loads(event["data"])["data"] for event in events] == [hidden, shown]
    assert [event["event"] for event in events] == ["post.created"] * 2
    ids = [event["id"] for event in events]
    assert [json.loads(event["data"])["id"] for event in events] == ids
    assert await strangers.next() == events[1]


async def test_a_stream_resumes_from_its_last_event(opened, alice, bob):
    first = await opened(bob, "topics=feed")
    posts = [await sync_to_async(alice.create_post)(str(number)) for number in range(3)]
    last = (await first.next())["id"]
    await first.leave()
    again = await opened(bob, "topics=feed", last_event_id=last)
    resumed = await again.next()
    assert (resumed["event"], json.loads(resumed["data"])) == ("resumed", {"recovered": True})
    assert "id" not in resumed
    missed = [await again.next(), await again.next()]
    assert [json.loads(event["data"])["data"] for event in missed] == posts[1:]
    live = await again.next()
    assert (live["event"], live["id"]) == ("live", missed[-1]["id"])
    posts.append(await sync_to_async(alice.create_post)("new"))
    assert json.loads((await again.next())["data"])["data"] == posts[-1]


async def test_a_cursor_of_another_log_is_reported(opened, bob):
    stream = await opened(bob, "cursor=00000000:17")
    resumed = await stream.next()
    assert json.loads(resumed["data"]) == {"recovered": False, "reason": "epoch_changed"}
    assert (await stream.next())["event"] == "live"


async def test_the_document_describes_the_stream_and_its_refusals(opened, alice):
    operation = api_contract.paths()["/api/v1/events"]["get"]
    assert operation["operationId"] == "streamEvents"
    assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"]
    for person, query, status in ((alice, "topics=everything", 400), (None, "", 401)):
        stream = Stream(person, query)
        assert (await stream.begin())[0] == status
        problem = api_contract.resolved(operation["responses"][str(status)])
        assert list(problem["content"]) == ["application/problem+json"]
        assert (await stream.body()).keys() == problem["content"]["application/problem+json"][
            "example"
        ].keys()
        await stream.leave()


async def test_the_example_of_the_document_is_a_stream(opened, alice, bob):
    operation = api_contract.paths()["/api/v1/events"]["get"]
    stream = Stream()
    stream.text = operation["responses"]["200"]["content"]["text/event-stream"]["example"]
    resumed, event, live = [await stream.next() for _ in range(3)]
    assert json.loads(resumed["data"]) == {"recovered": True}
    event_contract.check(json.loads(event["data"]))
    assert json.loads(event["data"])["id"] == event["id"]
    assert json.loads(live["data"]) == {"cursor": live["id"]}


async def test_the_parameters_of_the_document_are_those_of_the_stream(opened, alice):
    operation = api_contract.paths()["/api/v1/events"]["get"]
    topics, cursor, last_event_id = operation["parameters"]
    pattern = re.compile(topics["schema"]["items"]["pattern"])
    for topic in ("feed", "home", "presence", f"post:{alice.id}", f"user:{alice.id}"):
        assert pattern.search(topic)
        assert await opened(alice, f"topics={topic}")
    for topic in ("everything", "post:1"):
        assert not pattern.search(topic)
    assert re.search(cursor["schema"]["pattern"], "00000000:17")
    assert (cursor["name"], last_event_id["name"]) == ("cursor", "Last-Event-ID")
    assert topics["schema"]["maxItems"] == 100


async def test_the_stream_ends_with_its_session(opened, alice):
    stream = await opened(alice)
    await sync_to_async(alice.post)("signout")
    assert (await stream.next())["event"] == "session.ended"
    assert await stream.next() is None


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("topics=everything", "invalid", "topics"),
        ("topics=post:1", "invalid", "topics"),
        ("topics=" + ",".join(["feed"] * 101), "invalid", "topics"),
        ("topic=feed", "invalid", "topic"),
        ("cursor=x", "invalid", "cursor"),
    ],
)
async def test_an_invalid_query_is_refused(alice, query, code, field):
    stream = Stream(alice, query)
    status, headers = await stream.begin()
    assert (status, headers[b"content-type"]) == (400, b"application/problem+json")
    problem = await stream.body()
    assert (problem["code"], problem["errors"][0]["field"]) == (code, field)
    await stream.leave()
    await get_dispatcher().stop()


async def test_a_token_is_required(alice):
    for stream in (Stream(), Stream(authorization="Bearer x"), Stream(authorization="Basic x")):
        status, headers = await stream.begin()
        assert (status, headers[b"www-authenticate"]) == (401, b"Bearer")
        await stream.leave()
    stream = Stream(alice, method="POST")
    assert (await stream.begin())[0] == 405
    await stream.leave()
    await get_dispatcher().stop()
