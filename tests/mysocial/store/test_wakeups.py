"""Worker wake-ups: one message of each name is pending, however many requests write."""

import threading

import pytest

from mysocial.celery import app
from mysocial.core.redis import client
from mysocial.outbox import items
from mysocial.persistence import tasks
from mysocial.persistence.scheduler import WakeupScheduler
from mysocial.store import wakeups
from tests.support.example_records import QUEUE, dirty_keys, put
from tests.support.stack import wait_for

MARK = f"wakeup:{QUEUE}"


def messages() -> int:
    """Return how many messages wait for workers of the queue."""
    return int(client().llen(QUEUE))


def test_while_no_worker_takes_the_message_no_other_is_sent():
    client().delete(QUEUE)
    put(1)
    wait_for(lambda: messages() == 1, within=20, name="the message")

    assert 0 < client().pttl(MARK) <= wakeups.PENDING_TTL_MS
    for n in range(2, 5):
        put(n)
    tasks.wake_dirty_queues()

    assert not wakeups._requested
    assert messages() == 1
    assert len(dirty_keys()) == 4


def test_what_is_written_after_the_message_was_taken_asks_for_another():
    client().delete(QUEUE)
    put(1)
    wait_for(lambda: messages() == 1, within=20, name="the message")

    tasks.FLUSH_TASKS[QUEUE]()

    assert not client().exists(MARK)
    put(2)
    put(3)
    wait_for(lambda: messages() == 2, within=20, name="another message")
    assert client().exists(MARK)


def test_where_the_message_was_lost_beat_sends_another_when_the_mark_has_run_out():
    put(1)
    wait_for(lambda: messages() >= 1, within=20, name="the message")
    client().delete(QUEUE, MARK)

    tasks.wake_dirty_queues()

    assert messages() == 1


@pytest.fixture
def beat(tmp_path) -> WakeupScheduler:
    app.loader.import_default_modules()
    return WakeupScheduler(app, schedule_filename=str(tmp_path / "schedule"))


def test_beat_asks_for_each_work_by_the_queue_of_its_own_and_once_until_it_is_taken(beat):
    requested = {}
    for entry in beat.schedule.values():
        if entry.task in {task for task, _ in wakeups.TASKS_BY_NAME.values()}:
            name, queue = next(
                (k, q) for k, (t, q) in wakeups.TASKS_BY_NAME.items() if t == entry.task
            )
            client().delete(queue, f"wakeup:{name}")
            beat.apply_entry(entry)
            beat.apply_entry(entry)
            requested[name] = client().llen(queue)
            app.tasks[entry.task]()
            assert not client().exists(f"wakeup:{name}")
    assert requested == {"mails": 1, "cascades": 1, "media": 1, "exports": 1}


def test_beat_wakes_dirty_queues_without_a_message_of_its_own(beat):
    put(1)
    wait_for(lambda: messages() >= 1, within=20, name="the message")
    client().delete(QUEUE, MARK)

    beat.apply_entry(beat.schedule["wake-dirty-queues"])

    [message] = client().lrange(QUEUE, 0, -1)
    assert wakeups.flush_task_name(QUEUE).encode() in message


def test_a_worker_that_begins_asks_again_for_what_one_that_died_was_asked_for():
    put(1)
    wait_for(lambda: messages() >= 1, within=20, name="the message")
    client().delete(QUEUE)  # taken, and lost

    tasks.wake_dirty_queues()
    assert messages() == 0
    tasks.wake_all()

    assert messages() == 1


def test_who_has_more_to_do_than_a_moment_takes_asks_for_the_rest():
    def work(seconds: float) -> int:
        assert not client().exists("wakeup:cascades")
        threading.Event().wait(seconds)
        return 7

    client().delete("default")
    assert items.run_time_slice("cascades", work) == 7
    [message] = client().lrange("default", 0, -1)
    assert wakeups.RUN_CASCADES.encode() in message

    assert items.run_time_slice("cascades", lambda _: 0) == 0
    assert client().llen("default") == 1
    assert not client().exists("wakeup:cascades")
