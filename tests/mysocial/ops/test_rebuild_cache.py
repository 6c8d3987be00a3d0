"""`manage.py rebuild_cache`: it refreshes the cache without effects for members."""

import json
import threading
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from mysocial.persistence import dead_letters, dirty, flush
from posts.store import posts
from tests.support.concurrency import mongod_paused, run_concurrently
from tests.support.people import Person, sign_up
from users.store import users


def run() -> dict[str, Any]:
    """Run the command and return its output."""
    out = StringIO()
    call_command("rebuild_cache", "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def live(person: Person, other: Person, stop: threading.Event) -> int:
    """Write and read each write back until `stop` is set; return the number of rounds."""
    own = person.create_post("0")["id"]
    for number in count(1):
        if stop.is_set():
            return number
        edited = person.patch(f"posts/{own}", {"text": f"{number}"})
        assert edited.status_code == 200, edited.content
        assert person.get(f"posts/{own}").json()["text"] == f"{number}"
        new = person.create_post(f"post {number}")["id"]
        listed = person.get(f"users/{person.id}/posts?limit=2").json()["posts"]
        assert [item["id"] for item in listed] == [new, listed[1]["id"]]
        follow = f"users/{other.id}/follow"
        response = person.put(follow) if number % 2 else person.delete(follow)
        assert response.status_code == 200, response.content
        relationships = person.get(f"users/relationships?id={other.id}").json()
        assert relationships["relationships"][0]["following"] == bool(number % 2)
        me = person.get(f"users/{person.id}").json()
        assert me["posts_count"] == number + 1
    return 0


@pytest.mark.timeout(240)
def test_reads_stay_correct_during_a_rebuild_under_load():
    people = [sign_up(f"member{number}") for number in range(3)]
    stop = threading.Event()

    def flush_repeatedly() -> None:
        while not stop.is_set():
            for queue in dirty.queue_names():
                flush.flush_queue(queue)

    def rebuild_repeatedly() -> list[dict[str, Any]]:
        try:
            return [run() for _ in range(4)]
        finally:
            stop.set()

    activities = [
        lambda person=person, other=other: live(person, other, stop)
        for person, other in zip(people, people[1:] + people[:1], strict=True)
    ]
    *times, _, rounds = run_concurrently(*activities, flush_repeatedly, rebuild_repeatedly)

    assert min(times) > 1
    # The first rounds may have nothing to refresh, as nothing is flushed yet.
    assert all(
        sum(result[kind] for result in rounds) for kind in ("records", "lists", "unique_values")
    )
    assert verify(pause=0) == set()


def test_a_rebuild_corrects_the_cache_and_keeps_unflushed_records(alice, bob, flush_all):
    wrong = alice.create_post("As it was.")["id"]
    bob.get("posts")
    flush_all()
    client().hset(posts.key(wrong), "main", b'"text":"forged"')
    client().zrem(posts.list_key("author", alice.id), wrong)
    client().set(users.unique_key("username_key", "bob"), alice.id)
    unflushed = alice.create_post("Unflushed.")["id"]

    # The post, both records that count it, and that no name or address of both is reserved.
    assert run()["kept"] == 3 + 4
    listed = bob.get(f"users/{alice.id}/posts").json()["posts"]
    assert [(item["id"], item["text"]) for item in listed] == [
        (unflushed, "Unflushed."),
        (wrong, "As it was."),
    ]
    assert client().get(users.unique_key("username_key", "bob")).decode() == bob.id
    assert posts.key(unflushed).encode() in client().zrange("dirty:posts", 0, -1)
    flush_all()
    assert verify(pause=0) == set()


def test_a_rebuild_keeps_the_records_of_dead_letters(alice, flush_all):
    post = alice.create_post("MongoDB rejects this.")["id"]
    good = client().hget(posts.key(post), "main")
    client().hset(posts.key(post), "main", b"not json")
    flush_all()
    client().hset(posts.key(post), "main", good)
    run()
    assert alice.get(f"posts/{post}").json()["text"] == "MongoDB rejects this."
    dead_letters.retry_dead_letters("posts", [posts.key(post)])


def test_a_rebuild_does_not_change_versions_and_revisions(alice, bob, flush_all):
    post = alice.create_post()["id"]
    bob.put(
        f"posts/{post}/reaction", {"type": "wow"}
    )  # a counter, which raises the version but not the revision
    flush_all()
    before = client().hmget(posts.key(post), "v", "r")
    assert before[0] != before[1]
    run()
    assert client().hmget(posts.key(post), "v", "r") == before


def test_a_rebuild_without_mongodb_deletes_nothing(alice, flush_all, settings):
    alice.create_post()
    flush_all()
    before = store_keys()
    with mongod_paused(), pytest.raises(CommandError) as caught:
        run()
    assert caught.value.returncode == 2
    assert store_keys() == before


def store_keys() -> set[bytes]:
    """Return the keys of records, lists and unique values in Redis."""
    return {key for key in client().scan_iter() if b"." in key.partition(b":")[0]}
