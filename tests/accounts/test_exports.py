"""Exports: all that is stored of a member, for that member alone."""

import json
import os
import time
from pathlib import Path

import msgpack
import orjson
import pytest
from django.conf import settings

from accounts import services
from accounts.models import Export
from accounts.tasks import delete_expired_exports, make_exports
from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from tests.accounts.export_files import ask, fetch
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous
from tests.support.servers import PASSWORD


def test_a_member_asks_waits_is_told_and_nobody_else_gets_it(alice, bob, emails, heard_passing):
    assert alice.get("currentuser/export").json() == {"export": None}
    answer = ask(alice)
    export = answer.json()["export"]
    assert (answer.status_code, export["status"], export["size"]) == (202, "queued", None)
    assert alice.get("currentuser/export").json() == {"export": export}
    assert alice.get("currentuser/export/file").status_code == 404
    assert make_exports() == 1
    assert make_exports() == 0
    ready = alice.get("currentuser/export").json()["export"]
    assert (ready["status"], ready["requested_at"]) == ("ready", export["requested_at"])
    assert len(b"".join(alice.get("currentuser/export/file").streaming_content)) == ready["size"]
    (told,) = heard_passing()
    assert told["kind"] == "export.ready"
    assert told["topic"] == f"self:{alice.id}"
    assert json.loads(told["data"]) == {"size": ready["size"]}
    mails = [mail.read_text() for mail in emails() if "Your export is ready" in mail.read_text()]
    assert ["alice@example.com" in mail for mail in mails] == [True]
    assert bob.get("currentuser/export").json() == {"export": None}
    assert bob.get("currentuser/export/file").status_code == 404
    assert anonymous.get("currentuser/export/file").status_code == 401
    (file,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    alice.post("signout")
    assert alice.get("currentuser/export/file").status_code == 401


@pytest.fixture
def heard_passing():
    """Return what passed since the test began, as the hubs are sent it."""
    ears = client().pubsub()
    ears.subscribe("asgi__group__dispatchers")

    def heard():
        found = []
        while (message := ears.get_message(timeout=1)) is not None:
            if message["type"] == "message":
                found.append(msgpack.unpackb(message["data"]))
        return [one for one in found if one.get("type") == "event.ephemeral"]

    yield heard
    ears.close()


def test_one_is_made_at_a_time_and_a_new_one_takes_the_place_of_the_old(alice):
    assert ask(alice).status_code == 202
    with assert_no_changes():
        assert ask(alice).status_code == 409
    make_exports()
    (before,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    assert ask(alice).status_code == 202
    assert not before.exists()
    make_exports()
    assert len(list(Path(settings.MEDIA_DIR / "exports").iterdir())) == 1
    fetch(alice)


def test_of_many_who_ask_at_once_one_is_heard(alice):
    answers = run_concurrently(*(lambda: ask(alice) for _ in range(4)))
    assert count_statuses(answers) == {202: 1, 409: 3}
    assert make_exports() == 1


def test_a_member_may_ask_three_times_a_day(alice, settings):
    settings.RATE_LIMITS = True
    for _ in range(3):
        assert ask(alice).status_code == 202
        make_exports()
    with assert_no_changes():
        assert ask(alice).status_code == 429


def test_an_export_is_kept_for_a_week(alice, flush_all):
    ask(alice)
    make_exports()
    (file,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    assert delete_expired_exports() == 0
    os.utime(file, (time.time() - 8 * 86400,) * 2)
    assert delete_expired_exports() == 1
    assert delete_expired_exports() == 0
    assert alice.get("currentuser/export/file").status_code == 404
    indexes = mongo.collection(Export).index_information()
    assert indexes["expires"]["expireAfterSeconds"] == 7 * 86400


def test_with_an_account_goes_its_export(alice):
    ask(alice)
    make_exports()
    (file,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    alice.call("DELETE", "currentuser", {"password": PASSWORD})
    while run_due_cascades():
        pass
    assert live_records("accounts.export") == {}
    assert not file.exists()


def test_one_that_is_asked_for_and_erased_before_it_is_made_leaves_nothing(alice):
    ask(alice)
    alice.call("DELETE", "currentuser", {"password": PASSWORD})
    assert make_exports() == 0
    while run_due_cascades():
        pass
    assert list(Path(settings.MEDIA_DIR / "exports").iterdir()) == []


def test_what_cannot_be_made_is_tried_again_and_then_has_failed(alice, settings):
    settings.OUTBOX_CLAIM_SECONDS = 0
    ask(alice)
    folder = Path(settings.MEDIA_DIR / "exports")
    folder.mkdir(parents=True)
    name = orjson.loads(b"{" + live_records("accounts.export")[alice.id][b"main"] + b"}")["file"]
    (folder / name).mkdir()  # as a disk that refuses
    (folder / name / "full").touch()
    assert services.make_exports() == 0
    assert alice.get("currentuser/export").json()["export"]["status"] == "failed"
    assert alice.get("currentuser/export/file").status_code == 404
