"""The home feed, through HTTP: the own posts and those of followed members."""

import time
from dataclasses import replace

import pytest

from followers.store import follows
from mysocial.core.keys import COMPLETE
from mysocial.core.redis import client
from mysocial.store import read_through
from mysocial.store.list_fallback import load_list
from posts.store import posts
from tests.support.concurrency import assert_no_changes, mongod_paused, run_concurrently
from tests.support.example_records import evict_cached_keys
from tests.support.people import anonymous, sign_up
from tests.support.shared_objects import shared


def home_texts(person, **query):
    """Return the texts of all pages of a member's home feed."""
    texts, cursor = [], ""
    while True:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        page = person.get(f"posts/home?{words}{cursor}").json()
        texts += [post["text"] for post in page["posts"]]
        if page["next"] is None:
            return texts
        cursor = f"&cursor={page['next']}"


def follow(follower, followee):
    assert follower.put(f"users/{followee.id}/follow").status_code == 200


def cached_home_ids(person):
    """Return the ids of a member's home list in Redis, or None if there is none."""
    members = client().zrange(posts.list_key("home", person.id), 0, -1)
    return [pk.decode() for pk in members if pk != b"~"] if members else None


def test_the_home_feed_lists_followed_and_own_posts_newest_first(alice, bob, stranger):
    follow(bob, alice)
    alice.create_post("one")
    bob.create_post("two")
    stranger.create_post("not followed")
    post = alice.create_post("three", privacy="followers")
    alice.create_post("private", privacy="private")
    assert home_texts(bob) == ["three", "two", "one"]
    assert shared(bob.get("posts/home?limit=1").json()["posts"]) == [post]
    assert home_texts(bob, limit=2) == ["three", "two", "one"]
    assert home_texts(alice) == ["three", "one"]


def test_the_home_feed_requires_authentication():
    assert anonymous.get("posts/home").status_code == 401


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x"])
def test_invalid_bounds_of_the_home_feed_are_rejected(alice, query):
    with assert_no_changes():
        assert alice.get(f"posts/home?{query}").status_code == 400


def test_a_follow_adds_earlier_posts_and_an_unfollow_removes_them(alice, bob):
    alice.create_post("before")
    bob.create_post("mine")
    assert home_texts(bob) == ["mine"]
    follow(bob, alice)
    assert home_texts(bob) == ["mine", "before"]
    alice.create_post("after")
    assert home_texts(bob) == ["after", "mine", "before"]
    bob.delete(f"users/{alice.id}/follow")
    assert home_texts(bob) == ["mine"]
    assert cached_home_ids(bob) is not None
    assert len(cached_home_ids(bob)) == 1


def test_a_block_and_a_mute_change_the_home_feed_at_once(alice, bob):
    follow(bob, alice)
    alice.create_post("hello")
    assert home_texts(bob) == ["hello"]
    bob.put(f"users/{alice.id}/mute")
    assert home_texts(bob) == []
    bob.delete(f"users/{alice.id}/mute")
    assert home_texts(bob) == ["hello"]
    alice.put(f"users/{bob.id}/block")
    assert home_texts(bob) == []
    alice.delete(f"users/{bob.id}/block")
    assert home_texts(bob) == []


def test_the_home_feed_reflects_changes_of_privacy_and_deletions(alice, bob):
    follow(bob, alice)
    post = alice.create_post("hello", privacy="private")
    assert home_texts(bob) == []
    alice.patch(f"posts/{post['id']}", {"privacy": "followers"})
    assert home_texts(bob) == ["hello"]
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert home_texts(bob) == home_texts(alice) == []
    alice.patch(f"posts/{post['id']}", {"privacy": "public", "text": "again"})
    assert home_texts(bob) == home_texts(alice) == ["again"]
    alice.delete(f"posts/{post['id']}")
    assert home_texts(bob) == home_texts(alice) == []


def test_posts_of_a_private_account_are_in_the_home_feeds_of_accepted_followers(alice, bob):
    alice.patch("users/me/settings", {"is_private": True})
    alice.create_post("for followers")
    follow(bob, alice)
    assert home_texts(bob) == []
    alice.put(f"users/me/follow-requests/{bob.id}")
    assert home_texts(bob) == ["for followers"]


def test_posts_of_an_author_with_many_followers_are_merged_when_read(
    settings, alice, bob, stranger
):
    settings.MAX_FAN_OUT_FOLLOWERS = 1
    follow(bob, alice)
    follow(stranger, alice)
    follow(bob, stranger)
    alice.create_post("one")
    bob.create_post("two")
    stranger.create_post("three")
    alice.create_post("four")
    assert home_texts(bob) == ["four", "three", "two", "one"]
    assert home_texts(bob, limit=1) == ["four", "three", "two", "one"]
    assert home_texts(stranger) == ["four", "three", "one"]
    before = len(cached_home_ids(bob))
    alice.create_post("five")
    assert len(cached_home_ids(bob)) == before
    assert home_texts(bob)[0] == "five"
    assert home_texts(alice) == ["five", "four", "one"]
    bob.delete(f"users/{alice.id}/follow")
    assert home_texts(bob) == ["three", "two"]


def test_an_evicted_home_list_is_rebuilt(alice, bob, flush_all):
    follow(bob, alice)
    alice.create_post("one")
    flush_all()
    alice.create_post("two")  # Not flushed to MongoDB.
    evict_cached_keys()
    assert cached_home_ids(bob) is None
    assert home_texts(bob) == ["two", "one"]
    alice.create_post("three")
    assert home_texts(bob) == ["three", "two", "one"]


def test_the_home_feed_continues_beyond_the_list_in_redis(alice, bob, flush_all):
    follow(bob, alice)
    texts = [str(number) for number in range(30)]
    for text in texts:
        alice.create_post(text)
    flush_all()
    evict_cached_keys()
    assert home_texts(bob) == texts[::-1]
    # As if the oldest 25 entries had been trimmed.
    name = posts.list_key("home", bob.id)
    floor = client().zrange(name, 25, 25, withscores=True)[0][1]
    client().zremrangebyrank(name, 0, 25)
    client().zadd(name, {"~": floor})
    assert home_texts(bob, limit=3) == texts[::-1]
    bob.create_post("mine")
    assert home_texts(bob, limit=3) == ["mine", *texts[::-1]]


def large_accounts():
    return client().zrange(posts.large_accounts_key(posts.indexes["home"]), 0, -1)


def test_followers_that_redis_forgot_do_not_make_an_account_large(alice, bob, flush_all):
    follow(bob, alice)
    assert home_texts(bob) == []
    flush_all()
    client().delete(follows.list_key("followee", alice.id))
    alice.create_post("one")
    assert large_accounts() == []
    assert len(cached_home_ids(bob)) == 1
    assert home_texts(bob) == ["one"]


def test_a_post_does_not_wait_for_followers_that_only_a_hanging_mongodb_has(
    alice, bob, flush_all, monkeypatch
):
    monkeypatch.setattr(read_through._followers, "retry_at", 0.0)
    follow(bob, alice)
    alice.create_post("zero")
    assert home_texts(bob) == ["zero"]
    flush_all()
    client().delete(follows.list_key("followee", alice.id))
    with mongod_paused():
        for text in ("one", "two", "three"):
            alice.create_post(text)
        waited_once = read_through._followers.retry_at
        assert waited_once > time.monotonic()
        assert large_accounts() == [alice.id.encode()]
        assert home_texts(bob) == ["three", "two", "one", "zero"]


def test_the_home_feed_works_while_mongodb_is_down(alice, bob):
    follow(bob, alice)
    alice.create_post("one")
    with mongod_paused():
        alice.create_post("two")
        assert home_texts(bob) == ["two", "one"]
        assert bob.delete(f"users/{alice.id}/follow").status_code == 200
        assert home_texts(bob) == []
        follow(bob, alice)
        assert home_texts(bob) == ["two", "one"]


def test_posts_created_while_a_home_feed_is_read_are_all_in_it(alice, bob, stranger):
    authors = [alice, stranger, *(sign_up(f"author{number}") for number in range(4))]
    for author in authors:
        follow(bob, author)
    posts_each = [(author, f"{author.username} {n}") for author in authors for n in (1, 2)]
    calls = [lambda a=author, t=text: a.create_post(t) for author, text in posts_each]
    run_concurrently(*calls, *(lambda: home_texts(bob) for _ in range(6)))
    assert sorted(home_texts(bob)) == sorted(text for _, text in posts_each)


def test_a_rebuilt_home_list_ends_at_its_maximum_length(alice, bob):
    follow(bob, alice)
    written = [(alice, bob)[n % 2].create_post(str(n)) for n in range(5)]
    short = replace(posts.indexes["home"], max_entries=2)
    newest, floor = load_list(posts, short, bob.id)
    assert [pk for pk, _ in newest] == [record["id"] for record in written[:1:-1]]
    assert floor == str(newest[-1][1])
    assert load_list(posts, posts.indexes["home"], bob.id)[1] == COMPLETE
