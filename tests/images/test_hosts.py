"""Who has the files, and what happens when a worker or a host goes away."""

import os
import subprocess
import sys
import zipfile

import pytest
from cloudinary.utils import api_sign_request

from accounts.services import write_export
from images.services import process_due_media
from tests.images.cloud import SECRET, cloud
from tests.images.pictures import PLACE, bytes_at, film, located, picture, send, shown, waiting
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import new_client
from tests.support.stack import ROOT, wait_for

WORKER = """
import django; django.setup()
from django.conf import settings
settings.OUTBOX_CLAIM_SECONDS = -1
from images.services import process_due_media
process_due_media()
"""


@pytest.fixture
def cloudinary(settings):
    with cloud() as state:
        settings.CLOUDINARY_URL = state.url
        yield state


@pytest.fixture
def soon(settings):
    """Let what failed be due again at once."""
    settings.OUTBOX_CLAIM_SECONDS = -1


def uploads(state):
    return [one for one in state.asked if one["path"].endswith("/upload")]


def test_a_file_of_this_disk_is_served_so_that_nothing_in_it_runs(alice):
    send(alice, "POST", "images/profile", image=picture())
    process_due_media()
    url = alice.get("users/me").json()["avatar_url"]
    answer = new_client().get(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == bytes_at(url)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Disposition"].startswith("inline; filename=")


@pytest.mark.parametrize(
    "name", ["", "x.png", "../secret", "%2e%2e/secret", "0" * 32 + ".png", "0" * 32 + ".svg"]
)
def test_no_other_file_is_served(name):
    assert new_client().get(f"/media/{name}").status_code == 404


def test_cloudinary_is_given_processed_bytes_under_a_name_of_ours(alice, cloudinary):
    answer = send(alice, "POST", "images/profile", image=located())
    assert cloudinary.asked == []  # a request never waits for it
    assert process_due_media() == 1

    (asked,) = cloudinary.asked
    (name,) = cloudinary.files
    assert asked["path"] == "/v1_1/demo/image/upload"
    assert len(name) == 32
    assert asked["public_id"] == name
    assert asked["overwrite"] == "1"
    signed = {k: v for k, v in asked.items() if k not in {"path", "bytes", "signature", "api_key"}}
    assert asked["signature"] == api_sign_request(signed, SECRET)
    assert PLACE.encode() not in cloudinary.files[name]
    assert answer.json()["image"]["id"] not in name
    url = f"https://res.cloudinary.com/demo/{name}"
    assert alice.get("users/me").json()["avatar_url"] == url
    assert shown() == []


def test_cloudinary_is_given_videos_and_is_told_to_remove_them(alice, cloudinary):
    post = send(alice, "POST", "posts", text="x", video=film()).json()["post"]
    process_due_media()
    (asked,) = cloudinary.asked
    assert asked["path"] == "/v1_1/demo/video/upload"
    (name,) = cloudinary.files

    send(alice, "POST", "images/profile", image=picture())
    process_due_media()
    (image,) = alice.get(f"users/{alice.id}/images").json()["images"]
    assert alice.delete(f"images/{image['id']}").status_code == 200
    assert process_due_media() == 1
    assert list(cloudinary.files) == [name]
    assert cloudinary.asked[-1]["path"] == "/v1_1/demo/image/destroy"
    assert cloudinary.asked[-1]["invalidate"] == "1"
    assert post["media"]["kind"] == "video"


def test_a_host_that_is_out_of_order_is_asked_again(alice, cloudinary, soon):
    send(alice, "POST", "images/profile", image=picture())
    cloudinary.broken = 2
    assert process_due_media() == 1
    assert len(cloudinary.asked) == 3
    assert len({one["public_id"] for one in cloudinary.asked}) == len(cloudinary.files) == 1


def test_a_host_that_stays_out_of_order_fails_the_image_after_eight_tries(alice, cloudinary, soon):
    cloudinary.broken = 100
    before = alice.get("users/me").json()
    send(alice, "POST", "images/profile", image=picture())
    assert process_due_media() == 1
    assert len(cloudinary.asked) == 8
    assert [one[b"status"] for one in live_records("images.media").values()] == [b"done"]
    assert alice.get("users/me").json() == before
    assert waiting() == []


def test_a_removal_that_fails_is_tried_again(alice, cloudinary, soon):
    send(alice, "POST", "images/profile", image=picture())
    process_due_media()
    (image,) = alice.get(f"users/{alice.id}/images").json()["images"]
    alice.delete(f"images/{image['id']}")
    cloudinary.broken = 3
    assert process_due_media() == 1
    assert cloudinary.files == {}
    assert len(cloudinary.asked) == 5


def test_the_work_of_a_killed_worker_is_done_again_with_the_same_end(alice, cloudinary):
    send(alice, "POST", "images/profile", image=picture())
    cloudinary.hangs = True
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mysocial.settings",
        "CLOUDINARY_URL": cloudinary.url,
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)
    try:
        wait_for(lambda: cloudinary.asked, within=30, name="an upload")
    finally:
        worker.kill()
        worker.wait()
    cloudinary.hangs = False
    assert alice.get(f"users/{alice.id}/images").json()["images"][0]["state"] == "processing"

    assert process_due_media() == 1
    first, second = uploads(cloudinary)
    assert first["public_id"] == second["public_id"]
    assert len(cloudinary.files) == 1
    assert alice.get(f"users/{alice.id}/images").json()["images"][0]["state"] == "ready"
    assert len([one for one in alice.received_events() if one["type"] == "user.updated"]) == 1
    assert waiting() == []


def test_what_is_deleted_while_it_is_handed_over_is_not_left_at_the_host(alice, cloudinary):
    before = alice.get("users/me").json()
    image = send(alice, "POST", "images/profile", image=picture()).json()["image"]
    cloudinary.hangs = True

    def delete():
        wait_for(lambda: cloudinary.asked, within=30, name="an upload")
        answer = alice.delete(f"images/{image['id']}")
        cloudinary.hangs = False
        return answer

    processed, deleted = run_concurrently(process_due_media, delete)
    assert (processed, deleted.status_code) == (1, 200)
    assert cloudinary.asked[-1]["path"].endswith("/destroy")
    assert cloudinary.files == {}
    assert alice.get("users/me").json() == before
    assert waiting() == []


def test_workers_side_by_side_do_each_thing_once(alice):
    for size in range(10, 16):
        send(alice, "POST", "posts", image=picture(size=(size, 9)))
    done = run_concurrently(*[process_due_media] * 3)
    assert sum(done) == 6
    assert len(shown()) == 6
    updates = [one for one in alice.received_events("feed") if one["type"] == "post.updated"]
    assert len(updates) == 6
    assert {one["data"]["media"]["state"] for one in updates} == {"ready"}


def test_a_file_at_cloudinary_is_fetched_for_the_export_of_its_owner(alice, cloudinary, tmp_path):
    cloudinary.shown_at = cloudinary.place
    for purpose in ("profile", "background"):
        send(alice, "POST", f"images/{purpose}", image=picture())
    assert process_due_media() == 2
    gone, kept = cloudinary.files
    del cloudinary.files[gone]
    write_export(tmp_path / "alice.zip", user_id=alice.id)
    with zipfile.ZipFile(tmp_path / "alice.zip") as pack:
        files = {name: pack.read(name) for name in pack.namelist() if name.startswith("files/")}
    assert files == {f"files/{kept}.png": cloudinary.files[kept]}
