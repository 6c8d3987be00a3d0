"""Requesting, creating and downloading exports."""

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
from tests.accounts.export_files import download_export, request_export
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous, confirm_emails
from tests.support.servers import PASSWORD


def test_a_member_requests_an_export_and_alone_can_download_it(
    alice, bob, emails, ephemeral_messages
):
    confirm_emails(alice)
    assert alice.get("accounts/me/export").json() == {"export": None}
    response = request_export(alice)
    export = response.json()["export"]
    assert (response.status_code, export["status"], export["size"]) == (202, "queued", None)
    assert alice.get("accounts/me/export").json() == {"export": export}
    assert alice.get("accounts/me/export/file").status_code == 404
    assert make_exports() == 1
    assert make_exports() == 0
    ready = alice.get("accounts/me/export").json()["export"]
    assert (ready["status"], ready["requested_at"]) == ("ready", export["requested_at"])
    assert len(b"".join(alice.get("accounts/me/export/file").streaming_content)) == ready["size"]
    (message,) = ephemeral_messages()
    assert message["kind"] == "export.ready"
    assert message["topic"] == f"self:{alice.id}"
    assert json.loads(message["data"]) == {"size": ready["size"]}
    mails = [mail.read_text() for mail in emails() if "Your export is ready" in mail.read_text()]
    assert ["alice@example.com" in mail for mail in mails] == [True]
    assert bob.get("accounts/me/export").json() == {"export": None}
    assert bob.get("accounts/me/export/file").status_code == 404
    assert anonymous.get("accounts/me/export/file").status_code == 401
    (file,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    alice.post("signout")
    assert alice.get("accounts/me/export/file").status_code == 401


@pytest.fixture
def ephemeral_messages():
    """Return a function that reads the ephemeral events sent to dispatchers during the test."""
    pubsub = client().pubsub()
    pubsub.subscribe("asgi__group__dispatchers")

    def read():
        messages = []
        while (item := pubsub.get_message(timeout=1)) is not None:
            if item["type"] == "message":
                messages.append(msgpack.unpackb(item["data"]))
        return [message for message in messages if message.get("type") == "event.ephemeral"]

    yield read
    pubsub.close()


def test_a_new_export_replaces_the_previous_one(alice):
    assert request_export(alice).status_code == 202
    with assert_no_changes():
        assert request_export(alice).status_code == 409
    make_exports()
    (previous,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    assert request_export(alice).status_code == 202
    assert not previous.exists()
    make_exports()
    assert len(list(Path(settings.MEDIA_DIR / "exports").iterdir())) == 1
    download_export(alice)


def test_one_of_many_concurrent_export_requests_wins(alice):
    responses = run_concurrently(*(lambda: request_export(alice) for _ in range(4)))
    assert count_statuses(responses) == {202: 1, 409: 3}
    assert make_exports() == 1


def test_a_member_may_request_three_exports_a_day(alice, settings):
    settings.RATE_LIMITS = True
    for _ in range(3):
        assert request_export(alice).status_code == 202
        make_exports()
    with assert_no_changes():
        assert request_export(alice).status_code == 429


def test_an_export_needs_the_password(alice):
    with assert_no_changes():
        for body in (None, {"password": ""}, {"password": "wrong-horse-battery"}):
            response = alice.post("accounts/me/export", body)
            assert response.status_code == 400, response.content
            (error,) = response.json()["errors"]
            assert error["field"] == "password"
    assert request_export(alice).status_code == 202


def test_guesses_by_export_erasure_and_password_change_count_together(alice, settings):
    settings.RATE_LIMITS = True
    wrong = "wrong-horse-battery"
    guesses = [
        lambda: request_export(alice, wrong),
        lambda: alice.call("DELETE", "accounts/me", {"password": wrong}),
        lambda: alice.put(
            "accounts/me/password", {"current_password": wrong, "new_password": "x" * 12}
        ),
    ]
    responses = [guesses[number % 3]() for number in range(21)]
    assert count_statuses(responses) == {400: 20, 429: 1}
    assert request_export(alice).status_code == 429
    assert alice.get("accounts/me/export").json() == {"export": None}


def test_an_export_is_kept_for_a_week(alice, flush_all):
    request_export(alice)
    make_exports()
    (file,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    assert delete_expired_exports() == 0
    os.utime(file, (time.time() - 8 * 86400,) * 2)
    assert delete_expired_exports() == 1
    assert delete_expired_exports() == 0
    assert alice.get("accounts/me/export/file").status_code == 404
    indexes = mongo.collection(Export).index_information()
    assert indexes["expires"]["expireAfterSeconds"] == 7 * 86400


def test_an_erasure_deletes_the_export(alice):
    request_export(alice)
    make_exports()
    (file,) = Path(settings.MEDIA_DIR / "exports").iterdir()
    alice.call("DELETE", "accounts/me", {"password": PASSWORD})
    while run_due_cascades():
        pass
    assert live_records("accounts.export") == {}
    assert not file.exists()


def test_an_erasure_before_the_export_is_created_leaves_no_file(alice):
    request_export(alice)
    alice.call("DELETE", "accounts/me", {"password": PASSWORD})
    assert make_exports() == 0
    while run_due_cascades():
        pass
    assert list(Path(settings.MEDIA_DIR / "exports").iterdir()) == []


def test_an_export_that_cannot_be_written_fails_after_all_tries(alice, settings):
    settings.OUTBOX_CLAIM_SECONDS = 0
    request_export(alice)
    folder = Path(settings.MEDIA_DIR / "exports")
    folder.mkdir(parents=True)
    name = orjson.loads(b"{" + live_records("accounts.export")[alice.id][b"main"] + b"}")["file"]
    (folder / name).mkdir()  # so that the file cannot be written
    (folder / name / "full").touch()
    assert services.make_exports() == 0
    assert alice.get("accounts/me/export").json()["export"]["status"] == "failed"
    assert alice.get("accounts/me/export/file").status_code == 404
