"""All members, and members by name, through HTTP."""

import pytest

from mysocial.core import mongo
from mysocial.store import ensure_indexes
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import anonymous, sign_up
from users.models import User


def walk(person, path, limit=2):
    """Return the names of all members on all pages of a list."""
    found, cursor = [], ""
    while cursor is not None:
        answer = person.get(f"{path}limit={limit}{cursor}")
        assert answer.status_code == 200, answer.content
        assert len(answer.json()["users"]) <= limit
        found += [one["username"] for one in answer.json()["users"]]
        following = answer.json()["next"]
        cursor = following and f"&cursor={following}"
    return found


def crowd(*names):
    return {name: sign_up(name) for name in names}


def test_members_are_listed_newest_first(alice, flush_all):
    crowd("one", "two", "three", "four")
    for _ in range(2):
        assert walk(alice, "users?") == ["four", "three", "two", "one", "alice"]
        flush_all()
    (newest,) = alice.get("users?limit=1").json()["users"]
    assert newest == alice.get(f"users/{newest['id']}").json()
    assert anonymous.get("users").status_code == 401


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_whom_a_block_hides_is_neither_listed_nor_found(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    crowd("bobby", "carol")
    assert walk(alice, "users?", limit=1) == ["carol", "bobby", "alice"]
    assert walk(alice, "users/search?q=bob&", limit=1) == ["bobby"]
    assert walk(bob, "users/search?q=ali&") == []


def test_names_that_begin_so_come_before_those_that_contain_it(alice, flush_all):
    crowd("Banana", "ananas", "anatol", "Hanna", "dana", "zebra")
    expected = ["ananas", "anatol", "Banana", "dana"]
    for _ in range(2):
        for limit in (1, 2, 3, 4, 5):
            assert walk(alice, "users/search?q=ANA&", limit) == expected
        flush_all()
    crowd("anabel", "joana")
    for limit in (1, 2, 3, 7):
        assert walk(alice, "users/search?q=ana&", limit) == [
            "anabel", "ananas", "anatol", "Banana", "dana", "joana",
        ]  # fmt: skip


def test_a_member_is_found_at_once_and_only_once_while_names_are_carried(alice, flush_all):
    names = [f"storm{number}" for number in range(6)]
    answers = run_concurrently(*[lambda n=name: sign_up(n) for name in names], flush_all, flush_all)
    assert len(answers) == 8
    assert walk(alice, "users/search?q=storm&", 4) == names


def test_a_search_answers_profiles_and_never_addresses(alice, bob):
    (found,) = alice.get("users/search?q=bob").json()["users"]
    assert found == alice.get(f"users/{bob.id}").json()
    assert b"@" not in alice.get("users/search?q=bob").content
    assert alice.get("users/search?q=bob%40example.com").json()["users"] == []
    assert alice.get("users/search?q=example").json() == {"users": [], "next": None}
    assert anonymous.get("users/search?q=bob").status_code == 401


@pytest.mark.parametrize(
    "text", [".", ".*", "%5E", "bo%5Bb%5D", "(a%2B)%2B%24", "%24gt", "%5C", "b%7Ca"]
)
def test_what_is_sought_is_text_and_no_pattern(alice, bob, flush_all, text):
    flush_all()
    answer = alice.get(f"users/search?q={text}")
    assert answer.status_code == 200
    assert answer.json() == {"users": [], "next": None}


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20%20", "q=" + "x" * 31, "q=a%00b", "q=%0A%0B", "q[$ne]=x", "x=1",
              "q=a&limit=0", "q=a&limit=101", "q=a&cursor=zzz"]
)  # fmt: skip
def test_a_search_that_breaks_a_rule_is_refused(alice, query):
    with assert_no_changes():
        assert alice.get(f"users/search?{query}").status_code == 400


def test_a_search_that_needs_mongodb_is_unavailable_without_it(alice, bob, settings):
    settings.MONGO_TIMEOUT_MS = 300
    with mongod_paused():
        assert alice.get("users/search?q=bob").status_code == 503
    assert walk(alice, "users/search?q=bob&") == ["bob"]


def test_the_searches_are_answered_by_indexes(alice, flush_all):
    flush_all()
    ensure_indexes()
    collection = mongo.collection(User)
    live = {"_deleted_at": None}
    plans = [
        collection.find({"username_key": {"$gte": "a", "$lt": "b"}, **live}).sort("username_key"),
        collection.find(live).sort([("followers_count", -1), ("_id", -1)]),
    ]
    for plan in plans:
        told = str(plan.explain()["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in told
        assert "COLLSCAN" not in told
        assert "'SORT'" not in told


def test_ten_searches_at_once_are_alike(alice, bob):
    answers = run_concurrently(*[lambda: alice.get("users/search?q=b")] * 10)
    assert count_statuses(answers) == {200: 10}
    assert len({answer.content for answer in answers}) == 1
