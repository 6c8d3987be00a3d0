"""`delete_user`: nothing remains of a member except what docs/operations.md lists."""

import json
import re
import uuid

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.management.erasure import Retained
from accounts.tasks import make_exports
from images.services import process_due_media
from mysocial.core import keys, mongo
from mysocial.core.redis import client
from mysocial.persistence import flush, packing
from mysocial.store import STORES
from posts.models import Post
from tests.accounts.export_files import request_export
from tests.chat.conversations import send_message
from tests.images.pictures import data_url, make_image, send_form
from tests.posts.poll_helpers import vote
from tests.support.concurrency import assert_no_changes, dump_storage
from tests.support.people import anonymous, confirm_emails, sign_up
from tests.support.servers import PASSWORD
from tests.support.stack import ROOT

POLL = {"options": ["Fine", "Tired"], "duration_seconds": 3600}


@pytest.fixture
def delete(capsys):
    """Run the command; return its report."""

    def run(*arguments):
        call_command("delete_user", "--yes", "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return run


def new_canary():
    return f"canary{uuid.uuid4().hex}"


@pytest.fixture
def words(bob, stranger):
    """Let a member put a canary word into each text they can write; return both."""
    names = ("post", "edit", "comment", "reply", "said", "answer", "quote", "work", "device")
    words = {name: new_canary() for name in names}
    victim = sign_up("Victim_1", email="victim.one@example.com")
    confirm_emails(victim)
    response = send_form(victim, "POST", "posts", text=words["post"], image=make_image())
    post = response.json()["post"]
    key = {"Idempotency-Key": "mine"}
    victim.patch(f"posts/{post['id']}", {"text": words["edit"]}, **key)
    other_post = bob.create_post("Hello @victim_1, how are you?", poll=POLL)
    victim.post(f"posts/{other_post['id']}/comments", {"text": words["comment"]}, **key)
    victim.put(f"posts/{other_post['id']}/reaction", {"type": "love"})
    victim.put(f"posts/{other_post['id']}/bookmark")
    bob.put(f"posts/{post['id']}/bookmark")
    vote(victim, other_post, 1)
    nice = bob.post(f"posts/{post['id']}/comments", {"text": "Nice"}).json()["comment"]
    victim.put(f"comments/{nice['id']}/reaction", {"type": "love"})
    body = {"text": words["reply"], "parent_id": nice["id"]}
    assert victim.post(f"posts/{post['id']}/comments", body).status_code == 201
    send_message(victim, bob, words["said"])
    send_message(bob, victim, words["answer"])
    victim.patch("users/me", {"quote": words["quote"], "work": words["work"]})
    victim.post("users/me/images/profile", {"image": data_url(make_image())})
    anonymous.post(
        "signin", {"username": "victim_1", "password": PASSWORD}, **{"User-Agent": words["device"]}
    )
    anonymous.post("forgot-password", {"email": "victim.one@example.com"})
    for member, action, target in (
        (victim, "follow", bob),
        (bob, "follow", victim),
        (victim, "block", stranger),
        (bob, "mute", victim),
    ):
        assert member.put(f"users/{target.id}/{action}").status_code == 200
    process_due_media()
    assert request_export(victim).status_code == 202
    make_exports()
    words["link"] = "victim.one@example.com"
    return victim, words


@pytest.mark.parametrize("is_packed", [False, True])
def test_after_an_erasure_only_what_must_be_kept_remains(
    delete, words, bob, *, flush_all, monkeypatch, is_packed
):
    victim, canaries = words
    victim.patch("users/me", {"work": canaries["work"]}, **{"Idempotency-Key": "stored"})
    flush_all()
    if is_packed:
        monkeypatch.setattr(packing, "EVENTS_PER_BLOCK", 3)
        assert packing.pack_new_responses() == 0  # those that are flushed are packed
        assert packing.pack_old_events(min_age_seconds=-1) > 10
    before = dump_storage()
    assert [canary for canary in canaries.values() if canary not in before] == []
    options = [part for canary in canaries.values() for part in ("--word", canary)]
    report = delete("Victim_1", *options)
    assert report["remaining"] == []
    after = dump_storage()
    assert [name for name, canary in canaries.items() if canary in after and name != "link"] == []
    # The address remains only in the e-mail that confirms the erasure.
    assert set(report["retained"]) == {
        Retained.TOMBSTONE,
        Retained.CASCADE,
        Retained.LAST_EMAIL,
        Retained.EVENTS,
        Retained.MENTIONS,
        Retained.DELETED_FILE,
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


def test_the_bytes_that_a_member_has_written_are_forgotten(delete, alice, bob, settings):
    settings.RATE_LIMITS = True
    bob.create_post("Of somebody else")
    assert send_form(alice, "POST", "posts", text="Mine", image=make_image()).status_code == 201
    (day,) = client().scan_iter(f"{keys.DAILY_BYTES_PREFIX}*")
    assert sum(alice.id.encode() in name for name in client().hkeys(day)) == 2  # with the upload
    assert delete("alice")["remaining"] == []
    assert client().hkeys(day) == [bob.id.encode()]


@pytest.mark.tampers
def test_remaining_data_is_found_in_every_storage(delete, words, bob):
    victim, canaries = words
    post = bob.create_post("Of somebody else")
    flush.flush_queue("posts")
    mongo.collection(Post).update_one({"_id": post["id"]}, {"$set": {"text": canaries["said"]}})
    client().set("cache:left", canaries["quote"])
    client().hset("odd", victim.id, "1")
    (settings.MEDIA_DIR / f"{victim.id}.jpg").touch()
    with pytest.raises(CommandError, match="4 traces of the member remain") as error:
        delete("victim_1", "--word", canaries["said"], "--word", canaries["quote"])
    assert error.value.returncode == 1


def test_delete_user_needs_an_existing_member_and_a_confirmation(words):
    with assert_no_changes():
        for arguments in (["nobody_here", "--yes"], ["victim_1"]):
            with pytest.raises(CommandError) as error:
                call_command("delete_user", *arguments)
            assert error.value.returncode == 2


@pytest.mark.parametrize("answer", ["", "y", "bob", "victim.one@example.com"])
def test_the_confirmation_says_who_would_be_erased(words, monkeypatch, answer):
    prompts = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: prompts.append(prompt) or answer)
    with assert_no_changes(), pytest.raises(CommandError, match="Nothing was changed"):
        call_command("delete_user", "victim.one@example.com")
    (prompt,) = prompts
    assert "Victim_1 (victim.one@example.com), id " in prompt
    assert "Type the username to confirm" in prompt


def test_a_username_is_not_confused_with_a_field_or_a_longer_name(delete, bob):
    sign_up("post_id")
    sign_up("post_ida").create_post("I am post_ida")
    bob.create_post("What is a post_id?")
    assert delete("post_id")["remaining"] == []


def test_the_documentation_lists_all_reasons_to_retain_data():
    text = (
        (ROOT / "docs/operations.md")
        .read_text()
        .partition("### What stays")[2]
        .partition("\n## ")[0]
    )
    rows = re.findall(r"^\| ([a-z -]+) \|", text, flags=re.MULTILINE)
    assert sorted(rows[1:] if rows[0] == "what" else rows) == sorted(Retained)
