"""Checks of the events that the sockets of a run received."""

import time
from collections.abc import Callable, Iterator

from redis import Redis

from mysocial.core import keys
from tests.chaos.actors import Actor
from tests.chaos.listeners import Listener, Listeners, expected_events, listener_problems
from tests.chaos.site import Site

EVENT_TIMEOUT_SECONDS = 300.0
SILENCE_SECONDS = 40.0  # after so long without an event, no more are expected
EPOCH_CHANGED = "epoch_changed"


def check_events(
    site: Site, actors: list[Actor], listeners: Listeners, ended: float
) -> Iterator[str]:
    """Check that every socket received its events in order, once.

    After Redis has lost data, check that every socket was asked to read again instead.
    """
    check = _resume_problems(site) if site.epochs_begun else _event_problems(actors)
    deadline = time.monotonic() + EVENT_TIMEOUT_SECONDS
    count, last = 0, time.monotonic()
    while any(map(check, listeners.listeners)) and time.monotonic() < min(
        deadline, last + SILENCE_SECONDS
    ):
        if count != (count := listeners.count()):
            last = time.monotonic()
        time.sleep(0.5)
    listeners.stop.set()
    listeners.join()
    for number, listener in enumerate(listeners.listeners):
        yield from (f"socket {number}: {problem}" for problem in check(listener))


def _event_problems(actors: list[Actor]) -> Callable[[Listener], list[str]]:
    records = [actor.record for actor in actors]
    expected = {actor.member.id: expected_events(records, actor.member.id) for actor in actors}
    return lambda listener: listener_problems(listener, expected[listener.member.id])


def _resume_problems(site: Site) -> Callable[[Listener], list[str]]:
    with Redis.from_url(site.running["redis_url"], decode_responses=True) as valkey:
        epoch = valkey.get(keys.EPOCH)

    def problems(listener: Listener) -> list[str]:
        reasons = {text.partition(" ")[0] for text in listener.failed_resumes}
        wrong = [f"could not resume: {sorted(reasons)}"] if reasons - {EPOCH_CHANGED} else []
        if EPOCH_CHANGED not in reasons:
            wrong.append("was not asked to read again after Redis lost data")
        if listener.cursor.partition(":")[0] != epoch:
            wrong.append(f"has the cursor {listener.cursor} of a former epoch, not of {epoch}")
        return wrong

    return problems
