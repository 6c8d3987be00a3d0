"""The home feed, through HTTP: one's own posts and those of whom one follows."""

from dataclasses import replace

import pytest

from mysocial.core.keys import COMPLETE
from mysocial.core.redis import client
from mysocial.store.list_fallback import load_list
from posts.store import posts
from tests.support.concurrency import assert_no_changes, mongod_paused, run_concurrently
from tests.support.example_records import evict
from tests.support.people import anonymous, sign_up


def home(person, **query):
    """Return the texts of somebody's whole home feed, page by page."""
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


def list_of(person):
    """Return the ids that Redis holds of somebody's home feed, or None when it holds none."""
    found = client().zrange(posts.list_key("home", person.id), 0, -1)
    return [pk.decode() for pk in found if pk != b"~"] if found else None


def test_home_shows_whom_one_follows_and_oneself_newest_first(alice, bob, stranger):
    follow(bob, alice)
    alice.create_post("one")
    bob.create_post("two")
    stranger.create_post("not followed")
    post = alice.create_post("three", privacy="followers")
    alice.create_post("private", privacy="private")
    assert home(bob) == ["three", "two", "one"]
    assert bob.get("posts/home?limit=1").json()["posts"] == [post]
    assert home(bob, limit=2) == ["three", "two", "one"]
    assert home(alice) == ["three", "one"]


def test_home_is_for_who_is_signed_in():
    assert anonymous.get("posts/home").status_code == 401


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x"])
def test_bounds_that_are_none_are_refused(alice, query):
    with assert_no_changes():
        assert alice.get(f"posts/home?{query}").status_code == 400


def test_a_follow_brings_what_was_written_before_and_an_unfollow_takes_it_away(alice, bob):
    alice.create_post("before")
    bob.create_post("mine")
    assert home(bob) == ["mine"]
    follow(bob, alice)
    assert home(bob) == ["mine", "before"]
    alice.create_post("after")
    assert home(bob) == ["after", "mine", "before"]
    bob.delete(f"users/{alice.id}/follow")
    assert home(bob) == ["mine"]
    assert list_of(bob) is not None
    assert len(list_of(bob)) == 1


def test_a_block_and_a_mute_work_at_once(alice, bob):
    follow(bob, alice)
    alice.create_post("hello")
    assert home(bob) == ["hello"]
    bob.put(f"users/{alice.id}/mute")
    assert home(bob) == []
    bob.delete(f"users/{alice.id}/mute")
    assert home(bob) == ["hello"]
    alice.put(f"users/{bob.id}/block")
    assert home(bob) == []
    alice.delete(f"users/{bob.id}/block")
    assert home(bob) == []


def test_home_follows_privacy_edits_and_deletion(alice, bob):
    follow(bob, alice)
    post = alice.create_post("hello", privacy="private")
    assert home(bob) == []
    alice.patch(f"posts/{post['id']}", {"privacy": "followers"})
    assert home(bob) == ["hello"]
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert home(bob) == home(alice) == []
    alice.patch(f"posts/{post['id']}", {"privacy": "public", "text": "again"})
    assert home(bob) == home(alice) == ["again"]
    alice.delete(f"posts/{post['id']}")
    assert home(bob) == home(alice) == []


def test_a_private_account_is_at_home_with_whom_it_accepted(alice, bob):
    alice.patch("users/me/settings", {"is_private": True})
    alice.create_post("for followers")
    follow(bob, alice)
    assert home(bob) == []
    alice.put(f"users/me/follow-requests/{bob.id}")
    assert home(bob) == ["for followers"]


def test_of_who_has_many_followers_posts_are_merged_at_reading(settings, alice, bob, stranger):
    settings.MAX_FAN_OUT_FOLLOWERS = 1
    follow(bob, alice)
    follow(stranger, alice)
    follow(bob, stranger)
    alice.create_post("one")
    bob.create_post("two")
    stranger.create_post("three")
    alice.create_post("four")
    assert home(bob) == ["four", "three", "two", "one"]
    assert home(bob, limit=1) == ["four", "three", "two", "one"]
    assert home(stranger) == ["four", "three", "one"]
    before = len(list_of(bob))
    alice.create_post("five")
    assert len(list_of(bob)) == before
    assert home(bob)[0] == "five"
    assert home(alice) == ["five", "four", "one"]
    bob.delete(f"users/{alice.id}/follow")
    assert home(bob) == ["three", "two"]


def test_a_home_that_redis_lost_is_made_anew(alice, bob, flush_all):
    follow(bob, alice)
    alice.create_post("one")
    flush_all()
    alice.create_post("two")  # MongoDB has not got it yet
    evict()
    assert list_of(bob) is None
    assert home(bob) == ["two", "one"]
    alice.create_post("three")
    assert home(bob) == ["three", "two", "one"]


def test_home_goes_on_beyond_what_redis_holds(alice, bob, flush_all):
    follow(bob, alice)
    texts = [str(number) for number in range(30)]
    for text in texts:
        alice.create_post(text)
    flush_all()
    evict()
    assert home(bob) == texts[::-1]
    # As if the oldest 25 had been cut off.
    name = posts.list_key("home", bob.id)
    floor = client().zrange(name, 25, 25, withscores=True)[0][1]
    client().zremrangebyrank(name, 0, 25)
    client().zadd(name, {"~": floor})
    assert home(bob, limit=3) == texts[::-1]
    bob.create_post("mine")
    assert home(bob, limit=3) == ["mine", *texts[::-1]]


def test_home_is_read_and_written_while_mongodb_is_away(alice, bob):
    follow(bob, alice)
    alice.create_post("one")
    with mongod_paused():
        alice.create_post("two")
        assert home(bob) == ["two", "one"]
        assert bob.delete(f"users/{alice.id}/follow").status_code == 200
        assert home(bob) == []
        follow(bob, alice)
        assert home(bob) == ["two", "one"]


def test_posts_that_are_written_while_a_home_is_read_are_all_in_it(alice, bob, stranger):
    authors = [alice, stranger, *(sign_up(f"author{number}") for number in range(4))]
    for author in authors:
        follow(bob, author)
    posts_each = [(author, f"{author.username} {n}") for author in authors for n in (1, 2)]
    calls = [lambda a=author, t=text: a.create_post(t) for author, text in posts_each]
    run_concurrently(*calls, *(lambda: home(bob) for _ in range(6)))
    assert sorted(home(bob)) == sorted(text for _, text in posts_each)


def test_a_home_list_that_is_made_anew_ends_where_it_is_full(alice, bob):
    follow(bob, alice)
    written = [(alice, bob)[n % 2].create_post(str(n)) for n in range(5)]
    short = replace(posts.indexes["home"], cap=2)
    newest, floor = load_list(posts, short, bob.id)
    assert [pk for pk, _ in newest] == [one["id"] for one in written[:1:-1]]
    assert floor == str(newest[-1][1])
    assert load_list(posts, posts.indexes["home"], bob.id)[1] == COMPLETE
