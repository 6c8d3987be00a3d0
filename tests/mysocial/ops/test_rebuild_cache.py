"""`manage.py rebuild_cache`: Redis' copies are made anew, and nobody notices."""

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
    """Run the command; return what it says."""
    out = StringIO()
    call_command("rebuild_cache", "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def live(person: Person, other: Person, stop: threading.Event) -> int:
    """Write, and read each write back at once, until told to stop; return how often."""
    own = person.create_post("0")["id"]
    for number in count(1):
        if stop.is_set():
            return number
        edited = person.patch(f"posts/{own}", {"text": f"{number}"})
        assert edited.status_code == 200, edited.content
        assert person.get(f"posts/{own}").json()["text"] == f"{number}"
        new = person.create_post(f"post {number}")["id"]
        listed = person.get(f"users/{person.id}/posts?limit=2").json()["posts"]
        assert [one["id"] for one in listed] == [new, listed[1]["id"]]
        follow = f"users/{other.id}/follow"
        answer = person.put(follow) if number % 2 else person.delete(follow)
        assert answer.status_code == 200, answer.content
        stands = person.get(f"users/relationships?id={other.id}").json()
        assert stands["relationships"][0]["following"] == bool(number % 2)
        me = person.get(f"users/{person.id}").json()
        assert me["posts_count"] == number + 1
    return 0


@pytest.mark.timeout(240)
def test_it_is_made_anew_under_load_and_every_read_is_right():
    people = [sign_up(f"member{number}") for number in range(3)]
    stop = threading.Event()

    def carry() -> None:
        while not stop.is_set():
            for queue in dirty.queue_names():
                flush.flush_queue(queue)

    def rebuild_again_and_again() -> list[dict[str, Any]]:
        try:
            return [run() for _ in range(4)]
        finally:
            stop.set()

    lives = [
        lambda one=one, other=other: live(one, other, stop)
        for one, other in zip(people, people[1:] + people[:1], strict=True)
    ]
    *times, _, rounds = run_concurrently(*lives, carry, rebuild_again_and_again)

    assert min(times) > 1
    # A round that comes before anything was carried has nothing to make anew.
    assert all(sum(one[kind] for one in rounds) for kind in ("records", "lists", "unique_values"))
    assert verify(pause=0) == set()


def test_what_differs_from_mongodb_is_mended_and_what_is_owed_stays(alice, bob, flush_all):
    wrong = alice.create_post("As it was.")["id"]
    bob.get("posts")
    flush_all()
    client().hset(posts.key(wrong), "main", b'"text":"forged"')
    client().zrem(posts.list_key("author", alice.id), wrong)
    client().set(users.unique_key("username_key", "bob"), alice.id)
    owed = alice.create_post("Owed.")["id"]

    said = run()

    assert said["kept"] == 3  # the post, and both that count it
    listed = bob.get(f"users/{alice.id}/posts").json()["posts"]
    assert [(one["id"], one["text"]) for one in listed] == [(owed, "Owed."), (wrong, "As it was.")]
    assert client().get(users.unique_key("username_key", "bob")).decode() == bob.id
    assert posts.key(owed).encode() in client().zrange("dirty:posts", 0, -1)
    flush_all()
    assert verify(pause=0) == set()


def test_dead_letters_keep_their_record(alice, flush_all):
    post = alice.create_post("MongoDB will not take this.")["id"]
    good = client().hget(posts.key(post), "main")
    client().hset(posts.key(post), "main", b"not json")
    flush_all()
    client().hset(posts.key(post), "main", good)
    run()
    assert alice.get(f"posts/{post}").json()["text"] == "MongoDB will not take this."
    dead_letters.retry_dead_letters("posts", [posts.key(post)])


def test_who_read_before_meets_no_conflict_for_it(alice, bob, flush_all):
    post = alice.create_post()["id"]
    bob.put(
        f"posts/{post}/reaction", {"type": "wow"}
    )  # a counter: the version is past the revision
    flush_all()
    before = client().hmget(posts.key(post), "v", "r")
    assert before[0] != before[1]
    run()
    assert client().hmget(posts.key(post), "v", "r") == before


def test_without_mongodb_nothing_is_forgotten(alice, flush_all, settings):
    alice.create_post()
    flush_all()
    before = held()
    with mongod_paused(), pytest.raises(CommandError) as caught:
        run()
    assert caught.value.returncode == 2
    assert held() == before


def held() -> set[bytes]:
    """Return what Redis has of stores: records, lists, reservations."""
    return {key for key in client().scan_iter() if b"." in key.partition(b":")[0]}
