"""What may be uploaded, and what is left when it is refused."""

import os
import struct
import zlib

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from images.models import Media
from images.services import delete_stale_uploads, process_due_media
from tests.images.pictures import (
    WEBM,
    box,
    bytes_at,
    data_url,
    film,
    form,
    opened,
    picture,
    send,
    shown,
    waiting,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import new_client


def bomb() -> bytes:
    """Return a PNG of a few bytes that says it has a billion pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 32000, 32000, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
UNTAKEN = [SVG, b"", b"hello", b"<html>", picture("BMP"), picture("TIFF"), film(), WEBM, b"GIF89a"]


@pytest.mark.parametrize("as_form", [True, False])
def test_a_profile_picture_is_kept_at_once_and_shown_when_it_is_processed(
    alice, bob, as_form, flush_all, document
):
    before = alice.get("users/me").json()
    if as_form:
        answer = send(alice, "POST", "images/profile", image=picture())
    else:
        answer = alice.post("images/profile", {"image": data_url(picture())})

    assert answer.status_code == 201, answer.content
    image = answer.json()["image"]
    assert answer.json() == {"message": "Image set", "image": image}
    unready = {"state": "processing", "url": None, "width": None, "height": None}
    assert image == {"id": image["id"], "kind": "image", **unready}
    assert alice.get("users/me").json() == before
    assert waiting() == [image["id"]]

    assert process_due_media() == 1
    (ready,) = bob.get(f"users/{alice.id}/images").json()["images"]
    assert (ready["state"], ready["width"], ready["height"]) == ("ready", 40, 30)
    after = {**before, "avatar_url": ready["url"]}
    assert bob.get(f"users/{alice.id}").json() == after
    assert bob.received_events(f"user:{alice.id}") == [{"type": "user.updated", "data": after}]
    assert opened(ready["url"]).getpixel((0, 0)) == (255, 0, 0)
    assert waiting() == []

    assert process_due_media() == 0
    flush_all()
    assert document(Media, image["id"])["state"] == "ready"
    assert document(Media, image["id"])["status"] == "done"


@pytest.mark.parametrize("content", UNTAKEN)
@pytest.mark.parametrize("as_form", [True, False])
def test_what_is_no_image_is_refused_whatever_it_says_it_is(alice, content, as_form):
    with assert_no_changes():
        if as_form:
            answer = send(alice, "POST", "images/profile", image=content)
        else:
            answer = alice.post("images/profile", {"image": data_url(content)})
    assert answer.status_code == 415
    assert [one["field"] for one in answer.json()["errors"]] == ["image"]
    assert waiting() == shown() == []


def test_a_picture_that_says_it_is_enormous_is_refused_before_it_is_decoded(alice):
    with assert_no_changes():
        answer = send(alice, "POST", "images/profile", image=bomb())
    assert answer.status_code == 413
    assert waiting() == []


def test_a_picture_that_is_too_large_is_refused_as_a_form_and_as_json(alice, settings):
    settings.IMAGE_MAX_BYTES = 2000
    large = picture("BMP", (40, 40))
    with assert_no_changes():
        assert send(alice, "POST", "images/profile", image=large).status_code == 413
        assert alice.post("images/profile", {"image": data_url(large)}).status_code == 413
    assert waiting() == []


def test_a_body_beyond_the_bound_is_refused_unread(alice, settings):
    body = {"image": data_url(b"x" * (settings.IMAGE_MAX_BYTES + 600_000))}
    with assert_no_changes():
        assert alice.post("images/profile", body).status_code == 413
        answer = new_client().generic(
            "POST",
            "/api/images/profile",
            b"x",
            "multipart/form-data; boundary=x",
            headers={"Authorization": f"Bearer {alice.access}"},
            CONTENT_LENGTH=settings.IMAGE_MAX_BYTES * 2,
        )
    assert answer.status_code == 413
    assert waiting() == []


WRONG_FORMS = [
    ({"image": picture(), "name": "x"}, {"name"}),
    ({"image": "text"}, {"image"}),
    ({"image_id": "1" * 24, "image": picture()}, {"image"}),
    ({"image_id": picture()}, {"image_id"}),
    ({"x": "1", "y": picture()}, {"x", "y"}),
    ({}, {"image"}),
]


@pytest.mark.parametrize(("fields", "wrong"), WRONG_FORMS)
def test_every_wrong_field_of_a_form_is_named(alice, fields, wrong):
    with assert_no_changes():
        answer = send(alice, "POST", "images/profile", **fields)
    assert answer.status_code == 400
    assert {one["field"] for one in answer.json()["errors"]} == wrong
    assert waiting() == []


@pytest.mark.parametrize(
    "url",
    ["", "x", "data:", "data:image/png,abc", "data:image/png;base64,@@@", "http://10.0.0.1/a.png",
     5, None, ["data:image/png;base64,"], {"$gt": ""}],
)  # fmt: skip
def test_what_is_no_data_url_is_refused(alice, url):
    with assert_no_changes():
        answer = alice.post("images/profile", {"image": url})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["image"]


def test_a_field_that_is_given_twice_is_refused(alice):
    body = form(image=picture())
    twice = body[: -len(f"--{BOUNDARY}--\r\n")] + body
    with assert_no_changes():
        answer = alice.call("POST", "images/profile", twice, MULTIPART_CONTENT)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "This is given more than once."


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\n\r\n", b"\x00" * 50])
def test_a_form_that_is_none_is_refused(alice, body):
    with assert_no_changes():
        answer = alice.call("POST", "images/profile", body, "multipart/form-data; boundary=x")
        assert answer.status_code == 400
        answer = alice.call("POST", "images/profile", body, "multipart/form-data")
        assert answer.status_code == 400


def test_routes_that_take_no_file_take_no_form(alice):
    with assert_no_changes():
        assert send(alice, "PATCH", "users/me", quote="x").status_code == 415
        assert send(alice, "POST", "signin", username="alice", password="x").status_code == 415
        large = {"quote": "x" * 300_000}
        assert alice.patch("users/me", large).status_code == 413


def test_whoever_is_not_signed_in_is_refused_before_the_file_is_read(alice):
    answer = new_client().generic(
        "POST", "/api/images/profile", form(image=picture()), "multipart/form-data; boundary=x"
    )
    assert answer.status_code == 401


def test_a_repeat_with_the_same_key_makes_one_image(alice):
    answers = [send(alice, "POST", "images/profile", key="k", image=picture()) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len(live_records("images.media")) == len(waiting()) == 1
    other = picture(size=(41, 30))
    assert send(alice, "POST", "images/profile", key="k", image=other).status_code == 422
    assert len(live_records("images.media")) == len(waiting()) == 1


def test_of_many_repeats_at_once_one_makes_an_image(alice):
    answers = run_concurrently(
        *[lambda: send(alice, "POST", "images/profile", key="k", image=picture())] * 8
    )
    assert count_statuses(answers) == {201: 8}
    assert len({answer.content for answer in answers}) == 1
    assert len(live_records("images.media")) == len(waiting()) == 1


def test_an_upload_needs_no_mongodb(alice):
    process_due_media()  # a worker that runs knows its lists
    with mongod_paused():
        answer = send(alice, "POST", "images/profile", image=picture())
        assert answer.status_code == 201
        assert process_due_media() == 1
        url = alice.get("users/me").json()["avatar_url"]
    assert bytes_at(url)


def test_a_large_upload_goes_through_the_disk_and_leaves_nothing_there(alice):
    content = film(extra=box(b"free", bytes(6 * 1024 * 1024)))
    post = send(alice, "POST", "posts", video=content).json()["post"]
    assert waiting() == [post["media"]["id"]]
    assert send(alice, "POST", "posts", image=content).status_code == 415
    assert send(alice, "POST", "posts", video=content, text="x" * 5001).status_code == 400
    assert waiting() == [post["media"]["id"]]
    process_due_media()
    assert len(bytes_at(alice.get(f"posts/{post['id']}").json()["media"]["url"])) == len(content)
    assert waiting() == []


def test_files_that_nobody_asks_for_are_swept_after_a_day(alice, settings):
    send(alice, "POST", "images/profile", image=picture())
    (asked,) = waiting()
    folder = settings.MEDIA_DIR / "incoming"
    for name in ("tmpabc.upload", "f" * 24, "e" * 24):
        (folder / name).write_bytes(b"x")
    for name in (asked, "tmpabc.upload", "f" * 24):
        os.utime(folder / name, (0, 0))

    assert delete_stale_uploads() == 2
    assert waiting() == sorted([asked, "e" * 24])
