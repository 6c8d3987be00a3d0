"""Contents of an export: all records of a member, readable by people and programs."""

import json
import zipfile
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts import selectors, services
from accounts.models import CHANGE_EMAIL
from accounts.tasks import make_exports
from images.services import process_due_media
from moderation.models import ActionType
from mysocial.privacy import SECTIONS, Owner
from mysocial.privacy.exports import EXCLUDED
from mysocial.store import STORES
from tests.accounts.export_files import download_export, request_export
from tests.chat.conversations import send_message
from tests.images.pictures import data_url, make_image, send_form
from tests.moderation.staff import file_report, take_action
from tests.posts.poll_helpers import create_poll, vote
from tests.support.concurrency import live_records
from tests.support.people import anonymous, confirm_emails, sign_up
from tests.support.servers import PASSWORD

# Fields that name a member in records that belong to others or must not be disclosed.
FIELDS_OF_OTHERS = {
    ("followers.block", "blocked_id"),  # members do not learn who blocks them
    ("followers.mute", "muted_id"),  # nor who mutes them
    ("notifications.notification", "actor_id"),  # notifications of others
    ("notifications.notification", "cause"),
    ("chat.participant", "other_id"),
    ("moderation.report", "subject_id"),  # reports by others
    ("moderation.report", "target_id"),
    ("moderation.report", "open_key"),
    ("chat.openchat", "other_id"),
    ("comments.comment", "thread_author_id"),  # replies of others
}


@pytest.fixture
def active_member(alice, bob, stranger):
    """Return Alice, after she and others acted in all ways that are stored."""
    alice.put(f"users/{bob.id}/follow")
    bob.put(f"users/{alice.id}/follow")
    carol, shy, blocker = sign_up("carol"), sign_up("shy"), sign_up("foe")
    shy.patch("users/me/settings", {"is_private": True})
    alice.put(f"users/{shy.id}/follow")
    alice.put(f"users/{stranger.id}/mute")
    bob.put(f"users/{alice.id}/mute")
    alice.put(f"users/{carol.id}/block")
    response = send_form(alice, "POST", "posts", text="As it was first. @bob", image=make_image())
    post = response.json()["post"]
    alice.patch(f"posts/{post['id']}", {"text": "<b>As it is now.</b>"})
    alice.create_post("For nobody else", privacy="private")
    other_post = bob.create_post("Dear @alice")
    for writer in (alice, bob):
        writer.post(f"posts/{post['id']}/comments", {"text": f"By {writer.username}"})
        writer.put(f"posts/{other_post['id']}/reaction", {"type": "love"})
    _reply_and_react(alice, bob, post)
    alice.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    for member in (alice, bob):
        member.put(f"posts/{other_post['id']}/bookmark")
    _vote_in_each_others_polls(alice, bob)
    alice.post("users/me/images/profile", {"image": data_url(make_image())})
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
    blocker.put(f"users/{alice.id}/block")
    _change_names_and_back(alice)
    process_due_media()
    return alice


def _vote_in_each_others_polls(*people):
    for asker, voter in (people, people[::-1]):
        vote(voter, create_poll(asker), 1)


def _reply_and_react(alice, bob, post):
    """Let both reply to a comment and react to it."""
    comment = alice.get(f"posts/{post['id']}/comments").json()["comments"][-1]
    for member in (alice, bob):
        member.put(f"comments/{comment['id']}/reaction", {"type": "sad"})
    for writer in (bob, alice):
        body = {"text": f"A reply by {writer.username}", "parent_id": comment["id"]}
        writer.post(f"posts/{post['id']}/comments", body)


def _change_names_and_back(alice):
    """Change the username and the address, and change them back, which leaves reservations."""
    confirm_emails(alice)
    for name in ("alicia", "alice"):
        assert alice.put("users/me/username", {"username": name}).status_code == 200
        body = {"email": f"{name}@example.com", "password": PASSWORD}
        assert alice.put("accounts/me/email", body).status_code == 200
        token = services.create_token(selectors.get_account(alice.id), CHANGE_EMAIL)
        assert anonymous.post(f"verify-email/{token}").status_code == 200


def read_records(archive):
    """Return the records in an archive, by label and id."""
    data = {
        label: json.loads(archive.read(f"data/{section.slug}.json"))
        for label, section in SECTIONS.items()
    }
    return {
        label: {section["id"]: section for section in records} for label, records in data.items()
    }


def mentions(label, pk, fields, member):
    """Return the fields of a record that name a member."""
    values = STORES[label].decode(pk, {name.decode(): value for name, value in fields.items()})
    fields_with_id = {name for name, value in values.items() if member.id in str(value).split(":")}
    return fields_with_id | {
        name for name, value in values.items() if value == f"{member.username}@example.com"
    }


def test_every_store_is_exported_or_excluded():
    labels = {
        label for label, store in STORES.items() if not store.model.__module__.startswith("tests.")
    }
    assert labels == {*SECTIONS, *EXCLUDED}
    assert not SECTIONS.keys() & EXCLUDED.keys()
    assert len({section.slug for section in SECTIONS.values()}) == len(SECTIONS)


def test_an_export_contains_all_records_of_its_owner_and_no_others(active_member):
    assert request_export(active_member).status_code == 202
    assert make_exports() == 1
    exported = read_records(download_export(active_member))
    stored = {label: {} for label in SECTIONS}
    for label in STORES.keys() - EXCLUDED.keys():
        for pk, fields in live_records(label).items():
            names = mentions(label, pk, fields, active_member)
            if (
                names
                - {name for other, name in FIELDS_OF_OTHERS if other == label}
                - {"id", "conversation"}
                or pk == active_member.id
            ):
                stored[label][pk] = names
    authors = {pk: fields[b"author_id"] for pk, fields in live_records("posts.post").items()}
    stored["posts.poll"] |= {
        pk: set() for pk in live_records("posts.poll") if authors[pk] == active_member.id.encode()
    }
    stored["posts.postversion"] |= {
        pk: set()
        for pk in live_records("posts.postversion")  # belongs to Alice's post
    }
    export_emails = {
        pk
        for pk, fields in live_records("mysocial.email").items()
        if b"export_ready" in fields[b"main"]
    }
    stored["mysocial.email"] = {
        pk: names for pk, names in stored["mysocial.email"].items() if pk not in export_emails
    }
    assert {label: set(records) for label, records in exported.items()} == {
        label: set(records) for label, records in stored.items()
    }
    assert [label for label, records in exported.items() if not records] == []


def test_an_export_has_pages_and_files_and_no_secret(active_member):
    request_export(active_member)
    make_exports()
    archive = download_export(active_member)
    index = archive.read("index.html").decode()
    names = archive.namelist()
    for name in (secret for secret in names if secret.startswith(("pages/", "data/"))):
        assert f'href="{name}"' in index
    pages = {name: archive.read(name).decode() for name in names if name.startswith("pages/")}
    assert "&lt;b&gt;As it is now.&lt;/b&gt;" in pages["pages/posts-1.html"]
    assert "As it was first. @bob" in pages["pages/earlier-versions-of-posts-1.html"]
    assert f"bob ({user_id_of(active_member, 'bob')})" in pages["pages/follows-1.html"]
    assert "carol (" not in pages["pages/blocks-1.html"]  # names are hidden across a block
    files = [name for name in names if name.startswith("files/")]
    stored = {
        path.name: path.read_bytes() for path in Path(settings.MEDIA_DIR / "public").iterdir()
    }
    assert {name.removeprefix("files/"): archive.read(name) for name in files} == stored
    assert len(files) == 2
    everything = b"".join(archive.read(name) for name in names if not name.startswith("files/"))
    account = live_records("accounts.account")[active_member.id]
    secrets = [orjson.loads(b"{" + account[b"main"] + b"}")["password"]]
    secrets += [
        orjson.loads(b"{" + secret[b"main"] + b"}")["salt"]
        for secret in live_records("accounts.session").values()
    ]
    assert [secret for secret in secrets if secret.encode() in everything] == []
    assert b"Written to somebody else" not in everything


def user_id_of(person, name):
    return person.get(f"users/search?q={name}").json()["users"][0]["id"]


def test_an_operator_can_write_the_same_export_to_a_file(active_member, tmp_path, capsys):
    out = tmp_path / "alice.zip"
    call_command("export_user", "alice", "--out", str(out), "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["id"], report["bytes"]) == (active_member.id, out.stat().st_size)
    with zipfile.ZipFile(out) as archive:
        assert {
            section.title: len(read_records(archive)[label]) for label, section in SECTIONS.items()
        } == report["records"]
    assert report["records"]["Posts"] == 3
    for arguments, code in ((("nobody", "--out", f"{out}2"), 1), (("alice", "--out", str(out)), 2)):
        with pytest.raises(CommandError) as error:
            call_command("export_user", *arguments)
        assert error.value.returncode == code
    assert [section.name for section in tmp_path.iterdir()] == ["alice.zip"]


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_an_export_shows_of_others_what_the_member_can_see_now(alice, bob, blocker):
    post = bob.create_post("Dear @alice")
    own = send_message(alice, bob, "Written by Alice")
    theirs = [send_message(bob, alice, text)["id"] for text in ("First", "Second")]
    bob.put(f"chat/messages/{own['id']}/reaction", {"type": "love"})
    alice.delete(f"chat/messages/{theirs[0]}?for=me")
    seen = export_records(alice)
    assert set(seen["chat.message"]) == {own["id"], theirs[1]}
    assert seen["chat.message"][own["id"]]["reactions"] == {bob.id: "love"}
    assert post_ids(seen) == {"", post["id"]}  # a message, and a mention
    bob.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert post_ids(export_records(alice)) == {""}
    people = {"alice": (alice, bob), "bob": (bob, alice)}
    member, other = people[blocker]
    assert member.put(f"users/{other.id}/block").status_code == 200
    hidden = export_records(alice)
    assert set(hidden["chat.message"]) == {own["id"]}
    assert hidden["chat.message"][own["id"]]["reactions"] == {}
    assert post_ids(hidden) == set()


def post_ids(records):
    """Return the posts of the notifications in an export."""
    return {each["post_id"] for each in records["notifications.notification"].values()}


def export_records(person):
    """Return the records in a new export of a member, by label and id."""
    owner = Owner(person.id, person.username, f"{person.username}@example.com")
    return {
        label: {
            str(record.pk): section.exported_fields(record)
            for record in section.find_records(owner)
        }
        for label, section in SECTIONS.items()
    }
