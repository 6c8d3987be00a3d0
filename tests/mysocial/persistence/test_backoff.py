"""The backoff of the workers while MongoDB cannot be reached."""

import pytest

from mysocial.core.redis import client
from mysocial.persistence import backoff, tasks
from mysocial.persistence.backoff import RetryLater
from tests.support.example_records import QUEUE, create_thing, dirty_keys, record_key
from tests.support.stack import wait_for


def test_no_queue_is_flushed_during_a_backoff():
    thing = create_thing()
    assert 0.25 <= backoff.start_backoff() <= 0.5
    with pytest.raises(RetryLater) as later:
        tasks.FLUSH_TASKS[QUEUE]()
    assert 0 < later.value.seconds <= 0.5
    assert dirty_keys() == [record_key(thing)]
    assert 0.5 <= backoff.start_backoff() <= 1.0
    for _ in range(10):
        assert backoff.start_backoff() <= backoff.MAX_BACKOFF_SECONDS

    client().delete("backoff")
    assert tasks.FLUSH_TASKS[QUEUE]() == 1
    assert client().exists("backoff:attempts", "backoff") == 0


def test_after_a_backoff_one_worker_makes_the_next_attempt():
    backoff.start_backoff()
    client().delete("backoff")
    assert backoff.check_backoff()
    with pytest.raises(RetryLater) as later:
        backoff.check_backoff()
    assert 0 < later.value.seconds <= backoff.MAX_BACKOFF_SECONDS
    backoff.end_backoff()
    assert not backoff.check_backoff()


def test_the_first_success_wakes_every_dirty_queue():
    create_thing()
    pending_key = f"wakeup:{QUEUE}"
    wait_for(lambda: client().exists(pending_key), within=20, name="the message")
    backoff.start_backoff()
    client().delete("backoff", "posts")
    client().set("wakeup:posts", "1")  # the retry of another queue, which waits
    client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})

    assert tasks.FLUSH_TASKS[QUEUE]() == 1

    assert client().llen("posts") == 1


def test_the_first_failure_and_the_recovery_are_logged_once(caplog):
    for _ in range(3):
        backoff.start_backoff("The database is away")
    backoff.end_backoff()
    backoff.end_backoff()
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "The workers wait, and retry at most every 3 seconds: The database is away",
        "The workers continue after 3 failed attempts.",
    ]
