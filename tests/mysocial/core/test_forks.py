"""Celery forks its workers: each needs clients, locks and a thread of its own."""

import os
import signal
from collections.abc import Callable

import pytest

from mysocial.core import mongo
from mysocial.store import wakeups
from tests.support.example_records import QUEUE, get, put

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def in_child(act: Callable[[], bool]) -> bool:
    """Return what a forked process finds; False when it hangs or fails."""
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        signal.alarm(5)
        try:
            os._exit(0 if act() else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def test_a_forked_worker_nudges_though_its_parent_held_the_lock():
    wakeups.wake_workers([QUEUE])
    assert wakeups._thread is not None
    parents = wakeups._thread

    def nudges() -> bool:
        wakeups.wake_workers([QUEUE])
        return wakeups._thread is not parents and wakeups._thread.is_alive()

    with wakeups._lock:
        assert in_child(nudges)


def test_a_forked_worker_has_a_mongodb_client_of_its_own():
    parents = mongo.client()

    assert in_child(lambda: mongo.client() is not parents)
    assert mongo.client() is parents


def test_a_forked_worker_reads_with_connections_of_its_own():
    thing = put(name="A lamp")

    assert in_child(lambda: get(thing).name == "A lamp")
    assert get(thing).name == "A lamp"
