"""Home feeds with authors whose posts are not fanned out, through HTTP."""

import pytest

from mysocial.core import keys
from mysocial.core.redis import client
from posts.store import posts
from tests.posts.test_home import cached_home_ids, follow, home_texts
from tests.support.concurrency import mongod_paused
from tests.support.people import sign_up

ALL = keys.ALL_SOURCES.encode()


def sources_of(person):
    return posts.list_key("home", person.id) + keys.SOURCES_SUFFIX


@pytest.fixture
def large(settings, alice, bob, stranger):
    """Return an author with two followers, bob and another; two are too many to fan out to."""
    settings.MAX_FAN_OUT_FOLLOWERS = 1
    follow(bob, alice)
    follow(stranger, alice)
    return alice


def test_a_reader_gets_only_the_large_authors_that_they_follow(large, bob, stranger):
    others = [sign_up(f"author{number}") for number in range(3)]
    for author in others:
        follow(large, author)
        follow(stranger, author)
        author.create_post(author.username)
    large.create_post("one")
    assert home_texts(bob) == home_texts(bob, limit=1) == ["one"]
    follow(bob, others[1])
    assert home_texts(bob) == ["one", "author1"]
    others[1].create_post("again")
    assert home_texts(bob) == ["again", "one", "author1"]
    assert len(cached_home_ids(bob)) == 2
    bob.delete(f"users/{others[1].id}/follow")
    others[1].create_post("unseen")
    assert home_texts(bob) == ["one"]


def test_an_author_who_becomes_large_or_small_is_listed_exactly_once(settings, large, bob):
    assert home_texts(bob) == []
    large.create_post("merged")
    settings.MAX_FAN_OUT_FOLLOWERS = 2
    large.create_post("copied")
    assert home_texts(bob) == home_texts(bob, limit=1) == ["copied", "merged"]
    settings.MAX_FAN_OUT_FOLLOWERS = 1
    large.create_post("merged again")
    assert home_texts(bob) == home_texts(bob, limit=1) == ["merged again", "copied", "merged"]


def test_a_new_member_who_follows_a_large_author_reads_their_posts(large):
    large.create_post("one")
    newcomer = sign_up("newcomer")
    assert home_texts(newcomer) == []
    assert client().smembers(sources_of(newcomer)) == {ALL}
    follow(newcomer, large)
    large.create_post("two")
    assert home_texts(newcomer) == ["two", "one"]
    assert client().smembers(sources_of(newcomer)) == {ALL, large.id.encode()}


def test_a_home_list_whose_sources_were_evicted_is_made_again(large, bob):
    assert home_texts(bob) == []
    large.create_post("one")
    client().delete(sources_of(bob))
    with mongod_paused():
        assert home_texts(bob) == ["one"]
    assert client().smembers(sources_of(bob)) == {ALL, large.id.encode()}
    large.create_post("two")
    assert home_texts(bob) == ["two", "one"]


def test_sources_expire_with_their_list(large, bob):
    assert home_texts(bob) == []
    home = posts.list_key("home", bob.id)
    client().delete(home)
    large.create_post("one")
    assert home_texts(bob) == ["one"]
    assert client().pexpiretime(sources_of(bob)) == client().pexpiretime(home)


def test_posts_of_large_authors_survive_the_loss_of_redis(large, bob, flush_all):
    large.create_post("one")
    flush_all()
    client().flushall()
    assert home_texts(bob) == ["one"]
    large.create_post("two")
    flush_all()
    client().delete(posts.list_key("home", "*"))  # as if all of them had been evicted
    client().flushall()
    assert home_texts(bob) == ["two", "one"]


def test_a_reader_whose_sources_are_not_complete_misses_no_large_author(large, bob, stranger):
    other = sign_up("other")
    follow(large, other)
    follow(stranger, other)
    assert home_texts(bob) == []
    # As if the member followed more than are read.
    client().srem(sources_of(bob), ALL, large.id)
    client().sadd(sources_of(bob), other.id)
    large.create_post("one")
    other.create_post("not followed")
    assert home_texts(bob) == ["one"]


def test_a_private_post_of_a_large_author_is_in_no_home_feed(large, bob):
    post = large.create_post("one")
    large.create_post("secret", privacy="private")
    assert home_texts(bob) == ["one"]
    large.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert home_texts(bob) == home_texts(large) == []
