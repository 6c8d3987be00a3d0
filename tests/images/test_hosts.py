"""Hosts of files, and failures of workers and hosts."""

import os
import subprocess
import sys
import time
import zipfile

import pytest
from cloudinary.utils import api_sign_request

from accounts.services import write_export
from images.services import process_due_media
from tests.images.cloud import SECRET, run_cloudinary
from tests.images.pictures import (
    LOCATION,
    make_geotagged_jpeg,
    make_image,
    make_video,
    public_files,
    read_file,
    send_form,
    spooled_files,
    upload_and_process,
)
from tests.images.test_pipeline import encode_frames, make_frames
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
    with run_cloudinary() as state:
        settings.CLOUDINARY_URL = state.url
        yield state


@pytest.fixture
def retry_at_once(settings):
    """Retry failed items without a delay."""
    settings.OUTBOX_CLAIM_SECONDS = -1


def start_worker(cloudinary):
    """Start a process that claims and processes media."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mysocial.settings",
        "CLOUDINARY_URL": cloudinary.url,
    }
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)


def uploads(state):
    return [request for request in state.requests if request["path"].endswith("/upload")]


def test_a_local_file_is_served_so_that_it_cannot_execute(alice):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    process_due_media()
    url = alice.get("users/me").json()["avatar_url"]
    response = new_client().get(url)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == read_file(url)
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Disposition"].startswith("inline; filename=")


@pytest.mark.parametrize(
    "name", ["", "x.png", "../secret", "%2e%2e/secret", "0" * 32 + ".png", "0" * 32 + ".svg"]
)
def test_no_other_file_is_served(name):
    assert new_client().get(f"/media/{name}").status_code == 404


def test_cloudinary_receives_processed_bytes_with_a_chosen_name(alice, cloudinary):
    response = send_form(alice, "POST", "users/me/images/profile", image=make_geotagged_jpeg())
    assert cloudinary.requests == []  # A request never waits for the host.
    assert process_due_media() == 1

    (upload,) = cloudinary.requests
    (name,) = cloudinary.files
    assert upload["path"] == "/v1_1/demo/image/upload"
    assert len(name) == 32
    assert upload["public_id"] == name
    assert upload["overwrite"] == "1"
    signed = {
        name: value
        for name, value in upload.items()
        if name not in {"path", "bytes", "signature", "api_key"}
    }
    assert upload["signature"] == api_sign_request(signed, SECRET)
    assert LOCATION.encode() not in cloudinary.files[name]
    assert response.json()["image"]["id"] not in name
    url = f"https://res.cloudinary.com/demo/{name}"
    assert alice.get("users/me").json()["avatar_url"] == url
    assert public_files() == []


def test_cloudinary_makes_the_sizes_at_once(alice, cloudinary):
    animation = encode_frames(make_frames((300, 300)), "GIF")
    for content, sizes in (
        (
            make_image(size=(600, 600)),
            {"small": "c_scale,h_480,w_480", "thumb": "c_scale,h_160,w_160"},
        ),
        (animation, {"poster": "c_scale,h_300,pg_1,w_300", "thumb": "c_scale,h_160,pg_1,w_160"}),
    ):
        media = upload_and_process(alice, content)
        name = media["url"].rpartition("/")[2]
        assert cloudinary.requests[-1]["eager"].split("|") == [
            f"{transformation}/webp" for transformation in sizes.values()
        ]
        assert {size: made["url"] for size, made in media["sizes"].items()} == {
            size: f"https://res.cloudinary.com/demo/{transformation}/webp/{name}"
            for size, transformation in sizes.items()
        }
        assert media["sizes"]["thumb"]["width"] == 160
    assert public_files() == []


def test_videos_are_uploaded_to_cloudinary_and_removed_from_it(alice, cloudinary):
    post = send_form(alice, "POST", "posts", text="x", video=make_video()).json()["post"]
    process_due_media()
    (upload,) = cloudinary.requests
    assert upload["path"] == "/v1_1/demo/video/upload"
    (name,) = cloudinary.files

    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    process_due_media()
    (image,) = alice.get(f"users/{alice.id}/images").json()["images"]
    assert alice.delete(f"users/me/images/{image['id']}").status_code == 200
    assert process_due_media() == 1
    assert list(cloudinary.files) == [name]
    assert cloudinary.requests[-1]["path"] == "/v1_1/demo/image/destroy"
    assert cloudinary.requests[-1]["invalidate"] == "1"
    assert post["media"]["kind"] == "video"


def test_a_failed_upload_to_the_host_is_retried(alice, cloudinary, retry_at_once):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    cloudinary.failures_left = 2
    assert process_due_media() == 1
    assert len(cloudinary.requests) == 3
    assert (
        len({request["public_id"] for request in cloudinary.requests}) == len(cloudinary.files) == 1
    )


def test_an_image_fails_after_eight_failed_uploads_to_the_host(alice, cloudinary, retry_at_once):
    cloudinary.failures_left = 100
    before = alice.get("users/me").json()
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    assert process_due_media() == 1
    assert len(cloudinary.requests) == 8
    assert [media[b"status"] for media in live_records("images.media").values()] == [b"done"]
    assert alice.get("users/me").json() == before
    assert spooled_files() == []


def test_a_failed_removal_is_retried(alice, cloudinary, retry_at_once):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    process_due_media()
    (image,) = alice.get(f"users/{alice.id}/images").json()["images"]
    alice.delete(f"users/me/images/{image['id']}")
    cloudinary.failures_left = 3
    assert process_due_media() == 1
    assert cloudinary.files == {}
    assert len(cloudinary.requests) == 5


def test_the_work_of_a_killed_worker_is_repeated_with_the_same_result(alice, cloudinary):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    cloudinary.is_hanging = True
    worker = start_worker(cloudinary)
    try:
        wait_for(lambda: cloudinary.requests, within=30, name="an upload")
    finally:
        worker.kill()
        worker.wait()
    cloudinary.is_hanging = False
    assert alice.get(f"users/{alice.id}/images").json()["images"][0]["state"] == "processing"

    assert process_due_media() == 1
    first, second = uploads(cloudinary)
    assert first["public_id"] == second["public_id"]
    assert len(cloudinary.files) == 1
    assert alice.get(f"users/{alice.id}/images").json()["images"][0]["state"] == "ready"
    assert len([event for event in alice.received_events() if event["type"] == "user.updated"]) == 1
    assert spooled_files() == []


def test_media_whose_workers_die_are_given_up_after_three_claims(alice, cloudinary, retry_at_once):
    post = send_form(alice, "POST", "posts", text="x", image=make_image()).json()["post"]
    cloudinary.is_hanging = True
    for attempt in range(1, 4):
        worker = start_worker(cloudinary)
        try:
            wait_for(lambda: len(cloudinary.requests) == attempt, within=30, name="an upload")  # noqa: B023
        finally:
            worker.kill()
            worker.wait()
    cloudinary.is_hanging = False
    other = send_form(alice, "POST", "posts", text="x", image=make_image()).json()["post"]

    assert process_due_media() == 1
    assert len(cloudinary.requests) == 4
    media = alice.get(f"posts/{post['id']}").json()["media"]
    error = "This file could not be processed."
    assert (media["state"], media["error"], media["url"]) == ("failed", error, None)
    assert alice.get(f"posts/{other['id']}").json()["media"]["state"] == "ready"
    updates = [event["data"] for event in alice.received_events("feed")]
    assert [update["media"]["error"] for update in updates if update["id"] == post["id"]][
        -1
    ] == error
    assert spooled_files() == []
    assert process_due_media() == 0


def test_a_claim_is_renewed_while_a_worker_is_at_work(alice, cloudinary, settings):
    settings.OUTBOX_CLAIM_SECONDS = 2
    send_form(alice, "POST", "posts", text="x", image=make_image())
    cloudinary.is_hanging = True

    def work_beside_it():
        wait_for(lambda: cloudinary.requests, within=30, name="an upload")
        time.sleep(5)
        done = process_due_media()
        cloudinary.is_hanging = False
        return done

    assert run_concurrently(process_due_media, work_beside_it) == [1, 0]
    assert len(cloudinary.requests) == 1


def test_media_deleted_during_the_upload_are_removed_from_the_host(alice, cloudinary):
    before = alice.get("users/me").json()
    image = send_form(alice, "POST", "users/me/images/profile", image=make_image()).json()["image"]
    cloudinary.is_hanging = True

    def delete():
        wait_for(lambda: cloudinary.requests, within=30, name="an upload")
        response = alice.delete(f"users/me/images/{image['id']}")
        cloudinary.is_hanging = False
        return response

    processed, deleted = run_concurrently(process_due_media, delete)
    assert (processed, deleted.status_code) == (1, 200)
    assert cloudinary.requests[-1]["path"].endswith("/destroy")
    assert cloudinary.files == {}
    assert alice.get("users/me").json() == before
    assert spooled_files() == []


def test_concurrent_workers_process_each_upload_once(alice):
    for size in range(10, 16):
        send_form(alice, "POST", "posts", image=make_image(size=(size, 9)))
    done = run_concurrently(*[process_due_media] * 3)
    assert sum(done) == 6
    assert len(public_files()) == 6
    updates = [event for event in alice.received_events("feed") if event["type"] == "post.updated"]
    assert len(updates) == 6
    assert {event["data"]["media"]["state"] for event in updates} == {"ready"}


def test_the_data_export_downloads_files_from_cloudinary(alice, cloudinary, tmp_path):
    cloudinary.delivery_url = cloudinary.server_url
    for purpose in ("profile", "background"):
        send_form(alice, "POST", f"users/me/images/{purpose}", image=make_image())
    assert process_due_media() == 2
    gone, kept = cloudinary.files
    del cloudinary.files[gone]
    write_export(tmp_path / "alice.zip", user_id=alice.id)
    with zipfile.ZipFile(tmp_path / "alice.zip") as pack:
        files = {name: pack.read(name) for name in pack.namelist() if name.startswith("files/")}
    assert files == {f"files/{kept}.png": cloudinary.files[kept]}
