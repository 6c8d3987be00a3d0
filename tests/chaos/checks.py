"""The checker: MongoDB, the API, counters, events, mails and logs beside what was promised.

Each check returns sentences of what is wrong; nothing wrong is an empty list.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import Any

from pymongo import MongoClient
from redis import Redis

from tests.chaos.actors import KINDS, Actor
from tests.chaos.http_client import Door
from tests.chaos.site import Site
from tests.support.stack import ROOT

MOST_SHOWN = 5
UNREAD = "You have unread messages"  # as often as there are
Found = Iterator[str]


def differing(name: str, promised: Any, found: Any) -> Found:
    """Say where two dictionaries (or counts) differ."""
    for key in sorted({*promised, *found}):
        if promised.get(key) != found.get(key):
            yield f"{name} {key}: promised {promised.get(key)!r}, found {found.get(key)!r}"


def in_mongodb(site: Site, actors: list[Actor]) -> Found:
    """Everything acknowledged is there once, as it was last acknowledged; nothing else is."""
    client: MongoClient[dict[str, Any]] = MongoClient(site.running["mongo_url"])
    ours = {"$in": [actor.member.id for actor in actors]}

    def live(collection: str, owner: str, *names: str) -> list[Any]:
        found = client["mysocial"][collection].find({"_deleted_at": None, owner: ours})
        return [tuple(document[name] for name in names) for document in found]

    def told(what: str) -> dict[str, Any]:
        return {k: v for actor in actors for k, v in getattr(actor.record, what).items()}

    with client:
        posts = live("posts", "author_id", "_id", "text")
        comments = live("comments", "author_id", "_id", "post_id", "text")
        messages = live("messages", "sender_id", "_id", "text")
        yield from differing("post", told("posts"), dict(posts))
        yield from differing("comment", told("comments"), {pk: (*rest,) for pk, *rest in comments})
        yield from differing("message", told("messages"), dict(messages))
        reactions = live("reactions", "user_id", "user_id", "post_id", "type")
        promised = {
            (actor.member.id, post): kind
            for actor in actors
            for post, kind in actor.record.reactions.items()
        }
        yield from differing("reaction", promised, {(u, p): kind for u, p, kind in reactions})
        follows = live("follows", "follower_id", "follower_id", "followee_id")
        edges = {
            (actor.member.id, other): True for actor in actors for other in actor.record.follows
        }
        yield from differing("follow", edges, dict.fromkeys(follows, True))
    for kind, texts in (("post", posts), ("comment", comments), ("message", messages)):
        twice = [text for text, count in Counter(row[-1] for row in texts).items() if count > 1]
        yield from (f"{kind} made twice: {text}" for text in twice)


def in_api(actors: list[Actor], port: int) -> Found:
    """Each owner reads what was acknowledged: one by one, and in their lists."""
    with ThreadPoolExecutor(len(actors)) as pool:
        for wrong in pool.map(lambda actor: list(_as_owner(actor, port)), actors):
            yield from wrong


def _as_owner(actor: Actor, port: int) -> Found:
    door, record = Door(actor.member, port), actor.record
    for kind, those in (("posts", record.posts), ("comments", record.comments)):
        for pk in those:
            seen = door.ask("GET", f"{kind}/{pk}")
            if not actor.is_as_told(kind, pk, seen):
                yield f"GET {kind}/{pk}: {seen}"
    for pk in record.gone:
        if {door.ask("GET", f"{kind}/{pk}").status for kind in ("posts", "comments")} != {404}:
            yield f"{pk} is not gone"
    mine = f"users/{actor.member.id}/posts?limit=50"
    listed = {post["id"]: post["text"] for post in pages(door, mine, "posts")}
    yield from differing("listed post", record.posts, listed)
    people = pages(door, f"users/{actor.member.id}/following?limit=50", "users")
    found = {one["id"]: True for one in people}
    yield from differing("listed followee", dict.fromkeys(record.follows, True), found)
    me = door.ask("GET", "users/me").data
    counts = {"posts_count": len(record.posts), "following_count": len(record.follows)}
    shown = {name: me[name] for name in counts}
    yield from differing(f"of {actor.member.id}", counts, shown)
    door.close()


def pages(door: Door, path: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield all of a list, page by page."""
    cursor = ""
    while True:
        answer = door.ask("GET", f"{path}&cursor={cursor}" if cursor else path)
        assert answer.is_success, answer
        yield from answer.data[name]
        cursor = answer.data["next"]
        if not cursor:
            return


def totals(actors: list[Actor], port: int, common: Iterable[str]) -> Found:
    """The counters of the posts that all wrote to are what the owners were promised."""
    door = Door(actors[0].member, port)
    for pk in common:
        post = door.ask("GET", f"posts/{pk}").data
        kinds = Counter(actor.record.reactions.get(pk, "") for actor in actors)
        comments = [one for actor in actors for one, _ in actor.record.comments.values()]
        promised = {kind: kinds[kind] for kind in KINDS} | {"comments": comments.count(pk)}
        found = post["reactions"] | {"comments": post["comments_count"]}
        yield from differing(f"total of {pk}", promised, found)
        listed = Counter(
            one["type"] for one in pages(door, f"posts/{pk}/reactions?limit=50", "reactions")
        )
        yield from differing(f"listed at {pk}", {k: v for k, v in kinds.items() if k}, listed)
    door.close()


def verified(site: Site) -> Found:
    """`manage.py verify` finds nothing."""
    command = [sys.executable, "manage.py", "verify", "--json", "--pause", "0.5"]
    said = subprocess.run(
        command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False
    )
    try:
        differences = json.loads(said.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        yield f"verify: {said.stdout[-500:]} {said.stderr[-500:]}"
        return
    yield from (f"verify: {one}" for one in differences)


def owes_nothing(site: Site) -> Found:
    """No debts, and no dead letters."""
    with Redis.from_url(site.running["redis_url"], decode_responses=True) as valkey:
        left = {key: valkey.zcard(key) for key in valkey.scan_iter("dirty:*", _type="zset")}
        dead = {key: valkey.hkeys(key) for key in valkey.scan_iter("dead:*")}
    yield from (f"{key}: {count} owed" for key, count in left.items() if count)
    yield from (f"{key}: {names}" for key, names in dead.items())


def mailed_once(site: Site, common: Collection[str]) -> Found:
    """Nobody was told of the same twice: of one member's comments to each post once, and so on."""
    mails: Counter[tuple[str, str]] = Counter()
    for file in (site.folder / "data" / "emails").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        if mail["Subject"] != UNREAD:
            mails[str(mail["To"]), str(mail["Subject"])] += 1
    for (receiver, subject), count in mails.items():
        most = len(common) if subject.endswith("your post") else 1
        if count > most:
            yield f"{receiver} was mailed {count} times: {subject}"


def quiet(site: Site) -> Found:
    """No log has a traceback: what a fault causes is said in a line."""
    lines = site.log.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines):
        if "Traceback (most recent call last)" in line:
            name = line.partition("|")[0]
            ours = (one for one in lines[number : number + 200] if one.startswith(name))
            errors = (
                one for one in ours if re.search(r"\| [A-Za-z_.]+(Error|Exception|[A-Z]\w+):", one)
            )
            yield f"traceback in the log of {name.strip()}: {next(errors, line)}"


def honest(actors: list[Actor]) -> Found:
    """What the owners saw themselves: no wrong answer, and at once what was acknowledged."""
    for actor in actors:
        yield from actor.record.wrong


def summary(found: dict[str, list[str]]) -> list[str]:
    """Return a line for each check that found something, with some of it."""
    return [
        f"{name}: {len(wrong)} wrong: " + "; ".join(one[:300] for one in wrong[:MOST_SHOWN])
        for name, wrong in found.items()
        if wrong
    ]


def run_all(checks: dict[str, Callable[[], Iterable[str]]]) -> dict[str, list[str]]:
    """Return what each check found."""
    return {name: list(check()) for name, check in checks.items()}
