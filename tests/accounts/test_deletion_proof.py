"""`delete_user`: nothing is left of a member but what docs/operations.md names."""

import json
import re
import uuid

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.management import erasure
from accounts.tasks import make_exports
from images.services import process_due_media
from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.persistence import flush
from mysocial.store import STORES
from posts.models import Post
from tests.chat.conversations import send_message
from tests.images.pictures import data_url, picture, send
from tests.support.concurrency import assert_no_changes, dump_storage
from tests.support.people import anonymous, sign_up
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT


@pytest.fixture
def delete(capsys):
    """Delete a member; return what the command says."""

    def run(*arguments):
        call_command("delete_user", "--yes", "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return run


def word():
    return f"canary{uuid.uuid4().hex}"


@pytest.fixture
def words(bob, stranger):
    """Let somebody put a word in each thing that one can write; return the words, and theirs."""
    words = {
        name: word()
        for name in ("post", "edit", "comment", "said", "answer", "quote", "work", "device")
    }
    victim = sign_up("Victim_1", email="victim.one@example.com")
    answer = send(victim, "POST", "posts", text=words["post"], image=picture())
    post = answer.json()["post"]
    key = {"Idempotency-Key": "mine"}
    victim.patch(f"posts/{post['id']}", {"text": words["edit"]}, **key)
    theirs = bob.create_post("Hello @victim_1, how are you?")
    victim.post(f"posts/{theirs['id']}/comments", {"text": words["comment"]}, **key)
    victim.put(f"posts/{theirs['id']}/reaction", {"type": "love"})
    bob.post(f"posts/{post['id']}/comments", {"text": "Nice"})
    send_message(victim, bob, words["said"])
    send_message(bob, victim, words["answer"])
    victim.patch("users/me", {"quote": words["quote"], "work": words["work"]})
    victim.post("images/profile", {"image": data_url(picture())})
    anonymous.post(
        "signin", {"username": "victim_1", "password": PASSWORD}, **{"User-Agent": words["device"]}
    )
    anonymous.post("forgot-password", {"email": "victim.one@example.com"})
    for one, verb, other in (
        (victim, "follow", bob),
        (bob, "follow", victim),
        (victim, "block", stranger),
        (bob, "mute", victim),
    ):
        assert one.put(f"users/{other.id}/{verb}").status_code == 200
    process_due_media()
    victim.post("currentuser/export")
    make_exports()
    words["link"] = "victim.one@example.com"
    return victim, words


def test_of_what_was_erased_nothing_is_left_but_what_must_stay(delete, words, bob, flush_all):
    victim, canaries = words
    flush_all()
    before = dump_storage()
    assert [one for one in canaries.values() if one not in before] == []
    options = [part for one in canaries.values() for part in ("--word", one)]
    said = delete("Victim_1", *options)
    assert said["left"] == []
    after = dump_storage()
    assert [name for name, one in canaries.items() if one in after and name != "link"] == []
    # The address is in the mail that tells of it, and nowhere else.
    assert set(said["stays"]) == {
        erasure.TOMBSTONE,
        erasure.REMOVED,
        erasure.LAST_MAIL,
        erasure.NEWS,
        erasure.WORDS,
        erasure.FILES,
    }
    holders = {
        label
        for label, store in STORES.items()
        if "victim.one@example.com" in repr(list(mongo.collection(store.model).find()))
    }
    assert holders == {"mysocial.email"}
    assert list((settings.MEDIA_DIR / "public").iterdir()) == []
    assert list((settings.MEDIA_DIR / "exports").iterdir()) == []
    assert bob.get(f"users/{victim.id}").status_code == 404
    assert "@victim_1" in bob.get("posts").json()["posts"][0]["text"]
    assert sign_up("victim_1", email="victim.one@example.com").id != victim.id


@pytest.mark.tampers
def test_what_is_left_is_found_wherever_it_is(delete, words, bob):
    victim, canaries = words
    post = bob.create_post("Of somebody else")
    flush.flush_queue("posts")
    mongo.collection(Post).update_one({"_id": post["id"]}, {"$set": {"text": canaries["said"]}})
    client().set("cache:left", canaries["quote"])
    client().hset("odd", victim.id, "1")
    (settings.MEDIA_DIR / f"{victim.id}.jpg").touch()
    with pytest.raises(CommandError, match="4 traces are left") as refused:
        delete("victim_1", "--word", canaries["said"], "--word", canaries["quote"])
    assert refused.value.returncode == 1


def test_nobody_is_erased_without_being_asked_for_by_name(words):
    with assert_no_changes():
        for arguments in (["nobody_here", "--yes"], ["victim_1"]):
            with pytest.raises(CommandError) as refused:
                call_command("delete_user", *arguments)
            assert refused.value.returncode == 2


def test_a_name_is_not_taken_for_a_field_nor_for_a_part_of_another(delete, bob):
    sign_up("post_id")
    sign_up("post_ida").create_post("I am post_ida")
    bob.create_post("What is a post_id?")
    assert delete("post_id")["left"] == []


def test_what_must_stay_is_what_the_document_says():
    text = (
        (ROOT / "docs/operations.md")
        .read_text()
        .partition("### What stays")[2]
        .partition("\n## ")[0]
    )
    rows = re.findall(r"^\| ([a-z ]+) \|", text, flags=re.MULTILINE)
    ours = {
        name: getattr(erasure, name)
        for name in (
            "TOMBSTONE",
            "REMOVED",
            "LAST_MAIL",
            "NEWS",
            "WORDS",
            "STAFF",
            "ONLINE",
            "FILES",
        )
    }
    assert sorted(rows[1:] if rows[0] == "what" else rows) == sorted(ours.values())
