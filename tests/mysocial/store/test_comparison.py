"""The comparison of Redis with MongoDB, before a process uses a Redis that was started."""

import pytest

from mysocial.core import keys, mongo, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client, server
from mysocial.ops import health
from mysocial.persistence import flush, mongo_writer
from mysocial.store.recovery import recover_redis, recovery_lease
from tests.support import servers
from tests.support.concurrency import wait_for_mongodb
from tests.support.example_records import (
    QUEUE,
    create_thing,
    evict_cached_keys,
    get_thing,
    read_all_pages,
    run_in_threads,
    update_thing,
    write_snapshots,
)
from tests.support.older_servers import lose_redis
from tests.support.stack import wait_for

EPOCH = "0badcafe"


@pytest.fixture
def without_mongod(settings):
    """Stop MongoDB until the test ends."""
    settings.MONGO_TIMEOUT_MS = 500
    mongo.close()
    wait_for_mongodb()
    servers.MONGOD.pause()
    yield
    servers.MONGOD.resume()
    mongo.close()


@pytest.fixture
def another_process(monkeypatch):
    """Let this process forget that it has compared Redis, as one that was just started."""
    server.compare()
    monkeypatch.setattr(server, "_compared_run_id", "")


@pytest.fixture
def thing():
    """Return a thing that Redis knows."""
    return create_thing(name="A lamp")


@pytest.fixture
def post(alice):
    """Return a post that Redis knows."""
    return alice.create_post("Before")


def restart_redis() -> None:
    servers.VALKEY.kill()
    servers.VALKEY.start()


def is_compared() -> bool:
    try:
        server.compare()
    except Unavailable:
        return False
    return True


def run_id() -> str:
    return str(client().info("server")["run_id"])


def test_a_new_process_writes_without_mongodb_to_a_redis_that_another_has_compared(
    thing, another_process, without_mongod
):
    update_thing(thing, name="Another")
    assert get_thing(thing).name == "Another"


def test_a_redis_that_was_restarted_is_not_used_before_mongodb_is_back(
    alice, post, flush_all, without_mongod
):
    restart_redis()
    before = client().get(keys.CLOCK)

    responses = [alice.patch(f"posts/{post['id']}", {"text": "Refused"}) for _ in range(3)]
    responses += run_in_threads(4, lambda _: alice.get(f"posts/{post['id']}"))

    assert {(response.status_code, response["Retry-After"]) for response in responses} == {
        (503, "2")
    }
    assert client().get(keys.CLOCK) == before
    assert health.readiness()["status"] == "failing"
    servers.MONGOD.resume()
    wait_for(is_compared, within=20, name="the comparison")
    flush_all()
    assert alice.get(f"posts/{post['id']}").json()["text"] == "Before"


def test_after_a_failed_comparison_the_next_fails_without_asking_mongodb(
    flush_all, another_process, without_mongod
):
    """The thread that compares again is the only one that waits for MongoDB."""
    client().delete(keys.CHECKED_RUN)
    with pytest.raises(Unavailable, match="database"):
        server.compare()
    servers.MONGOD.resume()
    wait_for_mongodb()
    with server.lock, pytest.raises(Unavailable, match="database"):
        create_thing()

    wait_for(is_compared, within=20, name="the next comparison")


def test_one_process_at_a_time_recovers_redis(flush_all):
    thing = create_thing(name="A lamp")
    flush_all()
    lose_redis()

    with recovery_lease(EPOCH):
        with pytest.raises(Unavailable, match="being recovered"):
            get_thing(thing)
        assert not client().exists(keys.EPOCH)

    wait_for(is_compared, within=20, name="the recovery")
    assert get_thing(thing).name == "A lamp"


def test_a_process_that_lost_the_lease_does_not_begin_the_epoch(flush_all):
    thing = create_thing(name="A lamp")
    flush_all()
    lose_redis()
    installation = watermark.read_mark().installation

    with recovery_lease(EPOCH):
        client().set(keys.RECOVERY_LEASE, "another")
        with pytest.raises(Unavailable, match="being recovered"):
            recover_redis(installation, EPOCH, run_id())
    assert not client().exists(keys.EPOCH)

    assert client().getdel(keys.RECOVERY_LEASE) == b"another"
    assert get_thing(thing).name == "A lamp"
    assert client().get(keys.EPOCH) != EPOCH.encode()


def test_an_epoch_is_not_begun_in_the_mongodb_of_another_installation(flush_all):
    create_thing()
    flush_all()
    mark = watermark.read_mark()

    with pytest.raises(Unavailable, match="another installation"):
        watermark.begin_epoch("0" * 24, EPOCH)

    assert watermark.read_mark() == mark


def test_a_batch_that_is_written_after_the_recovery_of_redis_is_read(flush_all):
    """The worker hung between the mark and the batch, and Redis has loaded the older data."""
    old = create_thing(1, name="Old")
    flush_all()
    update_thing(old, name="New")
    new = create_thing(2, name="Other")
    batch = flush.read_batch(QUEUE, 10)
    assert watermark.raise_mark(batch.position)
    lose_redis()
    assert get_thing(old).name == "Old"
    assert read_all_pages() == [old.id]

    snapshots = [mongo_writer.take_snapshot(key, fields) for key, fields in batch.hashes.items()]
    write_snapshots(snapshots)
    assert flush.mark_flushed(QUEUE, snapshots, batch.read_at_ms, batch.position) == 0

    assert get_thing(old).name == "New"
    assert read_all_pages() == [new.id, old.id]
    assert client().exists(keys.RECOUNT)
    evict_cached_keys()
    assert get_thing(old).name == "New"
