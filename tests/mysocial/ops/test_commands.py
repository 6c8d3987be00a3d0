"""Management commands: seed_demo, status, doctor, dead_letters, ensure_indexes."""

import json

import pytest
from django.core.management import CommandError, call_command

from images.services import process_due_media
from mysocial.core import mongo, redis
from mysocial.ops.consistency import verify
from posts.models import Post
from tests.support.people import PASSWORD, Person, anonymous


@pytest.fixture
def run(capsys, django_db_blocker):
    """Run a command; return its output."""

    def command(*args: str) -> str:
        with django_db_blocker.unblock():
            call_command(*args)
        return capsys.readouterr().out

    return command


@pytest.fixture
def demo(run, settings):
    settings.DEBUG = True
    run("migrate", "--verbosity", "0")
    run("seed_demo")


def sign_in(name: str) -> Person:
    """Sign a demo member in."""
    response = anonymous.post("signin", {"username": name, "password": PASSWORD}).json()
    return Person(response["user"]["id"], name, response["access"])


def test_demo_members_can_sign_in_and_have_their_privacy(demo):
    response = anonymous.post("signin", {"username": "alice", "password": PASSWORD})
    assert response.status_code == 200
    alice = response.json()["access"]
    feed = anonymous.get("posts", Authorization=f"Bearer {alice}").json()["posts"]
    names = [post["author"]["username"] for post in feed]
    assert names == ["carol", "bob", "alice", "bob", "alice"]


def test_demo_members_have_messages_reactions_and_pictures(demo):
    alice = sign_in("alice")
    assert process_due_media() == 3
    lake, thanks, *_ = alice.get("posts").json()["posts"]
    assert (lake["media"]["state"], lake["media"]["width"]) == ("ready", 960)
    assert (lake["comments_count"], lake["reactions"]["wow"]) == (2, 2)
    assert lake["author"]["avatar_url"].endswith(".png")
    notifications = alice.get("notifications").json()["notifications"]
    assert ("mention", thanks["id"]) in {(item["type"], item["post_id"]) for item in notifications}
    conversations = alice.get("chat/conversations").json()["conversations"]
    unread = [(item["user"]["username"], item["unread"]) for item in conversations]
    assert unread == [("carol", 1), ("bob", 1)]
    requesters = sign_in("dora").get("users/me/follow-requests").json()["users"]
    assert [user["username"] for user in requesters] == ["alice"]
    assert verify(pause=0) == set()


def test_the_demo_is_created_once(demo, run):
    run("seed_demo", "--if-empty")
    with pytest.raises(CommandError, match="already exist"):
        run("seed_demo")


def test_the_demo_needs_debug(run):
    with pytest.raises(CommandError, match="needs DEBUG=1"):
        run("seed_demo")


def test_ensuring_indexes_is_idempotent(run):
    assert "posts.post: feed" in run("ensure_indexes", "--verbosity", "2")
    assert "posts.post: feed" in run("ensure_indexes", "--verbosity", "2")
    assert {"feed", "author", "tombstones"} <= set(mongo.collection(Post).index_information())


def test_dead_letters_are_listed_replayed_and_dropped(alice, run, flush_all, document):
    post = alice.create_post("Poison")
    key = f"posts.post:{post['id']}"
    redis.client().hset(key, "main", b"not json")
    flush_all()

    assert key in run("dead_letters", "list")
    assert list(json.loads(run("dead_letters", "list", "--json"))["posts"]) == [key]
    with pytest.raises(CommandError, match="--key"):
        run("dead_letters", "drop")
    assert "replay: 1" in run("dead_letters", "replay")
    flush_all()
    assert document(Post, post["id"]) is None
    assert "drop: 1" in run("dead_letters", "drop", "--key", key)
    assert "There are no dead letters." in run("dead_letters", "list")


def test_doctor_finds_a_redis_that_may_evict_dirty_records(run, capsys):
    redis.client().config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(SystemExit):
            run("doctor", "--json")
        report = capsys.readouterr().out
    finally:
        redis.client().config_set("maxmemory-policy", "volatile-lfu")
    assert "maxmemory-policy" in report


def test_status_shows_the_backlog(alice, run):
    alice.create_post("Pending")
    state = json.loads(run("status", "--json"))
    assert state["backlogs"]["posts"]["count"] == 1
    assert state["problems"] == []
