"""What is in an export: every record that is a member's own, to be read by people and programs."""

import json
import zipfile
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.tasks import make_exports
from images.services import process_due_media
from moderation.models import ActionType
from mysocial.privacy import SECTIONS
from mysocial.privacy.exports import EXCLUDED
from mysocial.store import STORES
from tests.accounts.export_files import ask, fetch
from tests.chat.conversations import send_message
from tests.images.pictures import data_url, picture, send
from tests.moderation.staff import file_report, take_action
from tests.support.concurrency import live_records
from tests.support.people import anonymous, sign_up
from tests.support.servers import PASSWORD

# Records that name a member and are another's, or nobody's to be told: by the field that names.
OTHERS = {
    ("followers.block", "blocked_id"),  # nobody is told who blocks them
    ("followers.mute", "muted_id"),  # nor who mutes them
    ("notifications.notification", "actor_id"),  # what others were told of one
    ("notifications.notification", "cause"),
    ("chat.participant", "other_id"),
    ("moderation.report", "subject_id"),  # what others report
    ("moderation.report", "target_id"),
    ("moderation.report", "open_key"),
    ("chat.openchat", "other_id"),
}


@pytest.fixture
def busy(alice, bob, stranger):
    """Let Alice do something of every kind, and others something that is about her."""
    alice.put(f"users/{bob.id}/follow")
    bob.put(f"users/{alice.id}/follow")
    carol, shy, foe = sign_up("carol"), sign_up("shy"), sign_up("foe")
    shy.patch("users/me/settings", {"is_private": True})
    alice.put(f"users/{shy.id}/follow")
    alice.put(f"users/{stranger.id}/mute")
    bob.put(f"users/{alice.id}/mute")
    alice.put(f"users/{carol.id}/block")
    answer = send(alice, "POST", "posts", text="As it was first. @bob", image=picture())
    post = answer.json()["post"]
    alice.patch(f"posts/{post['id']}", {"text": "<b>As it is now.</b>"})
    alice.create_post("For nobody else", privacy="private")
    theirs = bob.create_post("Dear @alice")
    for writer in (alice, bob):
        writer.post(f"posts/{post['id']}/comments", {"text": f"By {writer.username}"})
        writer.put(f"posts/{theirs['id']}/reaction", {"type": "love"})
    alice.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    alice.post("images/profile", {"image": data_url(picture())})
    send_message(alice, bob, "Written by Alice")
    send_message(bob, alice, "Written to Alice")
    send_message(bob, stranger, "Written to somebody else")
    alice.put(f"chat/users/{bob.id}")
    bob.put(f"chat/users/{alice.id}")
    anonymous.post("signin", {"username": "alice", "password": PASSWORD})
    anonymous.post("forgot-password", {"email": "alice@example.com"})
    alice.patch("users/me/settings", {"is_private": True})
    sign_up("asker").put(f"users/{alice.id}/follow")
    file_report(alice, "user", bob.id)
    file_report(bob, "user", alice.id)
    take_action(alice, ActionType.WARN, message="Be kind.")
    foe.put(f"users/{alice.id}/block")
    process_due_media()
    return alice


def said(pack):
    """Return the records of a ZIP, by label of their store."""
    data = {
        label: json.loads(pack.read(f"data/{one.slug}.json")) for label, one in SECTIONS.items()
    }
    return {label: {one["id"]: one for one in records} for label, records in data.items()}


def mentions(label, pk, fields, member):
    """Return the fields by which a record names a member."""
    values = STORES[label].decode(pk, {name.decode(): value for name, value in fields.items()})
    found = {name for name, value in values.items() if member.id in str(value).split(":")}
    return found | {
        name for name, value in values.items() if value == f"{member.username}@example.com"
    }


def test_of_every_store_it_is_said_what_an_export_has_of_it():
    ours = {
        label for label, store in STORES.items() if not store.model.__module__.startswith("tests.")
    }
    assert ours == {*SECTIONS, *EXCLUDED}
    assert not SECTIONS.keys() & EXCLUDED.keys()
    assert len({one.slug for one in SECTIONS.values()}) == len(SECTIONS)


def test_an_export_has_every_record_that_is_stored_of_its_owner_and_no_other(busy):
    assert ask(busy).status_code == 202
    assert make_exports() == 1
    given = said(fetch(busy))
    theirs = {label: {} for label in SECTIONS}
    for label in STORES.keys() - EXCLUDED.keys():
        for pk, fields in live_records(label).items():
            by = mentions(label, pk, fields, busy)
            if (
                by - {name for other, name in OTHERS if other == label} - {"id", "conversation"}
                or pk == busy.id
            ):
                theirs[label][pk] = by
    theirs["posts.postversion"] |= {
        pk: set()
        for pk in live_records("posts.postversion")  # by the post, which is Alice's
    }
    ready = {
        pk
        for pk, fields in live_records("mysocial.email").items()
        if b"export_ready" in fields[b"main"]
    }
    theirs["mysocial.email"] = {
        pk: by for pk, by in theirs["mysocial.email"].items() if pk not in ready
    }
    assert {label: set(some) for label, some in given.items()} == {
        label: set(some) for label, some in theirs.items()
    }
    assert [label for label, some in given.items() if not some] == []


def test_it_is_to_be_read_by_people_and_has_the_files_and_no_secret(busy):
    ask(busy)
    make_exports()
    pack = fetch(busy)
    index = pack.read("index.html").decode()
    names = pack.namelist()
    for name in (one for one in names if one.startswith(("pages/", "data/"))):
        assert f'href="{name}"' in index
    pages = {name: pack.read(name).decode() for name in names if name.startswith("pages/")}
    assert "&lt;b&gt;As it is now.&lt;/b&gt;" in pages["pages/posts-1.html"]
    assert "As it was first. @bob" in pages["pages/earlier-versions-of-posts-1.html"]
    assert f"bob ({busy_id(busy, 'bob')})" in pages["pages/follows-1.html"]
    assert "carol (" not in pages["pages/blocks-1.html"]  # nobody sees a name across a block
    files = [name for name in names if name.startswith("files/")]
    stored = {
        path.name: path.read_bytes() for path in Path(settings.MEDIA_DIR / "public").iterdir()
    }
    assert {name.removeprefix("files/"): pack.read(name) for name in files} == stored
    assert len(files) == 2
    everything = b"".join(pack.read(name) for name in names if not name.startswith("files/"))
    account = live_records("accounts.account")[busy.id]
    secrets = [orjson.loads(b"{" + account[b"main"] + b"}")["password"]]
    secrets += [
        orjson.loads(b"{" + one[b"main"] + b"}")["salt"]
        for one in live_records("accounts.session").values()
    ]
    assert [one for one in secrets if one.encode() in everything] == []
    assert b"Written to somebody else" not in everything


def busy_id(person, name):
    return person.get(f"users/search?q={name}").json()["users"][0]["id"]


def test_an_operator_writes_the_same_to_a_file(busy, tmp_path, capsys):
    out = tmp_path / "alice.zip"
    call_command("export_user", "alice", "--out", str(out), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["bytes"]) == (busy.id, out.stat().st_size)
    with zipfile.ZipFile(out) as pack:
        assert {one.title: len(said(pack)[label]) for label, one in SECTIONS.items()} == told[
            "records"
        ]
    assert told["records"]["Posts"] == 2
    for arguments, code in ((("nobody", "--out", f"{out}2"), 1), (("alice", "--out", str(out)), 2)):
        with pytest.raises(CommandError) as refused:
            call_command("export_user", *arguments)
        assert refused.value.returncode == code
    assert [one.name for one in tmp_path.iterdir()] == ["alice.zip"]
