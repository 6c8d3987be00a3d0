"""A server that is away or full: nothing is lost, nothing is made up, and what can go on does."""

import time
from collections.abc import Iterator

import pytest
from django.test import Client

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import check_durability, client
from mysocial.persistence import dead_letters, flush, tasks
from mysocial.store import pagination, reads, write
from tests.support import servers
from tests.support.example_records import (
    QUEUE,
    Thing,
    change,
    dirty_keys,
    everything,
    evict,
    get,
    key,
    like,
    make,
    put,
    thing_template,
    things,
    walk,
)
from tests.support.people import logged_events
from tests.support.stack import wait_for


@pytest.fixture
def impatient(settings) -> Iterator[None]:
    """Wait for MongoDB only briefly."""
    settings.MONGO_TIMEOUT_MS = 200
    mongo.close()
    yield
    mongo.close()


@pytest.fixture
def mongod_hangs(impatient) -> Iterator[None]:
    mongo.ping()
    servers.MONGOD.pause()
    yield
    servers.MONGOD.resume()


@pytest.fixture
def shelf(flush_all) -> list[Thing]:
    """Two things that MongoDB has and Redis does not, and then one that only Redis has."""
    outcome = [put(1, name="known", code="gold"), put(2, name="unknown", code="tin")]
    flush_all()
    evict()
    walk()
    client().delete(key(outcome[1]), things.unique_key("code", "tin"))
    return [*outcome, put(3, name="new")]


# MongoDB -----------------------------------------------------------------------------------------


def test_what_redis_knows_is_read_and_written_while_mongodb_hangs(shelf, mongod_hangs):
    known, _, new = shelf
    change(known, name="changed")
    change(new, note="changed")
    more = make(4, name="more")
    with write() as w:
        w.create(more, new_id=True)

    assert (get(known).name, get(new).note, get(more).name) == ("changed", "changed", "more")
    page = pagination.ListQuery(thing_template, "shelf", limit=1).result()
    assert [row.id for row in page.rows] == [more.id]


def test_what_only_mongodb_knows_is_unavailable_while_it_hangs_and_never_absent(
    shelf, mongod_hangs
):
    _, unknown, new = shelf
    before = everything()
    began = time.monotonic()

    with pytest.raises(Unavailable) as refusal:
        reads.get_record(things, unknown.id)
    assert refusal.value.retry_after == 2
    with pytest.raises(Unavailable):
        reads.get_records(things, [unknown.id])
    with pytest.raises(Unavailable):
        reads.find_by_unique(things, "code", "tin")
    with pytest.raises(Unavailable):
        walk("owner", "f" * 24)
    with pytest.raises(Unavailable):
        put(5, code="iron")
    with pytest.raises(Unavailable):
        like(unknown, "bob")

    assert time.monotonic() - began < 15
    assert logged_events() == []
    assert client().hgetall(key(unknown)).keys() == {b"?"}
    assert dirty_keys() == [key(new)]
    assert everything()[key(new).encode()] == before[key(new).encode()]


def test_a_mongodb_that_comes_back_gets_everything(shelf, mongod_hangs):
    known, unknown, new = shelf
    change(known, name="changed")
    servers.MONGOD.resume()

    assert get(unknown).name == "unknown"
    assert flush.flush_queue(QUEUE) == 2
    assert {item["_id"]: item["name"] for item in mongo.find(Thing, {})} == {
        known.id: "changed",
        unknown.id: "unknown",
        new.id: "new",
    }
    assert walk() == [new.id, unknown.id, known.id]


def test_a_mongodb_that_died_gets_everything_when_it_is_started_again(shelf, impatient):
    known, unknown, new = shelf
    servers.MONGOD.kill()
    try:
        change(known, name="changed")
        for _ in range(2):
            with pytest.raises(Unavailable):
                flush.flush_queue(QUEUE)
        with pytest.raises(Unavailable):
            reads.get_record(things, unknown.id)
        assert tasks.FLUSH_TASKS[QUEUE]() == 0
        assert client().exists("backoff") == 1
        assert set(dirty_keys()) == {key(known), key(new)}
        assert dead_letters.count_dead_letters()[QUEUE] == 0
    finally:
        servers.MONGOD.start()

    client().delete("backoff")
    mongo.close()
    assert tasks.FLUSH_TASKS[QUEUE]() == 2
    evict()
    assert walk() == [new.id, unknown.id, known.id]
    assert get(known).name == "changed"


# Redis -------------------------------------------------------------------------------------------


def test_without_redis_nothing_is_acknowledged_and_what_was_is_there_after(alice, flush_all):
    client().config_set("appendfsync", "always")  # as promised by default; it starts with less
    thing = put(name="A lamp", code="gold")
    access = {"Authorization": f"Bearer {alice.access}"}
    servers.VALKEY.kill()
    try:
        with pytest.raises(Unavailable):
            put()
        with pytest.raises(Unavailable):
            get(thing)
        with pytest.raises(Unavailable):
            flush.flush_queue(QUEUE)
        answer = Client().post(
            "/api/v1/posts", {"text": "Hello"}, content_type="application/json", headers=access
        )
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    finally:
        servers.VALKEY.start()

    assert (get(thing).name, reads.find_by_unique(things, "code", "gold")) == ("A lamp", thing.id)
    assert walk() == [thing.id]
    assert dirty_keys() == [key(thing)]
    assert "post.created" not in [event["type"] for event in logged_events()]
    flush_all()
    evict()
    assert walk() == [thing.id]


def test_scripts_are_loaded_again_after_they_were_forgotten():
    thing = put()
    client().script_flush()

    change(thing, name="A lamp")
    assert get(thing).name == "A lamp"
    assert flush.flush_queue(QUEUE) == 1


@pytest.mark.parametrize(
    "promise", [("appendfsync", "no"), ("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]
)
def test_a_redis_that_does_not_keep_what_is_promised_is_not_used(promise):
    thing = put()
    name, value = promise
    kept = client().config_get(name)
    before = client().hgetall(key(thing))
    client().config_set(name, value)
    check_durability.cache_clear()
    try:
        with pytest.raises(Unavailable, match=name):
            change(thing, name="A lamp")
        assert client().hgetall(key(thing)) == before
    finally:
        client().config_set(name, next(iter(kept.values())))
        # A file that is switched on again holds nothing until it is rewritten, and the next
        # test may kill this server.
        wait_for(_file_is_whole, within=20, name="the append-only file")

    change(thing, name="A lamp")
    assert get(thing).name == "A lamp"


def _file_is_whole() -> bool:
    state = client().info("persistence")
    return not (state["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"])


def test_a_worker_that_starts_while_redis_is_away_waits_for_beat(caplog):
    servers.VALKEY.kill()
    try:
        tasks.wake_all()
    finally:
        servers.VALKEY.start()
    assert "wait for the next beat" in caplog.text
