"""Record migrations: in Redis and MongoDB, resumable, dry, and under concurrent writes."""

import json
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from mysocial.core import redis
from mysocial.core.mongo import collection
from mysocial.ops.consistency import verify
from mysocial.record_migrations import migrate_record_fields
from mysocial.record_migrations.registry import MIGRATIONS
from mysocial.record_migrations.run import get_state, run_migration
from posts.models import Post
from posts.store import posts
from tests.support.concurrency import assert_no_changes, mongod_paused

NAME = "0001_feelings"


@pytest.fixture(autouse=True)
def migrations_of_the_apps():
    """Take the migrations of the apps out of the registry during a test."""
    registered = dict(MIGRATIONS)
    MIGRATIONS.clear()
    yield
    MIGRATIONS.clear()
    MIGRATIONS.update(registered)


@pytest.fixture
def migration():
    """Register a migration that derives `feelings` from the text."""

    def derive(post):
        return {"feelings": post.text.upper()}

    migrate_record_fields(posts, NAME)(derive)
    return MIGRATIONS[f"posts.post:{NAME}"]


def migrate(capsys, *options):
    """Run the command; return its report."""
    call_command("migrate_records", "--json", "--rate", "0", *options)
    return json.loads(capsys.readouterr().out)


def make_old(post):
    """Bring a record into the form of an older model: without `feelings`, but with `mood`."""
    key = f"posts.post:{post['id']}"
    fragment = json.loads(b"{" + redis.client().hget(key, "main") + b"}")
    del fragment["feelings"]
    redis.client().hset(key, "main", json.dumps({**fragment, "mood": "old"})[1:-1])
    changes = {"$unset": {"feelings": 1}, "$set": {"mood": "old"}}
    collection(Post).update_one({"_id": post["id"]}, changes)


def test_records_of_redis_and_mongodb_are_rewritten(alice, flush_all, document, capsys, migration):
    cached, evicted, dirty = (alice.create_post(text) for text in ("cached", "evicted", "dirty"))
    flush_all()
    for post in (cached, evicted):
        make_old(post)
    redis.client().delete(f"posts.post:{evicted['id']}")
    alice.patch(f"posts/{dirty['id']}", {"text": "changed"})

    (state,) = migrate(capsys)
    assert state == {
        "id": f"posts.post:{NAME}", "status": "done", "migrated": 3, "records": 3, "remaining": 0,
    }  # fmt: skip
    for post, feelings in ((cached, "CACHED"), (evicted, "EVICTED"), (dirty, "CHANGED")):
        assert alice.get(f"posts/{post['id']}").json()["feelings"] == feelings
        assert document(Post, post["id"])["feelings"] == feelings
        assert "mood" not in document(Post, post["id"])
        assert b"mood" not in redis.client().hget(f"posts.post:{post['id']}", "main")
    assert verify(pause=0) == set()


def test_a_finished_migration_changes_nothing_and_announces_nothing(
    alice, flush_all, capsys, migration
):
    alice.create_post("once")
    events = alice.received_events("feed")
    migrate(capsys)
    assert alice.received_events("feed") == events
    with assert_no_changes():
        migrate(capsys)


@pytest.mark.parametrize("option", ["--dry-run", "--status"])
def test_a_dry_run_and_the_status_change_nothing(alice, flush_all, capsys, migration, option):
    alice.create_post("kept")
    flush_all()
    with assert_no_changes():
        (state,) = migrate(capsys, option)
    assert (state["status"], state["migrated"], state["remaining"]) == ("not started", 0, 1)
    assert alice.get("posts").json()["posts"][0]["feelings"] == ""


def test_an_interrupted_migration_continues(alice, flush_all, document, capsys, monkeypatch):
    ids = sorted(alice.create_post(f"{number}")["id"] for number in range(5))
    flush_all()
    seen = []

    def fail_once(post):
        seen.append(post.id)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return {"feelings": "done"}

    monkeypatch.setattr("mysocial.record_migrations.run.BATCH", 2)
    migrate_record_fields(posts, NAME)(fail_once)
    with pytest.raises(KeyboardInterrupt):
        migrate(capsys)
    (state,) = migrate(capsys, "--status")
    assert (state["status"], state["migrated"]) == ("running", 2)
    (state,) = migrate(capsys)
    assert (state["status"], state["migrated"]) == ("done", 5)
    assert seen == [*ids[:3], *ids[2:]]
    assert {document(Post, pk)["feelings"] for pk in ids} == {"done"}


def test_concurrent_writes_are_kept(alice, flush_all, document, migration):
    ids = [alice.create_post(f"{number}")["id"] for number in range(30)]
    flush_all()
    edited, stop, failures = threading.Event(), threading.Event(), []

    def edit():
        turn = 0
        while not stop.is_set():
            turn += 1
            for pk in ids[:10]:
                response = alice.patch(f"posts/{pk}", {"text": f"edit {turn}"})
                if response.status_code != 200:
                    failures.append(response.content)
            edited.set()

    writer = threading.Thread(target=edit)
    writer.start()
    try:
        assert edited.wait(60)
        assert run_migration(migration, rate=0, progress=lambda *_: None) == 30
    finally:
        stop.set()
        writer.join()
    flush_all()
    assert failures == []
    texts = {alice.get(f"posts/{pk}").json()["text"] for pk in ids[:10]}
    assert len(texts) == 1
    for pk in ids:
        post = alice.get(f"posts/{pk}").json()
        assert document(Post, pk)["text"] == post["text"]
        assert document(Post, pk)["feelings"] == post["feelings"] != ""
    assert verify(pause=0) == set()


def test_deleted_records_are_skipped(alice, flush_all, migration, document):
    post = alice.create_post("gone")
    flush_all()
    alice.delete(f"posts/{post['id']}")
    run_migration(migration, rate=0, progress=lambda *_: None)
    flush_all()
    assert document(Post, post["id"])["_deleted_at"]
    assert get_state(migration).status == "done"


def test_an_unreachable_server_is_an_error_and_the_migration_continues(
    alice, flush_all, capsys, migration
):
    alice.create_post("kept")
    flush_all()
    with (
        mongod_paused(),
        pytest.raises(CommandError, match="Not completed; run it again") as raised,
    ):
        migrate(capsys)
    assert raised.value.returncode == 2
    assert migrate(capsys)[0]["status"] == "done"


def test_a_migration_needs_a_name_of_its_own(migration):
    for name in (NAME, "Upper", "x" * 41):
        with pytest.raises(ImproperlyConfigured, match="the name of a migration must be unique"):
            migrate_record_fields(posts, name)(dict)
