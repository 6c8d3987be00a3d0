"""`manage.py verify`: it finds differences and repairs them."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from followers.models import Follow
from mysocial.core import mongo
from mysocial.core.ids import now
from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from posts.models import Post
from posts.store import posts
from users.models import SiteTotals, User
from users.store import TOTALS_ID, site_totals, users


def run(*options):
    """Return the lines that the command prints, and whether it succeeded."""
    out = StringIO()
    try:
        call_command("verify", "--pause=0", *options, stdout=out)
    except CommandError:
        return out.getvalue().splitlines(), False
    return out.getvalue().splitlines(), True


@pytest.fixture
def world(alice, bob, flush_all):
    """Return the id of a post with a comment and a reaction, in both Redis and MongoDB."""
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post()
    bob.post(f"posts/{post['id']}/comments", {"text": "hi"})
    bob.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    bob.get("posts/home")
    bob.get("posts")
    flush_all()
    assert run() == (["0 differences"], True)
    return post["id"]


def in_redis(key, field, value):
    """Return a function that changes a field in Redis."""
    return lambda: client().hset(key, field, value)


def in_mongo(model, pk, **changes):
    """Return a function that changes fields in MongoDB."""
    return lambda: mongo.collection(model).update_one({"_id": pk}, {"$set": changes})


def faults(post, alice, bob):
    """Return functions that create faults, by name, and the kinds of difference they cause."""
    key = posts.key(post)
    return {
        "mongodb lacks a post": (
            lambda: mongo.collection(Post).delete_one({"_id": post}),
            {"missing", "list", "counter"}),
        "mongodb has an older post": (in_mongo(Post, post, _version=1), {"missing"}),
        "redis has an older post": (in_redis(key, "v", "1"), {"stale"}),
        "a text differs": (in_redis(key, "main", b'"text":"forged"'), {"different"}),
        "only redis has a post as deleted": (in_redis(key, "x", "1"), {"different"}),
        "redis has a member as absent": (
            lambda: client().hset(users.key(bob.id), mapping={"v": "0", "x": "1"}), {"stale"}),
        "a list lacks a post": (
            lambda: client().zrem(posts.list_key("author", alice.id), post), {"list"}),
        "a home lacks a post": (
            lambda: client().zrem(posts.list_key("home", bob.id), post), {"list"}),
        "a list has an extra post": (
            lambda: client().zadd(posts.list_key("feed"), {"f" * 24: 5}), {"list"}),
        "a username belongs to another member": (
            lambda: client().set(users.unique_key("username_key", "bob"), alice.id), {"unique"}),
        "a counter drifted": (in_mongo(Post, post, comments_count=7), {"different", "counter"}),
        "a total drifted in both": (
            lambda: (in_mongo(Post, post, reactions_wow=0)(),
                     in_redis(key, "reactions_wow", "0")()), {"counter"}),
        "the total of the site is gone": (
            lambda: (mongo.collection(SiteTotals).delete_many({}),
                     client().delete(site_totals.key(TOTALS_ID))), {"counter"}),
        "a follow refers to a missing member": (
            lambda: mongo.collection(Follow).insert_one(
                {"_id": f"{'f' * 24}:{alice.id}", "_version": 1, "_deleted_at": None,
                 "follower_id": "f" * 24, "followee_id": alice.id,
                 "created_at": now() - timedelta(days=1)}), {"orphan", "list", "counter"}),
    }  # fmt: skip


NAMES = list(faults("", *[type("Nobody", (), {"id": ""})] * 2))


@pytest.mark.parametrize("name", NAMES)
def test_every_difference_is_found_and_repaired(world, alice, bob, name):
    create_fault, kinds = faults(world, alice, bob)[name]
    create_fault()
    lines, succeeded = run()
    assert {line.partition(":")[0] for line in lines} == kinds
    assert not succeeded
    differences = json.loads(run("--json")[0][0])
    assert {difference["kind"] for difference in differences} == kinds

    lines, succeeded = run("--repair")
    assert (lines[-1], succeeded) == ("0 differences", True)
    shown = bob.get(f"posts/{world}").json()
    assert (shown["text"], shown["comments_count"], shown["reactions"]["wow"]) == ("Hello", 1, 1)
    assert bob.get("posts").json()["total_posts"] == 1
    assert [post["id"] for post in bob.get("posts/home").json()["posts"]] == [world]
    assert alice.get(f"users/{alice.id}").json()["followers_count"] == 1
    assert mongo.find(User, {"_id": bob.id})[0]["username"] == "bob"


def test_fields_that_a_model_has_lost_or_got_are_no_difference(world):
    """Records keep the form of an earlier release until they are written."""
    key = posts.key(world)
    old = client().hget(key, "main").replace(b'"feelings":""', b'"lost":"kept"')
    assert b'"lost":"kept"' in old
    client().hset(key, mapping={"main": old, "lost_plain": "kept"})
    unset, lost = {"feelings": 1}, {"lost": "kept", "lost_plain": "kept"}
    mongo.collection(Post).update_one({"_id": world}, {"$unset": unset, "$set": lost})
    assert run() == (["0 differences"], True)


def test_unflushed_records_are_no_difference(alice, bob):
    alice.create_post()
    bob.get("posts")
    assert verify(pause=0) == set()
