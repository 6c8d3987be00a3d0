"""Worker wake-ups: at most one message of each name is pending, regardless of the writes."""

import threading

import pytest

from mysocial.celery import app
from mysocial.core.redis import client
from mysocial.outbox import items
from mysocial.persistence import tasks
from mysocial.persistence.scheduler import WakeupScheduler
from mysocial.store import wakeups
from tests.support.example_records import QUEUE, create_thing, dirty_keys
from tests.support.stack import wait_for

PENDING_KEY = f"wakeup:{QUEUE}"


def message_count() -> int:
    """Return how many messages wait for the workers of the queue."""
    return int(client().llen(QUEUE))


def test_a_queue_has_at_most_one_pending_wakeup():
    client().delete(QUEUE)
    create_thing(1)
    wait_for(lambda: message_count() == 1, within=20, name="the message")

    assert 0 < client().pttl(PENDING_KEY) <= wakeups.PENDING_TTL_MS
    for n in range(2, 5):
        create_thing(n)
    tasks.wake_dirty_queues()

    assert not wakeups._requested
    assert message_count() == 1
    assert len(dirty_keys()) == 4


def test_a_write_after_a_worker_took_the_wakeup_sends_another():
    client().delete(QUEUE)
    create_thing(1)
    wait_for(lambda: message_count() == 1, within=20, name="the message")

    tasks.FLUSH_TASKS[QUEUE]()

    assert not client().exists(PENDING_KEY)
    create_thing(2)
    create_thing(3)
    wait_for(lambda: message_count() == 2, within=20, name="another message")
    assert client().exists(PENDING_KEY)


def test_a_lost_wakeup_is_sent_again_after_its_key_expired():
    create_thing(1)
    wait_for(lambda: message_count() >= 1, within=20, name="the message")
    client().delete(QUEUE, PENDING_KEY)

    tasks.wake_dirty_queues()

    assert message_count() == 1


@pytest.fixture
def beat(tmp_path) -> WakeupScheduler:
    app.loader.import_default_modules()
    return WakeupScheduler(app, schedule_filename=str(tmp_path / "schedule"))


def test_beat_sends_at_most_one_wakeup_for_each_task_until_a_worker_takes_it(beat):
    counts = {}
    work = {task: (name, queue) for name, (task, queue) in wakeups.TASKS_BY_NAME.items()}
    for entry in beat.schedule.values():
        if entry.task in work:
            name, queue = work[entry.task]
            client().delete(queue, f"wakeup:{name}")
            beat.apply_entry(entry)  # the lists of the outboxes are not in Redis yet
            beat.apply_entry(entry)
            counts[entry.name] = client().llen(queue)
            app.tasks[entry.task]()
            assert not client().exists(f"wakeup:{name}")
    assert counts == {
        "send-emails": 1,
        "run-cascades": 1,
        "process-media": 1,
        "make-exports": 1,
        "check-links": 1,
        "run-hooks": 0,
        "save-security-events": 0,
        "pack-history": 0,
        "delete-expired": 0,
        "recover-data": 0,
        "trim-logs": 1,
        "end-polls": 1,
        "delete-expired-exports": 1,
        "delete-stale-uploads": 1,
        "delete-old-email-files": 1,
    }


def test_beat_wakes_dirty_queues_without_a_task_for_it(beat):
    create_thing(1)
    wait_for(lambda: message_count() >= 1, within=20, name="the message")
    client().delete(QUEUE, PENDING_KEY)

    beat.apply_entry(beat.schedule["wake-dirty-queues"])

    [message] = client().lrange(QUEUE, 0, -1)
    assert wakeups.task_of(QUEUE)[0].encode() in message


def test_a_starting_worker_resends_the_wakeups_that_a_dead_worker_took():
    create_thing(1)
    wait_for(lambda: message_count() >= 1, within=20, name="the message")
    client().delete(QUEUE)  # received, and lost

    tasks.wake_dirty_queues()
    assert message_count() == 0
    tasks.wake_all()

    assert message_count() == 1


def test_a_task_that_used_up_its_time_slice_requests_another_wakeup():
    def work(seconds: float) -> int:
        assert not client().exists("wakeup:cascades")
        threading.Event().wait(seconds)
        return 7

    client().delete("default")
    assert items.run_time_slice("cascades", work) == 7
    [message] = client().lrange("default", 0, -1)
    assert wakeups.task_of("cascades")[0].encode() in message

    assert app.tasks["mysocial.run_cascades"]() == 0
    assert client().llen("default") == 1
    assert not client().exists("wakeup:cascades")
