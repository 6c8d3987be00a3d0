"""Leaderboards: who is ranked, in which order, and who sees them."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts import services as accounts
from mysocial.core import cache as site_cache
from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.ids import milliseconds, now
from mysocial.core.redis import client
from mysocial.dev.processes import free_port
from mysocial.store import write
from posts.models import Post
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, sign_up
from users import leaderboards
from users.models import User


@pytest.fixture
def rank(flush_all):
    """Return a function that lets the next read rank the members again."""

    def rank_again():
        flush_all()
        for kind in leaderboards.KINDS:
            site_cache.forget_cached(keys.leaderboard(kind))

    return rank_again


@pytest.fixture(autouse=True)
def _cache_is_used():
    site_cache._skip_until = 0.0
    site_cache._local.clear()
    yield
    site_cache._skip_until = 0.0
    site_cache._local.clear()


def board(person, kind="followers", **query):
    parameters = "&".join(f"{name}={value}" for name, value in {"kind": kind, **query}.items())
    response = person.get(f"users/leaderboard?{parameters}")
    assert response.status_code == 200
    return [user["username"] for user in response.json()["users"]]


def follow(follower, followed):
    assert follower.put(f"users/{followed.id}/follow").status_code == 200


def test_the_most_followed_members_are_first(alice, bob, stranger, rank):
    follow(alice, bob)
    follow(stranger, bob)
    follow(bob, alice)
    rank()
    response = stranger.get("users/leaderboard?limit=2")
    first, second = response.json()["users"]
    assert (first["username"], first["followers_count"]) == ("bob", 2)
    assert (second["username"], second["followers_count"]) == ("alice", 1)
    assert first["viewer"]["following"] is True
    assert response.json()["next"] is None
    assert response.json()["ranked_at"].endswith("Z")


def test_the_order_is_that_of_the_followers_now(alice, bob, stranger, rank):
    follow(stranger, bob)
    rank()
    assert board(alice, limit=1) == ["bob"]
    for number in range(2):
        follow(sign_up(f"fan{number}"), alice)
    assert board(stranger)[:2] == ["alice", "bob"]


def test_the_most_active_members_wrote_most_public_posts_within_a_week(
    alice, bob, stranger, rank, settings
):
    for _ in range(3):
        bob.create_post(privacy="followers")
    for _ in range(2):
        alice.create_post()
    stranger.create_post()
    rank()
    assert board(stranger, "active") == ["alice", "stranger"]


@pytest.mark.tampers  # the post is not counted
def test_posts_that_are_older_or_deleted_do_not_count(alice, bob, rank):
    deleted = bob.create_post()
    bob.delete(f"posts/{deleted['id']}")
    with write() as w:
        w.create(Post(author_id=bob.id, created_at=now() - timedelta(days=8)), new_id=True)
    alice.create_post()
    rank()
    assert board(bob, "active") == ["alice"]


@pytest.mark.parametrize("kind", leaderboards.KINDS)
def test_a_member_who_may_not_be_shown_disappears_at_once(kind, alice, bob, stranger, rank):
    for person in (alice, bob):
        person.create_post()
    rank()
    assert {"alice", "bob"} <= set(board(stranger, kind))

    bob.patch("users/me/settings", {"is_private": True})
    assert "bob" not in board(stranger, kind)
    bob.patch("users/me/settings", {"is_private": False})
    assert "bob" in board(stranger, kind)

    bob.patch("users/me/settings", {"shows_in_leaderboards": False})
    assert "bob" not in board(stranger, kind)
    assert "bob" not in board(bob, kind)
    bob.patch("users/me/settings", {"shows_in_leaderboards": True})
    assert "bob" in board(stranger, kind)

    bob.put(f"users/{stranger.id}/block")
    assert "bob" not in board(stranger, kind)
    assert "stranger" not in board(bob, kind)
    assert "bob" in board(alice, kind)
    bob.delete(f"users/{stranger.id}/block")

    until_ms = milliseconds(now() + timedelta(days=1))
    with write() as w:
        accounts.suspend_account(w, user_id=bob.id, until_ms=until_ms, reason="spam")
    assert "bob" not in board(stranger, kind)
    with write() as w:
        accounts.lift_suspension(w, user_id=bob.id)
    assert "bob" in board(stranger, kind)

    accounts.erase_account(account_id=bob.id)
    assert "bob" not in board(stranger, kind)


def test_hidden_members_leave_no_gap(alice, stranger, rank, monkeypatch):
    """The members after them move up, over more than one page of candidates."""
    monkeypatch.setattr(leaderboards, "MAX_RANKED", 3)
    people = [sign_up(f"member{number}") for number in range(8)]
    for number, person in enumerate(people):
        for fan in people[:number]:
            follow(fan, person)
    rank()
    for person in people[3:]:
        person.patch("users/me/settings", {"shows_in_leaderboards": False})
    assert board(stranger, limit=3) == ["member2", "member1", "member0"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("kind=likes", "kind"), ("kind=", "kind"), ("limit=0", "limit"), ("limit=51", "limit"),
     ("limit=x", "limit")],
)  # fmt: skip
def test_an_invalid_parameter_is_explained(query, field, alice):
    with assert_no_changes():
        response = alice.get(f"users/leaderboard?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field


def test_a_leaderboard_needs_a_sign_in():
    assert anonymous.get("users/leaderboard").status_code == 401


def test_the_candidates_are_bounded_and_expire(alice, rank, monkeypatch):
    monkeypatch.setattr(leaderboards, "MAX_CANDIDATES", 2)
    for number in range(4):
        sign_up(f"member{number}").create_post()
    rank()
    for kind in leaderboards.KINDS:
        assert len(board(alice, kind)) == 2
        _, candidates = cache.get(keys.leaderboard(kind))
        assert len(candidates["ids"]) == 2
        assert 0 < client().ttl(cache.make_key(keys.leaderboard(kind))) <= 3600


@pytest.mark.parametrize("kind", leaderboards.KINDS)
def test_an_old_ranking_is_replaced_by_one_request_only(kind, alice, bob, rank):
    bob.create_post()
    follow(alice, bob)
    rank()
    assert board(alice, kind)[0] == "bob"
    ranked_at, candidates = cache.get(keys.leaderboard(kind))
    old = {**candidates, "ids": [alice.id]}
    cache.set(keys.leaderboard(kind), (ranked_at - 301, old))
    cache.set(f"{keys.leaderboard(kind)}:claim", 1)  # of another request
    assert board(bob, kind) == ["alice"]
    cache.delete(f"{keys.leaderboard(kind)}:claim")
    assert board(bob, kind)[0] == "bob"


@pytest.mark.parametrize("kind", leaderboards.KINDS)
def test_without_the_cache_there_are_leaderboards_and_suggestions(
    kind, alice, bob, flush_all, settings
):
    bob.create_post()
    flush_all()

    default = {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}
    settings.CACHES = {"default": default}
    assert board(alice, kind)[0] in {"alice", "bob"}
    response = alice.get("users/suggestions")
    assert [user["username"] for user in response.json()["users"]] == ["bob"]


def test_a_value_that_is_too_large_is_not_kept():
    values = iter(["x" * site_cache.MAX_VALUE_BYTES, "small", "other"])
    for expected in (site_cache.MAX_VALUE_BYTES, 5, 5):
        value = site_cache.cached("value", seconds=60, compute=lambda: next(values))
        assert len(value) == expected
    assert value == "small"


def test_an_old_value_is_used_while_it_cannot_be_computed():
    def fail():
        raise Unavailable

    assert site_cache.cached("value", seconds=60, compute=lambda: ["old"]) == ["old"]
    assert site_cache.cached("value", seconds=0, compute=fail) == ["old"]
    with pytest.raises(Unavailable):
        site_cache.cached("other", seconds=60, compute=fail)


def test_the_setting_is_public_to_nobody_else(alice, bob):
    assert "shows_in_leaderboards" not in bob.get(f"users/{alice.id}").json()
    assert User._meta.get_field("shows_in_leaderboards").default is True
