"""One run: a site, members who write to it, faults one after the other, and the checks."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from tests.chaos import checks
from tests.chaos.actors import Actor
from tests.chaos.backlog_gauge import BacklogGauge, Sample
from tests.chaos.card_actors import CardActor
from tests.chaos.card_checks import card_figures, check_cards
from tests.chaos.event_checks import check_events
from tests.chaos.faults import Fault
from tests.chaos.http_client import MemberClient
from tests.chaos.listeners import CONNECTION_SECONDS, Listener, Listeners
from tests.chaos.site import Site
from tests.support.journey import join
from tests.support.stack import wait_for

COMMON_POSTS = 5
LISTENERS_PER_MEMBER = 2  # sockets of each member
FLUSH_TIMEOUT_SECONDS = 120.0
SETTINGS = {
    "WEB_PROCESSES": "2",
    "WORKER_PROCESSES": "2",
    # Redis must hold the idempotent responses and events of 100,000 writes for a day.
    "EVENT_LOG_LENGTH": "200000",
    "REDIS_MEMORY_MB": "2048",
    "ACCESS_TOKEN_SECONDS": "36000",
}


class FaultRun(NamedTuple):
    """A fault that happened.

    `flushed_after` is the time in seconds from its end until its backlog was flushed.
    """

    name: str
    began: float
    ended: float
    flushed_after: float


@dataclass
class Run:
    """The result of a run."""

    faults: list[FaultRun] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    began: float = 0.0


def create_actors(
    site: Site, size: int, seed: int, listeners_each: int = LISTENERS_PER_MEMBER
) -> tuple[list[Actor], list[str], Listeners]:
    """Return members who know each other, the posts that they share, and their sockets."""
    members = [join(site, f"chaos_{n}_{seed}") for n in range(size)]
    host = join(site, f"host_{seed}")
    client = MemberClient(host, site.port)
    posts = [
        client.request("POST", "posts", {"text": "Common", "privacy": "public"}).data["post"]["id"]
        for _ in range(COMMON_POSTS)
    ]
    client.close()
    kind = CardActor if site.releases else Actor
    actors = [kind(member, site.port, seed + n) for n, member in enumerate(members)]
    listeners: list[Listener] = []
    member_ids = frozenset(member.id for member in members)
    for actor in actors:
        actor.others = [member.id for member in members if member is not actor.member]
        actor.shared_posts = posts
        cursor = _cursor(actor, site.port)
        url = f"{site.url.replace('http', 'ws')}/ws"
        topics = ("feed", *(f"post:{pk}" for pk in posts))
        listeners += [
            Listener(
                actor.member, url, cursor, CONNECTION_SECONDS, topics=topics, members=member_ids
            )
            for _ in range(listeners_each)
        ]
    return actors, posts, Listeners(listeners)


def _cursor(actor: Actor, port: int) -> str:
    """Return a cursor from before the member's first write."""
    client = MemberClient(actor.member, port)
    response = client.request("GET", "users/me")
    client.close()
    return response.cursor


def inject_faults(
    site: Site,
    faults: Sequence[Fault],
    gauge: BacklogGauge,
    *,
    pause: float,
    report: Callable[[str], Any],
) -> list[FaultRun]:
    """Inject the faults one after the other, with a pause before each."""
    injected = []
    for number, fault in enumerate(faults, 1):
        time.sleep(pause)
        began = time.monotonic()
        fault.act(site)
        ended = time.monotonic()
        wait_for(
            partial(gauge.flushed_since, ended),
            within=FLUSH_TIMEOUT_SECONDS,
            name=f"backlog flushed after {fault.name}",
        )
        flushed_after = time.monotonic() - ended
        injected.append(FaultRun(fault.name, began, ended, flushed_after))
        took = f"{ended - began:.1f} s, backlog flushed after {flushed_after:.1f} s"
        report(f"{number}/{len(faults)} {fault.name}: {took}")
    time.sleep(pause)
    return injected


def run(
    site: Site,
    faults: Sequence[Fault],
    *,
    size: int,
    pause: float,
    seed: int,
    writes: int = 0,
    listeners_each: int = LISTENERS_PER_MEMBER,
    report: Callable[[str], Any] = print,
) -> Run:
    """Run members under the faults until `writes` are acknowledged; check and return the result."""
    result = Run()
    actors, common, listeners = create_actors(site, size, seed, listeners_each)
    site.writers = actors
    gauge = BacklogGauge(site.running["redis_url"])
    result.began = time.monotonic()
    with _running(gauge, listeners, *actors):
        try:
            result.faults = inject_faults(site, faults, gauge, pause=pause, report=report)
            while _count(actors) < writes and not any(actor.record.problems for actor in actors):
                time.sleep(0.2)
        except AssertionError as error:
            result.problems.append(str(error))
        for actor in actors:
            actor.stop.set()
        for actor in actors:
            actor.join()
        ended = time.monotonic()
        result.problems += _run_checks(site, actors, common, listeners, gauge, result)
    result.samples = gauge.samples
    result.acknowledged = sorted(at for actor in actors for at in actor.record.acknowledged)
    result.failed = sorted(at for actor in actors for at in actor.record.failed)
    result.figures = _figures(actors, listeners, result, ended - result.began)
    return result


@contextmanager
def _running(*threads: Actor | Listeners | BacklogGauge) -> Iterator[None]:
    """Run threads during the block. A thread left after an error would keep the process alive."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.stop.set()


def _count(actors: list[Actor]) -> int:
    return sum(len(actor.record.acknowledged) for actor in actors)


def _acknowledged_during_faults(actors: list[Actor], injected: list[FaultRun]) -> int:
    """Return how many writes were acknowledged during a fault."""
    times = [at for actor in actors for at in actor.record.acknowledged]
    return sum(any(fault.began <= at <= fault.ended for fault in injected) for at in times)


def _run_checks(  # noqa: PLR0917
    site: Site,
    actors: list[Actor],
    common: list[str],
    listeners: Listeners,
    gauge: BacklogGauge,
    result: Run,
) -> list[str]:
    ended = time.monotonic()
    try:
        wait_for(
            partial(gauge.flushed_since, ended),
            within=FLUSH_TIMEOUT_SECONDS,
            name="backlog flushed at the end",
        )
    except AssertionError as error:
        result.problems.append(str(error))
    result.figures["flushed_after_last_write"] = time.monotonic() - ended
    results = checks.run_all(
        {
            "responses": lambda: checks.check_responses(actors),
            "MongoDB": lambda: checks.check_mongodb(site, actors),
            "API": lambda: checks.check_api(actors, site.port),
            "cards": lambda: check_cards(site, actors) if site.releases else (),
            "totals": lambda: checks.check_totals(actors, site.port, common),
            "verify": lambda: checks.check_consistency(site),
            "backlog": lambda: checks.check_backlog(site),
            "events": lambda: check_events(site, actors, listeners, ended),
            "emails": lambda: checks.check_emails(site, common),
            "logs": lambda: checks.check_logs(site),
        }
    )
    received = listeners.last_event_at()
    result.figures["all_received_after_last_write"] = max(0.0, received - ended)
    result.figures["wrong"] = {name: len(problems) for name, problems in results.items()}
    return checks.summary(results)


def _figures(
    actors: list[Actor], listeners: Listeners, result: Run, seconds: float
) -> dict[str, Any]:
    statuses = sum((actor.record.statuses for actor in actors), Counter[str]())
    return {
        **result.figures,
        "acknowledged": _count(actors),
        "per_second": _count(actors) / seconds,
        "read_back": sum(actor.record.read_backs for actor in actors),
        "responses": dict(sorted(statuses.items())),
        "faults": len(result.faults),
        "acknowledged_during_faults": _acknowledged_during_faults(actors, result.faults),
        "max_backlog": max((sample.count for sample in result.samples), default=0),
        "seconds": seconds,
        "slowest_flush_after_fault": max(
            (fault.flushed_after for fault in result.faults), default=0.0
        ),
        "connections": sum(listener.connections for listener in listeners.listeners),
        "events_received": listeners.count(),
        **card_figures(actors),
    }
