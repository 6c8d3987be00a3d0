"""One run: a site, its members at work, faults one after the other, and the verdict."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from tests.chaos import checks
from tests.chaos.actors import Actor
from tests.chaos.backlog_gauge import Gauge, Sample
from tests.chaos.faults import Fault
from tests.chaos.http_client import Door
from tests.chaos.listeners import STAYS, Listener, Listeners, expected, wrong_of
from tests.chaos.site import Site
from tests.support.journey import join
from tests.support.stack import wait_for

COMMON_POSTS = 5
EARS = 2  # sockets of each member
PAID_WITHIN = 120.0  # seconds
HEARD_WITHIN = 300.0
NOTHING_COMES = 40.0  # seconds without any event, after which none is waited for
SETTINGS = {
    "WEB_PROCESSES": "2",
    "WORKER_PROCESSES": "2",
    # A day's answers and events of 100,000 writes stay, and can't be let go.
    "EVENT_LOG_LENGTH": "200000",
    "REDIS_MEMORY_MB": "2048",
    "ACCESS_TOKEN_SECONDS": "36000",
}


class Struck(NamedTuple):
    """A fault as it went; `paid_after` seconds from its end nothing was owed any more of what had
    been owed then."""

    name: str
    began: float
    ended: float
    paid_after: float


@dataclass
class Run:
    """What happened, and what was wrong with it."""

    struck: list[Struck] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    began: float = 0.0


def crew(
    site: Site, size: int, seed: int, ears_each: int = EARS
) -> tuple[list[Actor], list[str], Listeners]:
    """Return members who know each other, the posts they share, and their sockets."""
    members = [join(site, f"chaos_{n}_{seed}") for n in range(size)]
    host = join(site, f"host_{seed}")
    door = Door(host, site.port)
    posts = [
        door.ask("POST", "posts", {"text": "Common", "privacy": "public"}).data["post"]["id"]
        for _ in range(COMMON_POSTS)
    ]
    door.close()
    actors = [Actor(member, site.port, seed + n) for n, member in enumerate(members)]
    ears: list[Listener] = []
    everybody = frozenset(one.id for one in members)
    for actor in actors:
        actor.others = [one.id for one in members if one is not actor.member]
        actor.common = posts
        cursor = _cursor(actor, site.port)
        url = f"{site.url.replace('http', 'ws')}/ws"
        topics = ("feed", *(f"post:{pk}" for pk in posts))
        ears += [
            Listener(actor.member, url, cursor, STAYS, topics=topics, members=everybody)
            for _ in range(ears_each)
        ]
    return actors, posts, Listeners(ears)


def _cursor(actor: Actor, port: int) -> str:
    """Return a cursor from before the member's first deed: that of a first, silent write."""
    door = Door(actor.member, port)
    answer = door.ask("GET", "users/me")
    door.close()
    return answer.cursor


def strike(
    site: Site, faults: Sequence[Fault], gauge: Gauge, *, pause: float, say: Callable[[str], Any]
) -> list[Struck]:
    """Let the faults happen one after the other, each after a pause without any."""
    struck = []
    for number, fault in enumerate(faults, 1):
        time.sleep(pause)
        began = time.monotonic()
        fault.act(site)
        ended = time.monotonic()
        wait_for(partial(gauge.paid, ended), within=PAID_WITHIN, name=f"paid after {fault.name}")
        paid = time.monotonic() - ended
        struck.append(Struck(fault.name, began, ended, paid))
        took = f"{ended - began:.1f} s, paid after {paid:.1f} s"
        say(f"{number}/{len(faults)} {fault.name}: {took}")
    time.sleep(pause)
    return struck


def run(
    site: Site,
    faults: Sequence[Fault],
    *,
    size: int,
    pause: float,
    seed: int,
    writes: int = 0,
    ears_each: int = EARS,
    say: Callable[[str], Any] = print,
) -> Run:
    """Return what came of it: members write under the faults, and on until `writes` are
    acknowledged; then everything is looked at."""
    result = Run()
    actors, common, ears = crew(site, size, seed, ears_each)
    gauge = Gauge(site.running["redis_url"])
    result.began = time.monotonic()
    for thread in (gauge, ears, *actors):
        thread.start()
    try:
        result.struck = strike(site, faults, gauge, pause=pause, say=say)
        while _count(actors) < writes and not any(one.record.wrong for one in actors):
            time.sleep(0.2)
    except AssertionError as error:
        result.wrong.append(str(error))
    for actor in actors:
        actor.stop.set()
    for actor in actors:
        actor.join()
    ended = time.monotonic()
    result.wrong += _judge(site, actors, common, ears, gauge, result)
    gauge.stop.set()
    result.samples = gauge.samples
    result.acknowledged = sorted(at for one in actors for at in one.record.acknowledged)
    result.refused = sorted(at for one in actors for at in one.record.refused)
    result.figures = _figures(actors, ears, result, ended - result.began)
    return result


def _count(actors: list[Actor]) -> int:
    return sum(len(actor.record.acknowledged) for actor in actors)


def _during(actors: list[Actor], struck: list[Struck]) -> int:
    """Return how many writes were acknowledged while a fault lasted."""
    moments = [at for actor in actors for at in actor.record.acknowledged]
    return sum(any(one.began <= at <= one.ended for one in struck) for at in moments)


def _judge(  # noqa: PLR0917
    site: Site, actors: list[Actor], common: list[str], ears: Listeners, gauge: Gauge, result: Run
) -> list[str]:
    ended = time.monotonic()
    try:
        wait_for(partial(gauge.paid, ended), within=PAID_WITHIN, name="paid in the end")
    except AssertionError as error:
        result.wrong.append(str(error))
    result.figures["paid_after_the_last_write"] = time.monotonic() - ended
    found = checks.run_all(
        {
            "answers": lambda: checks.honest(actors),
            "MongoDB": lambda: checks.in_mongodb(site, actors),
            "API": lambda: checks.in_api(actors, site.port),
            "totals": lambda: checks.totals(actors, site.port, common),
            "verify": lambda: checks.verified(site),
            "debts": lambda: checks.owes_nothing(site),
            "events": lambda: _heard(actors, ears, ended, result),
            "mails": lambda: checks.mailed_once(site, common),
            "logs": lambda: checks.quiet(site),
        }
    )
    result.figures["wrong"] = {name: len(some) for name, some in found.items()}
    return checks.summary(found)


def _heard(actors: list[Actor], ears: Listeners, ended: float, result: Run) -> list[str]:
    """Every socket heard what it had to, in order, once; how long after the end is a figure."""
    records = [actor.record for actor in actors]
    rights = {actor.member.id: expected(records, actor.member.id) for actor in actors}

    def wrong() -> list[str]:
        return [
            f"socket {n}: {what}"
            for n, ear in enumerate(ears.listeners)
            for what in wrong_of(ear, rights[ear.member.id])
        ]

    deadline = time.monotonic() + HEARD_WITHIN
    count, last = 0, time.monotonic()
    while wrong() and time.monotonic() < min(deadline, last + NOTHING_COMES):
        if count != (count := ears.count()):
            last = time.monotonic()
        time.sleep(0.5)
    result.figures["all_heard_after_the_last_write"] = max(
        0.0, *(ear.heard_at - ended for ear in ears.listeners)
    )
    ears.stop.set()
    ears.join()
    return wrong()


def _figures(actors: list[Actor], ears: Listeners, result: Run, seconds: float) -> dict[str, Any]:
    answers = sum((actor.record.answers for actor in actors), Counter[str]())
    return {
        **result.figures,
        "acknowledged": _count(actors),
        "per_second": _count(actors) / seconds,
        "read_at_once": sum(actor.record.looks for actor in actors),
        "answers": dict(sorted(answers.items())),
        "faults": len(result.struck),
        "acknowledged_during_faults": _during(actors, result.struck),
        "most_owed": max((sample.count for sample in result.samples), default=0),
        "seconds": seconds,
        "slowest_to_pay": max((one.paid_after for one in result.struck), default=0.0),
        "connections": sum(one.connections for one in ears.listeners),
        "events_heard": ears.count(),
    }
