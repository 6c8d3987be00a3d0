"""Forked processes, such as Celery workers, have their own clients, locks and threads."""

import os
import signal
from collections.abc import Callable

import pytest

from mysocial.core import mongo
from mysocial.store import wakeups
from tests.support.example_records import QUEUE, create_thing, get_thing

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def in_child(check: Callable[[], bool]) -> bool:
    """Return the result of `check` in a forked process; False if it hangs or fails."""
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        signal.alarm(5)
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def test_a_forked_process_sends_wakeups_even_if_its_parent_held_the_lock():
    wakeups.wake_workers([QUEUE])
    assert wakeups._thread is not None
    parent_thread = wakeups._thread

    def sends_wakeup() -> bool:
        wakeups.wake_workers([QUEUE])
        return wakeups._thread is not parent_thread and wakeups._thread.is_alive()

    with wakeups._lock:
        assert in_child(sends_wakeup)


def test_a_forked_process_has_its_own_mongodb_client():
    parent_client = mongo.client()

    assert in_child(lambda: mongo.client() is not parent_client)
    assert mongo.client() is parent_client


def test_a_forked_process_reads_with_its_own_connections():
    thing = create_thing(name="A lamp")

    assert in_child(lambda: get_thing(thing).name == "A lamp")
    assert get_thing(thing).name == "A lamp"
