"""Outages of MongoDB and Redis: acknowledged writes survive, and unknown data is not absent."""

import time
from collections.abc import Iterator

import pytest
from django.test import Client

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client, durability
from mysocial.persistence import dead_letters, flush, tasks
from mysocial.store import pagination, reads, write
from tests.support import servers
from tests.support.concurrency import wait_for_mongodb
from tests.support.example_records import (
    QUEUE,
    Thing,
    build_thing,
    create_thing,
    dirty_keys,
    dump_redis,
    evict_cached_keys,
    get_thing,
    like_thing,
    read_all_pages,
    record_key,
    thing_template,
    things,
    update_thing,
)
from tests.support.people import logged_events
from tests.support.stack import wait_for


@pytest.fixture
def short_mongo_timeout(settings) -> Iterator[None]:
    """Wait for MongoDB only briefly."""
    settings.MONGO_TIMEOUT_MS = 500
    mongo.close()
    yield
    mongo.close()


@pytest.fixture
def mongod_hangs(short_mongo_timeout) -> Iterator[None]:
    """Pause MongoDB until the test ends."""
    wait_for_mongodb()
    servers.MONGOD.pause()
    yield
    servers.MONGOD.resume()


@pytest.fixture
def stored_things(flush_all) -> list[Thing]:
    """Return a thing that is in both databases, one only in MongoDB and one only in Redis."""
    flushed = [
        create_thing(1, name="known", code="gold"),
        create_thing(2, name="unknown", code="tin"),
    ]
    flush_all()
    evict_cached_keys()
    read_all_pages()
    client().delete(record_key(flushed[1]), things.unique_key("code", "tin"))
    return [*flushed, create_thing(3, name="new")]


# MongoDB -----------------------------------------------------------------------------------------


def test_cached_records_are_read_and_written_while_mongodb_hangs(stored_things, mongod_hangs):
    known, _, new = stored_things
    update_thing(known, name="changed")
    update_thing(new, note="changed")
    created = build_thing(4, name="created")
    with write() as w:
        w.create(created, new_id=True)

    assert get_thing(known).name == "changed"
    assert get_thing(new).note == "changed"
    assert get_thing(created).name == "created"
    page = pagination.ListQuery(thing_template, "listed", limit=1).result()
    assert [row.id for row in page.rows] == [created.id]


def test_unknown_data_is_unavailable_and_never_absent_while_mongodb_hangs(
    stored_things, mongod_hangs
):
    _, unknown, new = stored_things
    before = dump_redis()
    started_at = time.monotonic()

    with pytest.raises(Unavailable) as error:
        reads.get_record(things, unknown.id)
    assert error.value.retry_after == 2
    with pytest.raises(Unavailable):
        reads.get_records(things, [unknown.id])
    with pytest.raises(Unavailable):
        reads.find_by_unique(things, "code", "tin")
    with pytest.raises(Unavailable):
        read_all_pages("owner", "f" * 24)
    with pytest.raises(Unavailable):
        create_thing(5, code="iron")
    with pytest.raises(Unavailable):
        like_thing(unknown, "bob")

    assert time.monotonic() - started_at < 15
    assert logged_events() == []
    assert client().hgetall(record_key(unknown)).keys() == {b"?"}
    assert dirty_keys() == [record_key(new)]
    assert dump_redis()[record_key(new).encode()] == before[record_key(new).encode()]


def test_dirty_records_are_flushed_when_mongodb_responds_again(stored_things, mongod_hangs):
    known, unknown, new = stored_things
    update_thing(known, name="changed")
    servers.MONGOD.resume()
    wait_for_mongodb()

    assert get_thing(unknown).name == "unknown"
    assert flush.flush_queue(QUEUE) == 2
    assert {document["_id"]: document["name"] for document in mongo.find(Thing, {})} == {
        known.id: "changed",
        unknown.id: "unknown",
        new.id: "new",
    }
    assert read_all_pages() == [new.id, unknown.id, known.id]


def test_dirty_records_are_flushed_after_mongodb_was_killed_and_restarted(
    stored_things, short_mongo_timeout
):
    known, unknown, new = stored_things
    servers.MONGOD.kill()
    try:
        update_thing(known, name="changed")
        for _ in range(2):
            with pytest.raises(Unavailable):
                flush.flush_queue(QUEUE)
        with pytest.raises(Unavailable):
            reads.get_record(things, unknown.id)
        with pytest.raises(Unavailable):
            tasks.FLUSH_TASKS[QUEUE]()
        assert client().exists("backoff") == 1
        assert set(dirty_keys()) == {record_key(known), record_key(new)}
        assert dead_letters.count_dead_letters()[QUEUE] == 0
    finally:
        servers.MONGOD.start()

    client().delete("backoff")
    mongo.close()
    assert tasks.FLUSH_TASKS[QUEUE]() == 2
    evict_cached_keys()
    assert read_all_pages() == [new.id, unknown.id, known.id]
    assert get_thing(known).name == "changed"


# Redis -------------------------------------------------------------------------------------------


def test_writes_fail_without_redis_and_acknowledged_writes_survive_its_restart(alice, flush_all):
    client().config_set("appendfsync", "always")  # the default; the tests start it with less
    thing = create_thing(name="A lamp", code="gold")
    access = {"Authorization": f"Bearer {alice.access}"}
    servers.VALKEY.kill()
    try:
        with pytest.raises(Unavailable):
            create_thing()
        with pytest.raises(Unavailable):
            get_thing(thing)
        with pytest.raises(Unavailable):
            flush.flush_queue(QUEUE)
        response = Client().post(
            "/api/v1/posts", {"text": "Hello"}, content_type="application/json", headers=access
        )
        assert (response.status_code, response["Retry-After"]) == (503, "2")
    finally:
        servers.VALKEY.start()

    assert (get_thing(thing).name, reads.find_by_unique(things, "code", "gold")) == (
        "A lamp",
        thing.id,
    )
    assert read_all_pages() == [thing.id]
    assert dirty_keys() == [record_key(thing)]
    assert "post.created" not in [event["type"] for event in logged_events()]
    flush_all()
    evict_cached_keys()
    assert read_all_pages() == [thing.id]


def test_scripts_are_loaded_again_after_a_script_flush():
    thing = create_thing()
    client().script_flush()

    update_thing(thing, name="A lamp")
    assert get_thing(thing).name == "A lamp"
    assert flush.flush_queue(QUEUE) == 1


@pytest.mark.parametrize(
    "setting", [("appendfsync", "no"), ("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")]
)
def test_a_redis_with_unsafe_settings_is_not_used(setting):
    thing = create_thing()
    name, value = setting
    configured = client().config_get(name)
    before = client().hgetall(record_key(thing))
    client().config_set(name, value)
    durability.forget()
    try:
        with pytest.raises(Unavailable, match=name):
            update_thing(thing, name="A lamp")
        assert client().hgetall(record_key(thing)) == before
    finally:
        client().config_set(name, next(iter(configured.values())))
        # An append-only file that is enabled again is empty until it is rewritten, and the next
        # test may kill this server.
        wait_for(_is_rewritten, within=20, name="the append-only file")

    update_thing(thing, name="A lamp")
    assert get_thing(thing).name == "A lamp"


def test_a_redis_that_syncs_more_often_than_required_is_used():
    client().config_set("appendfsync", "always")
    durability.forget()
    try:
        create_thing()
    finally:
        client().config_set("appendfsync", "everysec")


@pytest.fixture
def unsafe():
    """A Redis that does not sync any more, though the process has found its settings right."""
    get_thing(create_thing())
    client().config_set("appendfsync", "no")
    yield
    client().config_set("appendfsync", "everysec")


def test_unsafe_settings_are_noticed_while_a_process_runs(unsafe):
    def is_refused() -> bool:
        try:
            create_thing()
        except Unavailable as error:
            return "appendfsync is 'no', must be 'everysec'" in error.detail
        return False

    wait_for(is_refused, within=20, name="the check of the settings")
    client().config_set("appendfsync", "everysec")
    assert not is_refused()


def test_unsafe_settings_are_noticed_by_each_new_connection(unsafe):
    before = client().get("clock")
    client().client_kill_filter(_type="normal", skipme=True)
    with pytest.raises(Unavailable, match="appendfsync"):
        create_thing()
    assert client().get("clock") == before


def test_workers_flush_a_redis_with_unsafe_settings(unsafe, document):
    client().config_set("appendfsync", "everysec")
    thing = create_thing(name="A lamp")
    client().config_set("appendfsync", "no")
    durability.forget()
    assert flush.flush_queue(QUEUE) >= 1
    assert document(Thing, thing.id)["name"] == "A lamp"


def _is_rewritten() -> bool:
    state = client().info("persistence")
    return not (state["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"])


def test_a_worker_that_starts_without_redis_waits_for_beat(caplog):
    servers.VALKEY.kill()
    try:
        tasks.wake_all()
    finally:
        servers.VALKEY.start()
    assert "wait for the next beat" in caplog.text
