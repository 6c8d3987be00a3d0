"""Cost of requests as the data grows: `python -m bench.scale` (`make bench-scale`).

There are 2,000 to 200,000 posts, a reader who follows 10 to 10,000 members, and an author with 10
to 10,000 active followers. The figures are the CPU milliseconds of one pinned web process and of
Valkey, the memory of records, the time to rebuild an evicted home list, and the start-up time and
memory of each process.
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
from bench.people import Member, create_members, write_posts
from bench.results import Cost
from bench.stage import ServerProcess, Servers, start_servers

POSTS, FOLLOWS = (2_000, 20_000, 200_000), (10, 100, 1_000, 10_000)
AUTHORS = 100  # Members who write the posts.
BATCH = 5_000  # Posts between two flushes to MongoDB.
TEXT = "What does it cost to say hello to everybody? " * 2
EVICTION_RUNS = 5
SETTLE_SECONDS = 8.0  # After this time a Celery process has allocated its memory.
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
    """One run on its own servers."""

    def __init__(self, server: ServerProcess, load: Load, options: argparse.Namespace) -> None:
        self.growth = Growth()
        self._server, self._load, self._seconds = server, load, options.seconds
        self._numbers = itertools.count()

    def measure(self, kind: str, size: int, route: str, request: Request) -> None:
        """Add the cost of a request at this size of the data; `{n}` in its body is a number."""

        def next_request(number: int) -> Request:
            return request._replace(body=request.body.replace("{n}", str(number)))

        cost = Cost()
        for seconds in (self._seconds / 4, self._seconds):  # The first round is a warm-up.
            cost = Cost()
            columns.measure_round(
                cost, self._server, self._load, next_request, self._numbers, seconds
            )
        point = Point(kind, size, route, cost.web[0], cost.redis[0])
        self.growth.points.append(point)
        print(f"{kind} {size:>7}  {route:22} {point.web:.3f}  Valkey {point.valkey:.3f}")

    def measure_posts(self, sizes: Sequence[int], authors: Sequence[Member]) -> None:
        """Measure with a growing number of posts."""
        reader, count, next_authors = authors[0], 0, itertools.cycle(authors)
        for size in sizes:
            before, added = used_memory(), size - count
            while count < size:
                batch = min(BATCH, size - count)
                for author in itertools.islice(next_authors, batch):
                    write_posts(author, [TEXT])
                columns.flush_to_mongodb()
                count += batch
            self.growth.memory["a post"] = (used_memory() - before) / added
            for route, request in routes(reader, authors[1].id):
                self.measure("posts", size, route, request)
                count += request.method == "POST"

    def measure_follows(self, sizes: Sequence[int], crowd: Sequence[Member]) -> None:
        """Measure readers who follow a growing number of members."""
        for reader, size in zip(crowd, sizes, strict=False):
            follow_all([(reader, other) for other in crowd[-size:]])
            columns.flush_to_mongodb()
            for route, path in (
                ("home feed", "/api/v1/posts/home?limit=10"),
                ("feed", "/api/v1/posts?limit=10"),
                ("followed members", f"/api/v1/users/{reader.id}/following?limit=10"),
            ):
                self.measure("follows", size, route, get(path, reader))
            self.growth.recovery[str(size)] = self._recover(reader)

    def _recover(self, reader: Member) -> float:
        """Return the median milliseconds of a home feed whose list was evicted."""
        from mysocial.core.redis import client  # noqa: PLC0415 - needs Django set up
        from posts.store import posts  # noqa: PLC0415

        connection, times_ms = self._load.connect(), []
        for _ in range(EVICTION_RUNS):
            client().delete(posts.list_key("home", reader.id))
            start = time.perf_counter()
            connection.send(get("/api/v1/posts/home?limit=10", reader))
            times_ms.append(1000 * (time.perf_counter() - start))
        connection.close()
        print(f"follows: evicted list rebuilt in {statistics.median(times_ms):.1f} ms")
        return statistics.median(times_ms)

    def measure_fan_out(self, sizes: Sequence[int], crowd: Sequence[Member]) -> None:
        """Measure authors with a growing number of followers, who have all read their home feed."""
        from posts.selectors import home_page  # noqa: PLC0415

        for author, size in zip(reversed(crowd), sizes, strict=False):
            fans = crowd[:size]
            follow_all([(fan, author) for fan in fans])
            columns.flush_to_mongodb()
            before = used_memory()
            for fan in fans:
                home_page(viewer_id=fan.id, limit=10, after=None)
            self.growth.memory["a home list"] = (used_memory() - before) / size
            self.measure("followers", size, "create post", create(author))


def routes(reader: Member, author_id: str) -> Iterator[tuple[str, Request]]:
    """Yield the requests to measure at each number of posts, by name."""
    yield "feed", get("/api/v1/posts?limit=10", reader)
    yield "feed, page 5", get("/api/v1/posts?limit=10&page=5", reader)
    yield "posts of a member", get(f"/api/v1/users/{author_id}/posts?limit=10", reader)
    yield "profile", get(f"/api/v1/users/{author_id}", reader)
    yield "create post", create(reader)


def get(path: str, member: Member) -> Request:
    """Return a GET request of a member."""
    return Request("GET", path, "", member.protocols[1])


def create(author: Member) -> Request:
    """Return the request that creates a post."""
    return Request("POST", "/api/v1/posts", f'{{"text":"{TEXT}{{n}}"}}', author.protocols[1])


def follow_all(pairs: Sequence[tuple[Member, Member]]) -> None:
    """Make the first member of each pair follow the second, in this process."""
    from followers.services import follow  # noqa: PLC0415

    for follower, followed in pairs:
        if follower.id != followed.id:
            follow(user_id=follower.id, other_id=followed.id)


def used_memory() -> int:
    """Return the bytes that Valkey uses."""
    from mysocial.core.redis import client  # noqa: PLC0415

    return int(client().info("memory")["used_memory"])


def measure_start_up(servers: Servers) -> dict[str, dict[str, float]]:
    """Return the start-up time of each server, and the memory of each process with its children."""
    figures_by_name = {}
    for name, command in {
        "http": columns.HTTP_SERVER,
        "one port, or ws": columns.SINGLE_PORT_SERVER,
    }.items():
        start = time.perf_counter()
        with columns.serve(servers, command) as (server, load):
            load.connect().send(Request("GET", "/health/live", "", ""))
            figures_by_name[name] = {
                "seconds": round(time.perf_counter() - start, 2),
                **_memory_figures(server),
            }
    beat = (*BEAT, f"{os.environ['DATA_DIR']}.schedule")
    for name, command in {"worker, of 2": WORKER, "beat": beat}.items():
        with servers.run(*command) as server:
            time.sleep(SETTLE_SECONDS)
            figures_by_name[name] = _memory_figures(server)
    for name, figures in figures_by_name.items():
        print(name, figures)
    return figures_by_name


def _memory_figures(server: ServerProcess) -> dict[str, float]:
    return {"MiB": round(server.usage().memory / MiB)}


def run(servers: Servers, options: argparse.Namespace) -> Growth:
    """Run all measurements."""
    processes = measure_start_up(servers)
    with columns.serve(servers, columns.HTTP_SERVER) as (server, load):
        scale = Scale(server, load, options)
        scale.growth.processes = processes
        count = max(*options.follows, AUTHORS) + len(options.follows)
        before = used_memory()
        crowd = create_members(count)
        columns.flush_to_mongodb()
        scale.growth.memory["a member with a session"] = (used_memory() - before) / count
        scale.measure_posts(options.posts, crowd[-AUTHORS:])
        scale.measure_follows(options.follows, crowd)
        scale.measure_fan_out(options.follows, crowd)
    return scale.growth


def parse_sizes(text: str) -> tuple[int, ...]:
    """Return the numbers of a comma-separated list."""
    return tuple(int(number) for number in text.split(","))


def main() -> None:
    """Measure and print; with `--keep`, write the figures of docs/scale.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    sizes: dict[str, Any] = {"type": parse_sizes, "metavar": "N,N,..."}
    parser.add_argument("--posts", default=POSTS, help="numbers of posts", **sizes)
    parser.add_argument(
        "--follows", default=FOLLOWS, help="numbers of followed members, and of followers", **sizes
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="duration of each measurement")
    parser.add_argument("--keep", action="store_true", help="write docs/bench/")
    options = parser.parse_args()
    with start_servers() as servers:
        django.setup()
        growth = run(servers, options)
    print("\n".join(growth.lines()))
    if options.keep:
        growth.write()


if __name__ == "__main__":
    main()
