"""Packing: stored responses and events are compressed without a change of their content."""

import pytest

from mysocial.core.redis import client
from mysocial.core.stored_responses import parse_stored_response
from mysocial.persistence import packing, tasks
from mysocial.persistence.packing import EVENTS_PER_BLOCK
from mysocial.realtime.replay import events_since
from tests.support.people import logged_events

KEY = "Idempotency-Key"


def stored_bytes(kind: str) -> int:
    return int(client().hget("stored_bytes", kind) or 0)


def response_keys() -> list[bytes]:
    return sorted(client().scan_iter("idempotency:*"))


def test_a_packed_response_is_replayed_byte_for_byte_after_an_edit_and_a_deletion(alice):
    first = alice.post("posts", {"text": "é" * 2000}, **{KEY: "a"})
    stored = stored_bytes("responses")
    (key,) = response_keys()
    raw = client().get(key)
    assert stored == len(raw)

    assert packing.pack_new_responses() == 1
    packed = client().get(key)
    assert packed != raw
    assert parse_stored_response(packed) == parse_stored_response(raw)
    assert stored_bytes("responses") == len(packed) < len(raw) / 5

    post_id = first.json()["post"]["id"]
    alice.patch(f"posts/{post_id}", {"text": "Now"})
    alice.delete(f"posts/{post_id}")
    again = alice.post("posts", {"text": "é" * 2000}, **{KEY: "a"})
    assert (again.status_code, again.content) == (201, first.content)
    assert alice.post("posts", {"text": "Other"}, **{KEY: "a"}).status_code == 422


def test_a_packed_response_is_replayed_to_a_write_that_finds_it_only_in_the_script(
    alice, monkeypatch
):
    first = alice.post("posts", {"text": "x" * 300}, **{KEY: "a"})
    packing.pack_new_responses()
    monkeypatch.setattr("mysocial.api.idempotency.parse_stored_response", _unseen)
    with pytest.raises(AssertionError):
        alice.post("posts", {"text": "x" * 300}, **{KEY: "a"})
    monkeypatch.undo()
    assert alice.post("posts", {"text": "x" * 300}, **{KEY: "a"}).content == first.content


def _unseen(_stored: bytes) -> None:
    raise AssertionError


def test_packing_again_changes_nothing(alice):
    for number in range(3):
        alice.post("posts", {"text": "x" * 300}, **{KEY: str(number)})
    assert tasks.pack_history() == 3
    before = [client().get(key) for key in response_keys()]
    assert tasks.pack_history() == 0
    assert [client().get(key) for key in response_keys()] == before
    assert stored_bytes("responses") == sum(map(len, before))
    assert (client().llen("new_responses"), client().llen("packed_responses")) == (0, 3)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_response_is_deleted_when_it_is_due(alice, settings, is_packed):
    settings.IDEMPOTENCY_SECONDS = -1
    alice.post("posts", {"text": "x"}, **{KEY: "due"})
    settings.IDEMPOTENCY_SECONDS = 60
    alice.post("posts", {"text": "x"}, **{KEY: "kept"})
    if is_packed:
        packing.pack_new_responses()
    assert tasks.delete_expired() == 1
    (kept,) = response_keys()
    assert stored_bytes("responses") == client().strlen(kept)
    assert client().llen("new_responses") + client().llen("packed_responses") == 1
    assert tasks.delete_expired() == 0


def test_packed_events_are_replayed_as_they_were(alice):
    cursor = alice.get("posts").headers["X-Event-Cursor"]
    for number in range(2 * EVENTS_PER_BLOCK + 3):
        alice.create_post(f"Post {number}")
    before, expected = logged_events(), events_since(cursor, ["feed", f"user:{alice.id}"], alice.id)
    stored = stored_bytes("events")

    assert packing.pack_old_events() == 0  # dispatchers may still read them
    assert packing.pack_old_events(min_age_seconds=-1) == 2 * EVENTS_PER_BLOCK

    assert (client().zcard("packed_events"), client().xlen("events")) == (2, 3)
    assert stored_bytes("events") < stored / 3
    assert logged_events() == before
    replayed = events_since(cursor, ["feed", f"user:{alice.id}"], alice.id)
    assert replayed == expected
    assert len(replayed.entries) == 2 * EVENTS_PER_BLOCK + 3
    middle = before[EVENTS_PER_BLOCK + 4]["id"].partition("-")[0]
    entries = events_since(f"{cursor[:8]}:{middle}", ["feed"], alice.id).entries
    assert [entry.offset for entry in entries] == [
        int(event["id"].partition("-")[0]) for event in before[EVENTS_PER_BLOCK + 5 :]
    ]


def test_a_client_that_resumes_from_before_trimmed_blocks_must_read_again(alice, settings):
    cursor = alice.get("posts").headers["X-Event-Cursor"]
    for number in range(EVENTS_PER_BLOCK + 1):
        alice.create_post(f"Post {number}")
    packing.pack_old_events(min_age_seconds=-1)
    assert events_since(cursor, ["feed"], alice.id).reason == ""

    settings.EVENT_LOG_BYTES = stored_bytes("events") - 1
    last = alice.create_post("Last")

    assert client().zcard("packed_events") == 0
    assert stored_bytes("events") <= settings.EVENT_LOG_BYTES
    assert events_since(cursor, ["feed"], alice.id).reason == "too_old"
    floor = client().get("log_floor").decode()
    replayed = events_since(f"{cursor[:8]}:{floor}", ["feed"], alice.id)
    assert (replayed.reason, len(replayed.entries)) == ("", 2)
    assert last["id"].encode() in replayed.entries[-1].fields[b"context"]


def test_packing_events_that_were_trimmed_meanwhile_changes_nothing(alice):
    for number in range(EVENTS_PER_BLOCK):
        alice.create_post(f"Post {number}")
    entries = client().xrange("events")
    client().xdel("events", entries[0][0])
    before = (client().xrange("events"), stored_bytes("events"))
    assert packing._pack_block(entries) == 0
    assert (client().xrange("events"), stored_bytes("events")) == before
    assert client().exists("packed_events") == 0
