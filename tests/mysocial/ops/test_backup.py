"""`manage.py backup` and `restore`: they contain every acknowledged write, and only whole ones."""

import json
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from django.conf import settings
from django.core.management import CommandError, call_command

from images.services import process_due_media
from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.dev.servers import Mongod, Valkey
from mysocial.ops.consistency import verify
from mysocial.persistence import dead_letters, dirty, flush
from posts.models import Post
from tests.images.pictures import make_image, send_form
from tests.support.backups import create_backup, empty_servers, restore_backup
from tests.support.concurrency import run_concurrently
from tests.support.people import Person, logged_events, sign_up
from tests.support.stack import ROOT

WRITERS = 3
POSTS = {"post.created", "post.updated"}


def write(person: Person, first: str, stop: threading.Event) -> None:
    """Write posts, and edit the first one and react to it, until `stop` is set."""
    for number in count(1):
        if stop.is_set():
            return
        person.create_post(f"{number}")
        assert person.patch(f"posts/{first}", {"text": f"{number}"}).status_code == 200
        reaction = f"posts/{first}/reaction"
        if number % 2:
            assert person.put(reaction, {"type": "wow"}).status_code == 200
        else:
            assert person.delete(reaction).status_code == 200


def texts(clock: int) -> dict[str, str]:
    """Return the text of each post after all writes up to a time of the clock."""
    events = [event for event in logged_events() if int(event["id"].partition("-")[0]) <= clock]
    posts = [event["data"] for event in events if event["type"] in POSTS]
    return {post["id"]: post["text"] for post in posts}


def flush_repeatedly(stop: threading.Event) -> None:
    """Flush the queues, as workers do, until `stop` is set."""
    while not stop.is_set():
        for queue in dirty.queue_names():
            flush.flush_queue(queue)


@pytest.mark.timeout(240)
def test_a_backup_under_load_has_every_write_up_to_its_clock_and_none_after(
    tmp_path, run_elsewhere
):
    people = [sign_up(f"writer{number}") for number in range(WRITERS)]
    firsts = [person.create_post("0")["id"] for person in people]
    stop = threading.Event()

    def back_up() -> dict[str, Any]:
        stop.wait(2)
        facts = create_backup(tmp_path / "backup.tar.gz")
        stop.wait(1)
        stop.set()
        return facts

    writers = [lambda args=args: write(*args, stop) for args in zip(people, firsts, strict=True)]
    *_, facts = run_concurrently(*writers, lambda: flush_repeatedly(stop), back_up)

    result, database, valkey = run_elsewhere("restore", tmp_path / "backup.tar.gz")
    assert (result["differences"], result["clock"]) == ([], facts["clock"])
    documents = database["posts"].find({"_deleted_at": None})
    assert {document["_id"]: document["text"] for document in documents} == texts(facts["clock"])
    assert len(firsts) < len(texts(facts["clock"])) < len(texts(int(client().get("clock"))))
    assert int(valkey.get("clock")) >= facts["clock"]
    assert valkey.get("epoch").decode() != facts["epoch"]


@pytest.fixture
def run_elsewhere(tmp_path):
    """Return a function that runs a command on empty servers and returns its output and both."""
    with ExitStack() as stack:
        folder = Path(os.environ["DATA_DIR"]).parent / "elsewhere"
        valkey = stack.enter_context(Valkey(folder / "valkey", appendfsync="everysec"))
        mongod = stack.enter_context(Mongod(folder / "mongo"))

        def run(*command: Any) -> Any:
            environment = {
                "REDIS_URL": valkey.url,
                "MONGO_URL": mongod.url,
                "DATA_DIR": str(folder),
            }
            done = subprocess.run(
                [sys.executable, "manage.py", *map(str, command), "--json"],
                cwd=ROOT,
                env=os.environ | environment | {"DJANGO_SETTINGS_MODULE": "mysocial.settings"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            mongodb = stack.enter_context(pymongo.MongoClient(mongod.url))
            store = stack.enter_context(redis.Redis.from_url(valkey.url))
            return json.loads(done.stdout), mongodb[settings.MONGO_DB], store

        yield run


def test_unflushed_records_are_restored_with_lists_unique_values_and_dead_letters(
    alice, bob, tmp_path, flush_all
):
    poison = alice.create_post("MongoDB rejects this.")
    key = f"posts.post:{poison['id']}"
    good = client().hget(key, "main")
    client().hset(key, "main", b"not json")
    flush_all()
    client().hset(key, "main", good)
    assert list(dead_letters.get_dead_letters()["posts"]) == [key]
    for queue in dirty.queue_names():  # held by a worker, so that the backup flushes nothing
        client().set(f"lease:{queue}", "1", px=60_000)
    kept = alice.create_post("Unflushed.")
    gone = alice.create_post("Unflushed and deleted.")
    alice.delete(f"posts/{gone['id']}")
    alice.patch("users/me", {"username": "alicia"})
    bob.put(f"users/{alice.id}/follow")

    facts = create_backup(tmp_path / "b")
    before = alice.get(f"users/{alice.id}").json()
    assert facts["unflushed"] > 5
    differences = verify(pause=0)  # MongoDB lacks the rejected record
    assert {difference.kind for difference in differences} == {"counter"}
    empty_servers()
    with pytest.raises(CommandError, match="3 differences") as caught:
        restore_backup(tmp_path / "b")
    assert caught.value.returncode == 1
    assert {(difference.key, difference.delta) for difference in verify(pause=0)} == {
        (difference.key, difference.delta) for difference in differences
    }

    assert alice.get(f"users/{alice.id}").json() == before
    listed = alice.get(f"users/{alice.id}/posts").json()["posts"]
    assert [item["id"] for item in listed] == [kept["id"], poison["id"]]
    assert list(dead_letters.get_dead_letters()["posts"]) == [key]
    assert bob.get("posts/home").json()["posts"][0]["id"] == kept["id"]
    dead_letters.retry_dead_letters("posts", [key])
    flush_all()
    assert verify(pause=0) == set()


def test_staff_media_and_indexes_are_restored(alice, moderator, tmp_path):
    ready = send_form(alice, "POST", "posts", text="A picture", image=make_image())
    assert process_due_media() == 1
    waiting = send_form(alice, "POST", "posts", text="Not processed yet", image=make_image())
    assert (ready.status_code, waiting.status_code) == (201, 201)
    files = media()
    assert {name.partition("/")[0] for name in files} == {"public", "incoming"}
    indexes = mongo.collection(Post).index_information()
    create_backup(tmp_path / "b")
    empty_servers()
    call_command("migrate", verbosity=0)  # as `prepare` does at every start
    restore_backup(tmp_path / "b")
    assert media() == files
    assert process_due_media() == 1
    assert mongo.collection(Post).index_information() == indexes
    assert moderator.login(username="mod", password="correct-horse-battery")


def media() -> dict[str, bytes]:
    """Return the content of each media file by its path."""
    files = [file for file in settings.MEDIA_DIR.rglob("*") if file.is_file()]
    return {file.relative_to(settings.MEDIA_DIR).as_posix(): file.read_bytes() for file in files}


def test_versions_stay_monotonic_after_a_restore_with_a_slow_clock(alice, tmp_path, flush_all):
    fast_clock = 2 * 10**15
    client().set("clock", fast_clock)
    post = alice.create_post("From the future.")
    create_backup(tmp_path / "b")
    empty_servers()
    restore_backup(tmp_path / "b")
    assert alice.patch(f"posts/{post['id']}", {"text": "Edited."}).status_code == 200
    flush_all()
    assert mongo.collection(Post).find_one({"_id": post["id"]})["text"] == "Edited."
