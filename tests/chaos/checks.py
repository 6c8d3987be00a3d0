"""Checks of a run: MongoDB, the API, counters, events, e-mails and logs against the promises.

Each check yields its problems as text.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email import message_from_bytes, policy
from typing import Any

from pymongo import MongoClient
from redis import Redis

from mysocial.core import keys
from tests.chaos.actors import REACTION_TYPES, Actor
from tests.chaos.http_client import MemberClient
from tests.chaos.site import Site
from tests.support.stack import ROOT, wait_for

FLUSH_SECONDS = 20
MAX_SHOWN = 5
UNREAD_SUBJECT = "You have unread messages"  # may be sent repeatedly
Problems = Iterator[str]


def differences(name: str, promised: Any, actual: Any) -> Problems:
    """Yield the differences between two dictionaries or counters."""
    for key in sorted({*promised, *actual}):
        if promised.get(key) != actual.get(key):
            yield f"{name} {key}: promised {promised.get(key)!r}, actual {actual.get(key)!r}"


def check_mongodb(site: Site, actors: list[Actor]) -> Problems:
    """Check that MongoDB has exactly the acknowledged data, in its last acknowledged state."""
    client: MongoClient[dict[str, Any]] = MongoClient(site.running["mongo_url"])
    owners = {"$in": [actor.member.id for actor in actors]}

    def live(collection: str, owner: str, *names: str) -> list[Any]:
        documents = client["mysocial"][collection].find({"_deleted_at": None, owner: owners})
        return [tuple(document[name] for name in names) for document in documents]

    def acknowledged(kind: str) -> dict[str, Any]:
        return {k: v for actor in actors for k, v in getattr(actor.record, kind).items()}

    with client:
        posts = live("posts", "author_id", "_id", "text")
        comments = live("comments", "author_id", "_id", "post_id", "text")
        messages = live("messages", "sender_id", "_id", "text")
        yield from differences("post", acknowledged("posts"), dict(posts))
        yield from differences(
            "comment", acknowledged("comments"), {pk: (*rest,) for pk, *rest in comments}
        )
        yield from differences("message", acknowledged("messages"), dict(messages))
        reactions = live("reactions", "user_id", "user_id", "post_id", "type")
        promised = {
            (actor.member.id, post): kind
            for actor in actors
            for post, kind in actor.record.reactions.items()
        }
        yield from differences("reaction", promised, {(u, p): kind for u, p, kind in reactions})
        follows = live("follows", "follower_id", "follower_id", "followee_id")
        edges = {
            (actor.member.id, other): True for actor in actors for other in actor.record.follows
        }
        yield from differences("follow", edges, dict.fromkeys(follows, True))
    for kind, texts in (("post", posts), ("comment", comments), ("message", messages)):
        duplicates = [
            text for text, count in Counter(row[-1] for row in texts).items() if count > 1
        ]
        yield from (f"{kind} created twice: {text}" for text in duplicates)


def check_api(actors: list[Actor], port: int) -> Problems:
    """Check that each owner reads the acknowledged data, record by record and in lists."""
    with ThreadPoolExecutor(len(actors)) as pool:
        for problems in pool.map(lambda actor: list(_check_as_owner(actor, port)), actors):
            yield from problems


def _check_as_owner(actor: Actor, port: int) -> Problems:
    member_client, record = MemberClient(actor.member, port), actor.record
    for kind, records in (("posts", record.posts), ("comments", record.comments)):
        for pk in records:
            response = member_client.request("GET", f"{kind}/{pk}")
            if not actor.is_as_acknowledged(kind, pk, response):
                yield f"GET {kind}/{pk}: {response}"
    for pk in record.deleted:
        if {
            member_client.request("GET", f"{kind}/{pk}").status for kind in ("posts", "comments")
        } != {404}:
            yield f"{pk} is not deleted"
    mine = f"users/{actor.member.id}/posts?limit=50"
    listed = {post["id"]: post["text"] for post in pages(member_client, mine, "posts")}
    yield from differences("listed post", record.posts, listed)
    people = pages(member_client, f"users/{actor.member.id}/following?limit=50", "users")
    followees = {person["id"]: True for person in people}
    yield from differences("listed followee", dict.fromkeys(record.follows, True), followees)
    me = member_client.request("GET", "users/me").data
    counts = {"posts_count": len(record.posts), "following_count": len(record.follows)}
    shown = {name: me[name] for name in counts}
    yield from differences(f"of {actor.member.id}", counts, shown)
    member_client.close()


def pages(member_client: MemberClient, path: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield all items of a list, page by page."""
    cursor = ""
    while True:
        response = member_client.request("GET", f"{path}&cursor={cursor}" if cursor else path)
        assert response.is_success, response
        yield from response.data[name]
        cursor = response.data["next"]
        if not cursor:
            return


def check_totals(actors: list[Actor], port: int, common: Iterable[str]) -> Problems:
    """Check the counters and lists of the posts that all members wrote to."""
    member_client = MemberClient(actors[0].member, port)
    for pk in common:
        post = member_client.request("GET", f"posts/{pk}").data
        kinds = Counter(actor.record.reactions.get(pk, "") for actor in actors)
        comments = [post for actor in actors for post, _ in actor.record.comments.values()]
        promised = {kind: kinds[kind] for kind in REACTION_TYPES} | {"comments": comments.count(pk)}
        actual = post["reactions"] | {"comments": post["comments_count"]}
        yield from differences(f"total of {pk}", promised, actual)
        listed = Counter(
            reaction["type"]
            for reaction in pages(member_client, f"posts/{pk}/reactions?limit=50", "reactions")
        )
        yield from differences(f"listed at {pk}", {k: v for k, v in kinds.items() if k}, listed)
    member_client.close()


def check_consistency(site: Site) -> Problems:
    """Check that `manage.py verify` finds nothing."""
    command = [sys.executable, "manage.py", "verify", "--json", "--pause", "0.5"]
    result = subprocess.run(
        command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False
    )
    try:
        findings = json.loads(result.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        yield f"verify: {result.stdout[-500:]} {result.stderr[-500:]}"
        return
    yield from (f"verify: {finding}" for finding in findings)


def check_backlog(site: Site) -> Problems:
    """Check that soon no record is unflushed, and none is a dead letter."""
    with Redis.from_url(site.running["redis_url"], decode_responses=True) as valkey:
        with suppress(AssertionError):  # commands and workers also write, for the audit log
            wait_for(lambda: not _unflushed(valkey), within=FLUSH_SECONDS, name="no backlog")
        unflushed = _unflushed(valkey)
        dead = {key: valkey.hkeys(key) for key in valkey.scan_iter(f"{keys.DEAD_LETTERS_PREFIX}*")}
    yield from (f"{key}: {count} unflushed" for key, count in unflushed.items())
    yield from (f"{key}: {names}" for key, names in dead.items())


def _unflushed(valkey: "Redis[str]") -> dict[str, int]:
    """Return the number of unflushed records by key, where there are any."""
    dirty = valkey.scan_iter(f"{keys.DIRTY_PREFIX}*", _type="zset")
    return {key: count for key in dirty if (count := valkey.zcard(key))}


def check_emails(site: Site, common: Collection[str]) -> Problems:
    """Check that no member got two e-mails about the same thing.

    One e-mail about another member's comments is allowed for each post. After each loss of Redis,
    which remembers the e-mails of a day, they may be sent again.
    """
    emails: Counter[tuple[str, str]] = Counter()
    for file in (site.folder / "data" / "emails").glob("*.eml"):
        email = message_from_bytes(file.read_bytes(), policy=policy.default)
        if email["Subject"] != UNREAD_SUBJECT:
            emails[str(email["To"]), str(email["Subject"])] += 1
    for (receiver, subject), count in emails.items():
        limit = len(common) if subject.endswith("your post") else 1
        limit *= 1 + site.epochs_begun
        if count > limit:
            yield f"{receiver} got {count} e-mails: {subject}"


def check_logs(site: Site) -> Problems:
    """Check that no log has a traceback: each effect of a fault is logged in one line."""
    lines = site.log.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines):
        if "Traceback (most recent call last)" in line:
            name = line.partition("|")[0]
            own = (text for text in lines[number : number + 200] if text.startswith(name))
            errors = (
                text
                for text in own
                if re.search(r"\| [A-Za-z_.]+(Error|Exception|[A-Z]\w+):", text)
            )
            yield f"traceback in the log of {name.strip()}: {next(errors, line)}"


def check_responses(actors: list[Actor]) -> Problems:
    """Return the problems that the owners found: wrong responses and failed read-backs."""
    for actor in actors:
        yield from actor.record.problems


def summary(results: dict[str, list[str]]) -> list[str]:
    """Return a line for each check with problems, with the first of them."""
    return [
        f"{name}: {len(problems)} wrong: " + "; ".join(text[:300] for text in problems[:MAX_SHOWN])
        for name, problems in results.items()
        if problems
    ]


def run_all(checks: dict[str, Callable[[], Iterable[str]]]) -> dict[str, list[str]]:
    """Return the problems that each check found."""
    return {name: list(check()) for name, check in checks.items()}
