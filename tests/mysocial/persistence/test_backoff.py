"""The backoff of the workers while MongoDB cannot be reached."""

from mysocial.core.redis import client
from mysocial.persistence import backoff, tasks
from tests.support.example_records import QUEUE, create_thing, dirty_keys, record_key
from tests.support.stack import wait_for


def test_no_queue_is_flushed_during_a_backoff():
    thing = create_thing()
    assert 0.25 <= backoff.start_backoff() <= 0.5
    assert tasks.FLUSH_TASKS[QUEUE]() == 0
    assert dirty_keys() == [record_key(thing)]
    assert 0.5 <= backoff.start_backoff() <= 1.0
    for _ in range(10):
        assert backoff.start_backoff() <= backoff.MAX_BACKOFF_SECONDS

    client().delete("backoff")
    assert tasks.FLUSH_TASKS[QUEUE]() == 1
    assert client().exists("backoff:attempts") == 0


def test_a_queue_that_was_woken_during_a_backoff_can_be_woken_again_after_it():
    create_thing()
    pending_key = f"wakeup:{QUEUE}"
    wait_for(lambda: client().exists(pending_key), within=20, name="the message")
    backoff.start_backoff()

    assert tasks.FLUSH_TASKS[QUEUE]() == 0

    pipe = client().pipeline(transaction=True)
    pipe.pttl(pending_key)
    pipe.pttl("backoff")
    pending_ms, backoff_ms = pipe.execute()
    assert 0 < pending_ms <= backoff_ms + 1
