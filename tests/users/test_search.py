"""Listing and searching members, through HTTP."""

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
    """Return the usernames on all pages of a list."""
    names, cursor = [], ""
    while cursor is not None:
        response = person.get(f"{path}limit={limit}{cursor}")
        assert response.status_code == 200, response.content
        assert len(response.json()["users"]) <= limit
        names += [member["username"] for member in response.json()["users"]]
        next_cursor = response.json()["next"]
        cursor = next_cursor and f"&cursor={next_cursor}"
    return names


def sign_up_members(*names):
    return {name: sign_up(name) for name in names}


def test_members_are_listed_newest_first(alice, flush_all):
    sign_up_members("one", "two", "three", "four")
    for _ in range(2):
        assert walk(alice, "users?") == ["four", "three", "two", "one", "alice"]
        flush_all()
    (newest,) = alice.get("users?limit=1").json()["users"]
    assert newest == alice.get(f"users/{newest['id']}").json()
    assert anonymous.get("users").status_code == 401


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_block_hides_members_from_lists_and_search(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    sign_up_members("bobby", "carol")
    assert walk(alice, "users?", limit=1) == ["carol", "bobby", "alice"]
    assert walk(alice, "users/search?q=bob&", limit=1) == ["bobby"]
    assert walk(bob, "users/search?q=ali&") == []


@pytest.mark.parametrize(
    "typed",
    [
        "zed", "ZED", "@zed", "%20zed%20", "\uff5a\uff45\uff44", "\uff20zed", "z\u00e9d",
        "ze\u200bd", "zed\ufeff",
        "\U0001d4e9ed",
    ],
)  # fmt: skip
def test_a_name_is_found_in_each_form_that_people_type(alice, typed):
    sign_up_members("zedekiah")
    assert walk(alice, f"users/search?q={typed}&") == ["zedekiah"]


@pytest.mark.parametrize(
    "typed", ["", "%20", "@", "\u200b", "x" * 31, "x" * 401, "%00", "a%0Ab%07"]
)
def test_a_search_for_nothing_is_refused(alice, typed):
    with assert_no_changes():
        response = alice.get(f"users/search?q={typed}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["q"]


def test_names_that_start_with_the_text_come_first(alice, flush_all):
    sign_up_members("Banana", "ananas", "anatol", "Hanna", "dana", "zebra")
    expected = ["ananas", "anatol", "Banana", "dana"]
    for _ in range(2):
        for limit in (1, 2, 3, 4, 5):
            assert walk(alice, "users/search?q=ANA&", limit) == expected
        flush_all()
    sign_up_members("anabel", "joana")
    for limit in (1, 2, 3, 7):
        assert walk(alice, "users/search?q=ana&", limit) == [
            "anabel", "ananas", "anatol", "Banana", "dana", "joana",
        ]  # fmt: skip


def test_a_member_is_found_exactly_once_while_names_are_flushed(alice, flush_all):
    names = [f"storm{number}" for number in range(6)]
    responses = run_concurrently(
        *[lambda n=name: sign_up(n) for name in names], flush_all, flush_all
    )
    assert len(responses) == 8
    assert walk(alice, "users/search?q=storm&", 4) == names


def test_a_search_returns_profiles_without_email_addresses(alice, bob):
    (member,) = alice.get("users/search?q=bob").json()["users"]
    assert member == alice.get(f"users/{bob.id}").json()
    assert b"@" not in alice.get("users/search?q=bob").content
    assert alice.get("users/search?q=bob%40example.com").json()["users"] == []
    assert alice.get("users/search?q=example").json() == {"users": [], "next": None}
    assert anonymous.get("users/search?q=bob").status_code == 401


@pytest.mark.parametrize(
    "text", [".", ".*", "%5E", "bo%5Bb%5D", "(a%2B)%2B%24", "%24gt", "%5C", "b%7Ca"]
)
def test_a_search_text_is_not_a_pattern(alice, bob, flush_all, text):
    flush_all()
    response = alice.get(f"users/search?q={text}")
    assert response.status_code == 200
    assert response.json() == {"users": [], "next": None}


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20%20", "q=" + "x" * 31, "q=a%00b", "q=%0A%0B", "q[$ne]=x", "x=1",
              "q=a&limit=0", "q=a&limit=101", "q=a&cursor=zzz"]
)  # fmt: skip
def test_an_invalid_search_is_rejected(alice, query):
    with assert_no_changes():
        assert alice.get(f"users/search?{query}").status_code == 400


def test_a_search_is_unavailable_without_mongodb(alice, bob, settings):
    settings.MONGO_TIMEOUT_MS = 500
    with mongod_paused():
        assert alice.get("users/search?q=bob").status_code == 503
    assert walk(alice, "users/search?q=bob&") == ["bob"]


def test_searches_use_indexes(alice, flush_all):
    flush_all()
    ensure_indexes()
    collection = mongo.collection(User)
    live = {"_deleted_at": None}
    plans = [
        collection.find({"username_key": {"$gte": "a", "$lt": "b"}, **live}).sort("username_key"),
        collection.find(live).sort([("followers_count", -1), ("_id", -1)]),
    ]
    for plan in plans:
        winning_plan = str(plan.explain()["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in winning_plan
        assert "COLLSCAN" not in winning_plan
        assert "'SORT'" not in winning_plan


def test_concurrent_searches_return_the_same(alice, bob):
    responses = run_concurrently(*[lambda: alice.get("users/search?q=b")] * 10)
    assert count_statuses(responses) == {200: 10}
    assert len({response.content for response in responses}) == 1
