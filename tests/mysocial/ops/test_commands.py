"""What operators run: seed_demo, status, doctor, dead_letters, ensure_indexes."""

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
    """Run a command; return what it printed."""

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


def signed_in(name: str) -> Person:
    """Sign a demo member in."""
    answer = anonymous.post("signin", {"username": name, "password": PASSWORD}).json()
    return Person(answer["user"]["id"], name, answer["access"])


def test_the_demo_people_sign_in_and_their_privacy_holds(demo):
    answer = anonymous.post("signin", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200
    alice = answer.json()["access"]
    feed = anonymous.get("posts", Authorization=f"Bearer {alice}").json()["posts"]
    names = [post["author"]["username"] for post in feed]
    assert names == ["carol", "bob", "alice", "bob", "alice"]


def test_in_the_demo_people_talk_react_and_show_pictures(demo):
    alice = signed_in("alice")
    assert process_due_media() == 3
    lake, thanks, *_ = alice.get("posts").json()["posts"]
    assert (lake["media"]["state"], lake["media"]["width"]) == ("ready", 960)
    assert (lake["comments_count"], lake["reactions"]["wow"]) == (1, 2)
    assert lake["author"]["avatar_url"].endswith(".png")
    told = alice.get("notifications").json()["notifications"]
    assert ("mention", thanks["id"]) in {(one["type"], one["post_id"]) for one in told}
    talks = alice.get("chat/conversations").json()["conversations"]
    assert [(one["user"]["username"], one["unread"]) for one in talks] == [("carol", 1), ("bob", 1)]
    asking = signed_in("dora").get("users/me/follow-requests").json()["users"]
    assert [one["username"] for one in asking] == ["alice"]
    assert verify(pause=0) == set()


def test_the_demo_is_made_once(demo, run):
    run("seed_demo", "--if-empty")
    with pytest.raises(CommandError, match="already exist"):
        run("seed_demo")


def test_the_demo_refuses_to_run_without_debug(run):
    with pytest.raises(CommandError, match="needs DEBUG=1"):
        run("seed_demo")


def test_indexes_are_made_twice_without_harm(run):
    assert "posts.post: feed" in run("ensure_indexes", "--verbosity", "2")
    assert "posts.post: feed" in run("ensure_indexes", "--verbosity", "2")
    assert {"feed", "author", "tombstones"} <= set(mongo.collection(Post).index_information())


def test_dead_letters_are_listed_replayed_and_dropped_by_name(alice, run, flush_all, document):
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


def test_doctor_finds_a_redis_that_may_evict_a_debt(run, capsys):
    redis.client().config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(SystemExit):
            run("doctor", "--json")
        report = capsys.readouterr().out
    finally:
        redis.client().config_set("maxmemory-policy", "volatile-lfu")
    assert "maxmemory-policy" in report


def test_status_tells_what_is_owed(alice, run):
    alice.create_post("Owed")
    state = json.loads(run("status", "--json"))
    assert state["debts"]["posts"]["count"] == 2  # the post, and the total of the feed
    assert state["problems"] == []
