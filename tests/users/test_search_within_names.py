"""Searches for a text within names, through HTTP: by the n-grams that MongoDB has of each name."""

import secrets

import pytest

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.record_migrations import RecordMigration
from mysocial.record_migrations.run import run_migration
from mysocial.store import ensure_indexes, search_text
from mysocial.store.grams import MAX_QUERY_GRAMS, grams_field, inner_grams, query_grams
from tests.support.people import sign_up
from tests.users.test_search import walk
from users.models import User
from users.record_migrations import add_username_grams
from users.store import users

NAMES = ("banana", "bandana", "nabanan", "ananas", "savanna", "a_an_a", "x" * 30, "xyxyxyxyx")
GRAMS = grams_field("username_key")


def matching_names(text):
    return [match.text for match in search_text(users, "username_key", text, limit=50)]


def expected(text, names=NAMES):
    within = [name for name in names if text in name and not name.startswith(text)]
    return sorted(name for name in names if name.startswith(text)) + sorted(within)


def remove_grams(query):
    mongo.collection(User).update_many(query, {"$unset": {GRAMS: ""}})


@pytest.fixture
def members():
    for name in NAMES:
        sign_up(name)


def test_every_part_of_a_name_finds_exactly_the_names_that_contain_it(members, flush_all):
    parts = {
        name[first : first + length]
        for name in NAMES
        for first in range(0, len(name), 2)
        for length in (1, 2, 3, 4, 5, 8, 30)
    }
    for step in (lambda: None, flush_all, lambda: remove_grams({"username_key": {"$lt": "b"}})):
        step()
        for text in (*parts, "nab", "zz", "anax", "banan_", "xyz"):
            assert matching_names(text) == expected(text), text


def test_pages_of_a_search_within_names_are_complete(members, alice, flush_all):
    flush_all()
    for limit in (1, 2, 3):
        assert walk(alice, "users/search?q=ana&", limit) == expected("ana")


def test_a_renamed_member_is_found_by_the_new_name_only(bob, flush_all):
    flush_all()
    assert bob.put("users/me/username", {"username": "robert"}).status_code == 200
    flush_all()
    assert (matching_names("ober"), matching_names("ob")) == (["robert"], ["robert"])
    assert mongo.collection(User).find_one({"_id": bob.id})[GRAMS] == inner_grams("robert")


def test_a_migration_adds_the_grams_of_earlier_members(members, flush_all):
    flush_all()
    remove_grams({})
    client().flushall()
    assert matching_names("anan") == expected("anan")
    migration = RecordMigration(users, "0001_username_grams", add_username_grams)
    assert run_migration(migration, rate=0, progress=lambda *_: None) == len(NAMES)
    assert mongo.collection(User).count_documents({GRAMS: None, "username_key": {"$gt": ""}}) == 0
    assert matching_names("anan") == expected("anan")


def test_grams_are_bounded_and_each_text_has_those_of_its_parts():
    name = "abcdefghijklmnopqrstuvwxyz0123"
    assert len(inner_grams(name)) == 29 + 28 + 27
    assert inner_grams("aba") == ["a", "b", "ba"]
    assert inner_grams("a") == []
    for first in range(1, len(name)):
        for end in range(first + 1, len(name) + 1):
            grams = query_grams(name[first:end])
            assert 1 <= len(grams) <= MAX_QUERY_GRAMS
            assert set(grams) <= set(inner_grams(name))


def test_a_search_that_finds_nothing_reads_few_index_keys(alice, flush_all):
    flush_all()
    ensure_indexes()
    collection = mongo.collection(User)
    document = collection.find_one({"_id": alice.id})
    names = [f"q{secrets.token_hex(6)}" for _ in range(2000)]
    collection.insert_many([
        {**document, "_id": secrets.token_hex(12), "username_key": name, GRAMS: inner_grams(name)}
        for name in names
    ])  # fmt: skip
    try:
        for text in ("zzz", "zz9", f"{names[0][5:9]}zz", "qq", "q0q"):
            query = {
                "$and": [{GRAMS: {"$in": [gram, None]}} for gram in query_grams(text)],
                "username_key": {"$regex": f"^(?!{text}).+{text}", "$gt": ""},
                "_deleted_at": None,
            }
            plan = collection.find(query).sort("username_key").limit(20).hint(GRAMS).explain()
            assert "COLLSCAN" not in str(plan)
            assert "'SORT'" not in str(plan["queryPlanner"]["winningPlan"])
            assert plan["executionStats"]["totalKeysExamined"] < 50, text
    finally:
        collection.delete_many({"username_key": {"$in": names}})
