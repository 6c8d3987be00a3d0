"""What holds for every route that reads, in a world where each of them has something to say."""

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
from tests.images.pictures import data_url, picture
from tests.support import api_contract
from tests.support.people import anonymous, new_client, sign_up
from tests.support.servers import PASSWORD

QUERIES = {"users/search": "q=ali", "users/relationships": "id={user}", "users/online": "id={user}"}
# How many rows at most.
UNPAGED = {"users/suggestions": 10, "users/relationships": 100, "users/online": 100}


@pytest.fixture
def paths(alice, bob, stranger):
    """Let people do something of every kind; return the path of every read, for Bob to ask."""
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
    alice.put(f"posts/{post['id']}/reaction", {"type": "love"})
    alice.post("images/profile", {"image": data_url(picture())})
    alice.post("chat/message", {"receiver_id": bob.id, "text": "Hello"})
    bob.put(f"chat/users/{alice.id}")
    bob.post("reports", {"target_type": "post", "target_id": post["id"], "reason": "spam"})
    presence.update_presence([("a socket", alice.id)])
    process_due_media()
    ids = {"posts": post["id"], "comments": comment["id"], "users": alice.id, "chat": alice.id}

    def path(template):
        plain = template.removeprefix("/api/")
        found = plain.replace("{id}", ids.get(plain.partition("/")[0], ""))
        query = QUERIES.get(plain, "").format(user=alice.id)
        return f"{found}?{query}" if query else found

    paths = api_contract.schema()["paths"]
    found = {
        template: verbs["get"]["responses"]["200"]
        for template, verbs in paths.items()
        if "get" in verbs
    }
    # What is no JSON is a file of one's own: `tests/accounts/test_exports.py`.
    return [
        path(template)
        for template, answer in found.items()
        if api_contract.ZIP not in answer["content"]
    ]


def rows(answer):
    """Return the lists that an answer has."""
    return [value for value in answer.json().values() if isinstance(value, list)]


def test_each_has_something_to_say(bob, paths):
    for path in paths:
        answer = bob.get(path)
        assert answer.status_code == 200, path
        assert [] not in rows(answer), path
    assert len(paths) > 25


def test_none_answers_without_signing_in(paths):
    for path in paths:
        assert anonymous.get(path).status_code == 401, path


def test_none_tells_the_address_of_another(alice, bob, paths):
    told = {path for path in paths if "@example.com" in bob.get(path).content.decode()}
    assert told == {"currentuser"}
    assert "alice@" not in bob.get("currentuser").content.decode()
    # Nor what is for the owner's eyes: settings, and whom one blocks.
    profile = bob.get(f"users/{alice.id}").json()
    assert {"notifications", "who_may_message", "blocked", "blocked_by"}.isdisjoint(profile)


def test_no_list_is_longer_than_was_asked_for(bob, paths):
    for path in paths:
        lists = rows(bob.get(path))
        if not lists:
            continue
        name, _, query = path.partition("?")
        if name in UNPAGED:
            assert len(lists[0]) <= UNPAGED[name]
            continue
        asked = f"{name}?{query}{'&' if query else ''}limit="
        assert [len(one) for one in rows(bob.get(f"{asked}1"))] == [1], path
        assert bob.get(f"{asked}101").status_code == 400, path


def crowd(times):
    """Put copies of every document beside it, as of people who know nobody here."""
    for store in STORES.values():
        collection = mongo.collection(store.model)
        kept = [one for one in collection.find() if re.search("[0-9a-f]{24}", one["_id"])]
        for number in range(times):
            copies = [
                {name: moved(name, value, store, number) for name, value in one.items()}
                for one in kept
            ]
            if copies:
                collection.insert_many(copies)


def moved(name, value, store, number):
    """Return a value with other ids for those it names, and unique where it must be."""

    def other(found):
        return hashlib.sha256(f"{found[0]} {number}".encode()).hexdigest()[:24]

    if not isinstance(value, str):
        return value
    return re.sub("[0-9a-f]{24}", other, value) + (str(number) if name in store.unique else "")


@pytest.fixture
def laborious():
    """Let MongoDB note its work; return the queries that looked at much more than they found."""
    database = mongo.client()[settings.MONGO_DB]

    def noted():
        ours = {"op": "query", "ns": re.compile(rf"^{settings.MONGO_DB}\.(?!system\.)")}
        found = list(database["system.profile"].find(ours))
        assert len(found) > 10
        return [
            (one["ns"], one["command"]["filter"], one["keysExamined"], one["nreturned"])
            for one in found
            if max(one["keysExamined"], one["docsExamined"]) > 2 * one["nreturned"] + 10
        ]

    yield noted
    database.command("profile", 0)
    database["system.profile"].drop()


def test_none_looks_at_much_more_than_it_finds(bob, paths, flush_all, laborious):
    flush_all()
    crowd(40)
    mongo.client()[settings.MONGO_DB].command("profile", 2)
    for path in paths:
        for key in client().scan_iter("*.*"):
            client().delete(key)
        assert bob.get(path).status_code == 200, path
    body = {"username": "alice@example.com", "password": PASSWORD}
    assert anonymous.post("signin", body).status_code == 200
    assert laborious() == []


def test_a_token_is_verified_once(bob, paths):
    tokens._decode_access_token.cache_clear()
    profile = cProfile.Profile()
    headers = {"Authorization": f"Bearer {bob.access}"}
    for path in paths:
        profile.runcall(new_client().get, f"/api/{path}", headers=headers)
    calls = [
        entry.callcount
        for entry in profile.getstats()
        if getattr(entry.code, "co_qualname", "").endswith("decode_complete")
        and "api_jwt" in entry.code.co_filename
    ]
    assert calls == [1]


def test_all_of_a_thread_share_one_connection_to_redis(bob, paths):
    def scripts() -> set[str]:
        """Return the connections by which a script came last; other threads have theirs."""
        return {one["id"] for one in client().client_list() if one["cmd"] == "evalsha"}

    bob.get(paths[0])
    before = scripts()
    for path in paths:
        bob.get(path)
    assert scripts() == before
