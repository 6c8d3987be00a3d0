"""`python -m bench.scale` (`make bench-scale`): what a request costs as there is ever more.

From 2,000 to 200,000 posts; a reader who follows 10 to 10,000; an author with 10 to 10,000 active
followers. CPU milliseconds of one pinned web process and of Valkey; the memory of each thing; how
long a home list takes that was evicted; how long each process takes to be there, and its memory.
"""

import argparse
import itertools
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

import django

from bench import columns
from bench.cases import Request
from bench.growth import Growth, Point
from bench.load import Load
from bench.people import Member, people, write_posts
from bench.results import Cost
from bench.stage import Serving, Stage, stage

POSTS, FOLLOWS = (2_000, 20_000, 200_000), (10, 100, 1_000, 10_000)
AUTHORS = 100  # who write the posts
BATCH = 5_000  # posts, after which what is owed to MongoDB is carried there
TEXT = "What does it cost to say hello to everybody? " * 2
TRIES = 5
SETTLED = 8.0  # seconds after which a process of Celery has all of its own
CELERY = ("celery", "-A", "mysocial")
WORKER = (
    *CELERY,
    "--quiet",
    "worker",
    "--concurrency",
    "2",
    "--loglevel",
    "error",
    "--without-gossip",
)
BEAT = (*CELERY, "--quiet", "beat", "--pidfile=", "--loglevel", "error", "--schedule")
MiB = 2**20


class Scale:
    """One run on servers of its own."""

    def __init__(self, serving: Serving, asking: Load, options: argparse.Namespace) -> None:
        self.growth = Growth()
        self._serving, self._asking, self._seconds = serving, asking, options.seconds
        self._numbers = itertools.count()

    def spend(self, kind: str, there: int, route: str, request: Request) -> None:
        """Note what a request costs while there is so much; of a write, each has another text."""

        def following(number: int) -> Request:
            return request._replace(body=request.body.replace("{n}", str(number)))

        cost = Cost()
        for seconds in (self._seconds / 4, self._seconds):  # the first warms up
            cost = Cost()
            columns.spend(cost, self._serving, self._asking, following, self._numbers, seconds)
        point = Point(kind, there, route, cost.web[0], cost.redis[0])
        self.growth.points.append(point)
        print(f"{kind} {there:>7}  {route:22} {point.web:.3f}  Valkey {point.valkey:.3f}")

    def measure_posts(self, sizes: Sequence[int], authors: Sequence[Member]) -> None:
        """Let there be ever more posts."""
        reader, there, turns = authors[0], 0, itertools.cycle(authors)
        for size in sizes:
            before, made = used_memory(), size - there
            while there < size:
                some = min(BATCH, size - there)
                for author in itertools.islice(turns, some):
                    write_posts(author, [TEXT])
                columns.drain()
                there += some
            self.growth.memory["a post"] = (used_memory() - before) / made
            for route, request in routes(reader, authors[1].id):
                self.spend("posts", size, route, request)
                there += request.method == "POST"

    def measure_follows(self, sizes: Sequence[int], crowd: Sequence[Member]) -> None:
        """Let readers follow ever more people."""
        for reader, size in zip(crowd, sizes, strict=False):
            follow_all([(reader, other) for other in crowd[-size:]])
            columns.drain()
            for route, path in (
                ("home feed", "/api/posts/home?limit=10"),
                ("feed", "/api/posts?limit=10"),
                ("whom one follows", f"/api/users/{reader.id}/following?limit=10"),
            ):
                self.spend("follows", size, route, get(path, reader))
            self.growth.recovery[str(size)] = self._recover(reader)

    def _recover(self, reader: Member) -> float:
        """Return the milliseconds of a home feed whose list was evicted, the middle of a few."""
        from mysocial.core.redis import client  # noqa: PLC0415 - when Django is set up
        from posts.store import posts  # noqa: PLC0415

        line, taken = self._asking.line(), []
        for _ in range(TRIES):
            client().delete(posts.list_key("home", reader.id))
            began = time.perf_counter()
            line.ask(get("/api/posts/home?limit=10", reader))
            taken.append(1000 * (time.perf_counter() - began))
        line.close()
        print(f"follows: evicted, made anew in {statistics.median(taken):.1f} ms")
        return statistics.median(taken)

    def measure_fan_out(self, sizes: Sequence[int], crowd: Sequence[Member]) -> None:
        """Let authors have ever more followers, all of whom have read their home feed."""
        from posts.selectors import home_page  # noqa: PLC0415

        for author, size in zip(reversed(crowd), sizes, strict=False):
            fans = crowd[:size]
            follow_all([(fan, author) for fan in fans])
            columns.drain()
            before = used_memory()
            for fan in fans:
                home_page(viewer_id=fan.id, limit=10, after=None)
            self.growth.memory["a home list"] = (used_memory() - before) / size
            self.spend("followers", size, "create post", create(author))


def routes(reader: Member, author: str) -> Iterator[tuple[str, Request]]:
    """Yield what is asked for while there are ever more posts."""
    yield "feed", get("/api/posts?limit=10", reader)
    yield "feed, page 5", get("/api/posts?limit=10&page=5", reader)
    yield "posts of a member", get(f"/api/users/{author}/posts?limit=10", reader)
    yield "profile", get(f"/api/users/{author}", reader)
    yield "create post", create(reader)


def get(path: str, by: Member) -> Request:
    """Return a read."""
    return Request("GET", path, "", by.protocols[1])


def create(by: Member) -> Request:
    """Return the writing of a post."""
    return Request("POST", "/api/posts", f'{{"text":"{TEXT}{{n}}"}}', by.protocols[1])


def follow_all(pairs: Sequence[tuple[Member, Member]]) -> None:
    """Let the one of each pair follow the other, from this process."""
    from followers.services import follow  # noqa: PLC0415

    for one, other in pairs:
        if one.id != other.id:
            follow(user_id=one.id, other_id=other.id)


def used_memory() -> int:
    """Return the bytes that Valkey has for its data."""
    from mysocial.core.redis import client  # noqa: PLC0415

    return int(client().info("memory")["used_memory"])


def start_up(servers: Stage) -> dict[str, dict[str, float]]:
    """Return how long each process takes to be there, and its memory, children included."""
    found = {}
    for name, command in {"http": columns.DOOR, "one port, or ws": columns.PORT}.items():
        began = time.perf_counter()
        with columns.column(servers, command) as (serving, asking):
            asking.line().ask(Request("GET", "/health/live", "", ""))
            found[name] = {"seconds": round(time.perf_counter() - began, 2), **_memory(serving)}
    beat = (*BEAT, f"{os.environ['DATA_DIR']}.schedule")
    for name, command in {"worker, of 2": WORKER, "beat": beat}.items():
        with servers.serving(*command) as serving:
            time.sleep(SETTLED)
            found[name] = _memory(serving)
    for name, figures in found.items():
        print(name, figures)
    return found


def _memory(serving: Serving) -> dict[str, float]:
    return {"MiB": round(serving.usage().memory / MiB)}


def run(servers: Stage, options: argparse.Namespace) -> Growth:
    """Measure one thing after the other."""
    started = start_up(servers)
    with columns.column(servers, columns.DOOR) as (serving, asking):
        scale = Scale(serving, asking, options)
        scale.growth.processes = started
        count = max(*options.follows, AUTHORS) + len(options.follows)
        before = used_memory()
        crowd = people(count)
        columns.drain()
        scale.growth.memory["a member with a session"] = (used_memory() - before) / count
        scale.measure_posts(options.posts, crowd[-AUTHORS:])
        scale.measure_follows(options.follows, crowd)
        scale.measure_fan_out(options.follows, crowd)
    return scale.growth


def sizes(text: str) -> tuple[int, ...]:
    """Return numbers that commas part."""
    return tuple(int(one) for one in text.split(","))


def main() -> None:
    """Measure, print, and write what docs/scale.md shows."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    said: dict[str, Any] = {"type": sizes, "metavar": "N,N,..."}
    parser.add_argument("--posts", default=POSTS, help="how many there are", **said)
    parser.add_argument("--follows", default=FOLLOWS, help="of a reader, and an author", **said)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--keep", action="store_true", help="write docs/bench/")
    options = parser.parse_args()
    with stage() as servers:
        django.setup()
        growth = run(servers, options)
    print("\n".join(growth.lines()))
    if options.keep:
        growth.keep()


if __name__ == "__main__":
    main()
