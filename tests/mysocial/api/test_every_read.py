"""Rules for every route that reads, with data for each of them."""

import cProfile
import hashlib
import re

import pytest
from django.conf import settings

from accounts import tokens
from images.services import process_due_media
from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.realtime import presence
from mysocial.store import STORES
from tests.images.pictures import data_url, make_image
from tests.support import api_contract
from tests.support.people import anonymous, new_client, sign_up
from tests.support.servers import PASSWORD

QUERIES = {
    "users/search": "q=ali",
    "users/lookup": "username=alice",
    "users/relationships": "id={user}",
    "users/online": "id={user}",
}
# Reads without a session (`tests/accounts/test_signup_modes.py`, `tests/accounts/test_captcha.py`).
PUBLIC = {"/api/v1/signup", "/api/v1/signup/challenge"}
# The maximum number of rows.
UNPAGED = {
    "users/leaderboard": 50,
    "users/suggestions": 10,
    "users/relationships": 100,
    "users/online": 100,
}


@pytest.fixture
def ids(alice, bob, stranger):
    """Create data of every kind that Bob can read; return the ids by the collection."""
    carol, nemesis = sign_up("carol"), sign_up("nemesis")
    bob.put(f"users/{alice.id}/follow")
    alice.put(f"users/{stranger.id}/follow")
    bob.patch("users/me/settings", {"is_private": True})
    carol.put(f"users/{bob.id}/follow")
    bob.put(f"users/{nemesis.id}/block")
    bob.put(f"users/{stranger.id}/mute")
    post = alice.create_post("Dear @bob")
    alice.patch(f"posts/{post['id']}", {"text": "Dear @bob, and others"})
    body = {"text": "By Alice"}
    comment = alice.post(f"posts/{post['id']}/comments", body).json()["comment"]
    alice.put(f"comments/{comment['id']}/reaction", {"type": "wow"})
    body = {"text": "A reply", "parent_id": comment["id"]}
    alice.post(f"posts/{post['id']}/comments", body)
    alice.put(f"posts/{post['id']}/reaction", {"type": "love"})
    alice.put(f"posts/{post['id']}/pin")
    bob.put(f"posts/{post['id']}/bookmark")
    alice.post("users/me/images/profile", {"image": data_url(make_image())})
    body = {"receiver_id": bob.id, "text": "Hello"}
    message = alice.post("chat/messages", body).json()["chat_message"]
    bob.put(f"chat/users/{alice.id}")
    bob.post("reports", {"target_type": "post", "target_id": post["id"], "reason": "spam"})
    presence.update_presence([("a socket", alice.id)])
    process_due_media()
    return {
        "posts": post["id"],
        "comments": comment["id"],
        "users": alice.id,
        "chat/conversations": alice.id,
        "chat/messages": message["id"],
    }


@pytest.fixture
def paths(alice, ids):
    """Return the path of every route that reads JSON."""

    def path(template):
        plain = template.removeprefix("/api/v1/")
        filled = plain.replace("{id}", ids.get(plain.partition("/{")[0], ""))
        query = QUERIES.get(plain, "").format(user=alice.id)
        return f"{filled}?{query}" if query else filled

    # Not JSON: the archive of an export (`tests/accounts/test_exports.py`) and the event stream
    # (`tests/mysocial/realtime/test_sse.py`).
    return [
        path(template)
        for template, verbs in api_contract.paths().items()
        if "get" in verbs
        and "application/json" in verbs["get"]["responses"]["200"]["content"]
        and template not in PUBLIC
    ]


def lists_of(response):
    """Return the lists in a response, except the facets of a text and the links of a profile."""
    values = {
        name: value for name, value in response.json().items() if name not in {"facets", "links"}
    }
    return [value for value in values.values() if isinstance(value, list)]


def test_every_read_returns_data(bob, paths):
    for path in paths:
        response = bob.get(path)
        assert response.status_code == 200, path
        assert [] not in lists_of(response), path
    assert len(paths) > 25


def test_every_read_requires_authentication(paths):
    for path in paths:
        assert anonymous.get(path).status_code == 401, path


def test_no_read_shows_the_email_address_of_another_member(alice, bob, paths):
    revealing = {path for path in paths if "@example.com" in bob.get(path).content.decode()}
    assert revealing == {"accounts/me"}
    assert "alice@" not in bob.get("accounts/me").content.decode()
    # Nor data for the owner only: settings and blocks.
    profile = bob.get(f"users/{alice.id}").json()
    assert {"notifications", "who_may_message", "blocked", "blocked_by"}.isdisjoint(profile)


def test_no_list_is_longer_than_its_limit(bob, paths):
    for path in paths:
        lists = lists_of(bob.get(path))
        if not lists:
            continue
        name, _, query = path.partition("?")
        if name in UNPAGED:
            assert len(lists[0]) <= UNPAGED[name]
            continue
        limited = f"{name}?{query}{'&' if query else ''}limit="
        assert [len(rows) for rows in lists_of(bob.get(f"{limited}1"))] == [1], path
        assert bob.get(f"{limited}101").status_code == 400, path


def add_copies(times):
    """Insert copies of every document, with other ids, as of unrelated members."""
    for store in STORES.values():
        collection = mongo.collection(store.model)
        documents = [
            document for document in collection.find() if re.search("[0-9a-f]{24}", document["_id"])
        ]
        for number in range(times):
            copies = [
                {name: copied(name, value, store, number) for name, value in document.items()}
                for document in documents
            ]
            if copies:
                collection.insert_many(copies)


def copied(name, value, store, number):
    """Return a value with other ids, made unique where it must be."""

    def other_id(match):
        return hashlib.sha256(f"{match[0]} {number}".encode()).hexdigest()[:24]

    if not isinstance(value, str):
        return value
    return re.sub("[0-9a-f]{24}", other_id, value) + (str(number) if name in store.unique else "")


@pytest.fixture
def expensive_queries():
    """Return the profiled queries that examined many more documents than they returned."""
    database = mongo.client()[settings.MONGO_DB]

    def expensive():
        own = {"op": "query", "ns": re.compile(rf"^{settings.MONGO_DB}\.(?!system\.)")}
        queries = list(database["system.profile"].find(own))
        assert len(queries) > 10
        return [
            (query["ns"], query["command"]["filter"], query["keysExamined"], query["nreturned"])
            for query in queries
            if max(query["keysExamined"], query["docsExamined"]) > 2 * query["nreturned"] + 10
        ]

    yield expensive
    database.command("profile", 0)
    database["system.profile"].drop()


def test_no_query_examines_many_more_documents_than_it_returns(
    bob, paths, flush_all, expensive_queries
):
    flush_all()
    add_copies(40)
    mongo.client()[settings.MONGO_DB].command("profile", 2)
    for path in paths:
        for key in client().scan_iter("*.*"):
            client().delete(key)
        assert bob.get(path).status_code == 200, path
    body = {"username": "alice@example.com", "password": PASSWORD}
    assert anonymous.post("signin", body).status_code == 200
    assert expensive_queries() == []


def test_a_token_is_verified_once(bob, paths):
    tokens._decode_access_token.cache_clear()
    profile = cProfile.Profile()
    headers = {"Authorization": f"Bearer {bob.access}"}
    for path in paths:
        profile.runcall(new_client().get, f"/api/v1/{path}", headers=headers)
    calls = [
        entry.callcount
        for entry in profile.getstats()
        if getattr(entry.code, "co_qualname", "").endswith(("verify_own_token", "decode_complete"))
    ]
    assert calls == [1]


def test_all_reads_of_a_thread_share_one_redis_connection(bob, paths):
    def connections() -> set[str]:
        """Return the connections whose last command was a script; other threads have others."""
        return {row["id"] for row in client().client_list() if row["cmd"] == "evalsha"}

    bob.get(paths[0])
    before = connections()
    for path in paths:
        bob.get(path)
    assert connections() == before
