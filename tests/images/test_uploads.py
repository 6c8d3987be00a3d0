"""Accepted uploads, and that rejected ones leave nothing."""

import os
import struct
import zlib

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from images.models import Media
from images.services import delete_stale_uploads, process_due_media
from tests.images.pictures import (
    UNREADY,
    WEBM,
    data_url,
    encode_form,
    make_box,
    make_image,
    make_video,
    open_image,
    public_files,
    read_file,
    send_form,
    spooled_files,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import new_client
from tests.support.shared_objects import shared, shared_profile


def decompression_bomb() -> bytes:
    """Return a PNG of a few bytes that declares a billion pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 32000, 32000, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOT_IMAGES = [
    SVG,
    b"",
    b"hello",
    b"<html>",
    make_image("TIFF"),
    make_image("PPM"),
    make_video(),
    WEBM,
    b"GIF89a",
]


@pytest.mark.parametrize("as_form", [True, False])
def test_a_profile_picture_is_stored_at_once_and_shown_when_processed(
    alice, bob, as_form, flush_all, document
):
    before = alice.get("users/me").json()
    if as_form:
        response = send_form(alice, "POST", "users/me/images/profile", image=make_image())
    else:
        response = alice.post("users/me/images/profile", {"image": data_url(make_image())})

    assert response.status_code == 201, response.content
    image = response.json()["image"]
    assert response.json() == {"message": "Image set", "image": image}
    assert image == {"id": image["id"], "kind": "image", **UNREADY}
    assert alice.get("users/me").json() == before
    assert spooled_files() == [image["id"]]

    assert process_due_media() == 1
    (ready,) = bob.get(f"users/{alice.id}/images").json()["images"]
    assert (ready["state"], ready["width"], ready["height"]) == ("ready", 40, 30)
    after = {**before, "avatar_url": ready["url"]}
    assert shared(bob.get(f"users/{alice.id}").json()) == shared(after)
    event = {"type": "user.updated", "data": shared_profile(after)}
    assert bob.received_events(f"user:{alice.id}") == [event]
    assert open_image(ready["url"]).getpixel((0, 0)) == (255, 0, 0)
    assert spooled_files() == []

    assert process_due_media() == 0
    flush_all()
    assert document(Media, image["id"])["state"] == "ready"
    assert document(Media, image["id"])["status"] == "done"


@pytest.mark.parametrize("content", NOT_IMAGES)
@pytest.mark.parametrize("as_form", [True, False])
def test_a_file_that_is_not_an_image_is_rejected_whatever_its_declared_type(
    alice, content, as_form
):
    with assert_no_changes():
        if as_form:
            response = send_form(alice, "POST", "users/me/images/profile", image=content)
        else:
            response = alice.post("users/me/images/profile", {"image": data_url(content)})
    assert response.status_code == 415
    assert [error["field"] for error in response.json()["errors"]] == ["image"]
    assert spooled_files() == public_files() == []


def test_a_decompression_bomb_is_rejected_before_decoding(alice):
    with assert_no_changes():
        response = send_form(alice, "POST", "users/me/images/profile", image=decompression_bomb())
    assert response.status_code == 413
    assert spooled_files() == []


def test_a_file_that_is_too_large_is_rejected_as_a_form_and_as_json(alice, settings):
    settings.IMAGE_MAX_BYTES = 2000
    large = make_image("BMP", (40, 40))
    with assert_no_changes():
        assert send_form(alice, "POST", "users/me/images/profile", image=large).status_code == 413
        assert alice.post("users/me/images/profile", {"image": data_url(large)}).status_code == 413
    assert spooled_files() == []


def test_a_body_above_the_limit_is_rejected_unread(alice, settings):
    body = {"image": data_url(b"x" * (settings.IMAGE_MAX_BYTES + 600_000))}
    with assert_no_changes():
        assert alice.post("users/me/images/profile", body).status_code == 413
        response = new_client().generic(
            "POST",
            "/api/v1/users/me/images/profile",
            b"x",
            "multipart/form-data; boundary=x",
            headers={"Authorization": f"Bearer {alice.access}"},
            CONTENT_LENGTH=settings.IMAGE_MAX_BYTES * 2,
        )
    assert response.status_code == 413
    assert spooled_files() == []


WRONG_FORMS = [
    ({"image": make_image(), "name": "x"}, {"name"}),
    ({"image": "text"}, {"image"}),
    ({"image_id": "1" * 24, "image": make_image()}, {"image"}),
    ({"image_id": make_image()}, {"image_id"}),
    ({"x": "1", "y": make_image()}, {"x", "y"}),
    ({}, {"image"}),
]


@pytest.mark.parametrize(("fields", "wrong"), WRONG_FORMS)
def test_every_invalid_field_of_a_form_is_reported(alice, fields, wrong):
    with assert_no_changes():
        response = send_form(alice, "POST", "users/me/images/profile", **fields)
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == wrong
    assert spooled_files() == []


@pytest.mark.parametrize(
    "url",
    ["", "x", "data:", "data:image/png,abc", "data:image/png;base64,@@@", "http://10.0.0.1/a.png",
     5, None, ["data:image/png;base64,"], {"$gt": ""}],
)  # fmt: skip
def test_an_invalid_data_url_is_rejected(alice, url):
    with assert_no_changes():
        response = alice.post("users/me/images/profile", {"image": url})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["image"]


def test_a_field_that_is_given_twice_is_refused(alice):
    body = encode_form(image=make_image())
    twice = body[: -len(f"--{BOUNDARY}--\r\n")] + body
    with assert_no_changes():
        response = alice.call("POST", "users/me/images/profile", twice, MULTIPART_CONTENT)
    assert response.status_code == 400
    assert response.json()["errors"][0]["detail"] == "This is given more than once."


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\n\r\n", b"\x00" * 50])
def test_an_invalid_form_is_rejected(alice, body):
    with assert_no_changes():
        response = alice.call(
            "POST", "users/me/images/profile", body, "multipart/form-data; boundary=x"
        )
        assert response.status_code == 400
        response = alice.call("POST", "users/me/images/profile", body, "multipart/form-data")
        assert response.status_code == 400


def test_routes_without_files_reject_forms(alice):
    with assert_no_changes():
        assert send_form(alice, "PATCH", "users/me", quote="x").status_code == 415
        assert send_form(alice, "POST", "signin", username="alice", password="x").status_code == 415
        large = {"quote": "x" * 300_000}
        assert alice.patch("users/me", large).status_code == 413


def test_an_anonymous_upload_is_rejected_before_the_file_is_read(alice):
    response = new_client().generic(
        "POST",
        "/api/v1/users/me/images/profile",
        encode_form(image=make_image()),
        "multipart/form-data; boundary=x",
    )
    assert response.status_code == 401


def test_a_repeated_request_with_the_same_key_creates_one_image(alice):
    responses = [
        send_form(alice, "POST", "users/me/images/profile", key="k", image=make_image())
        for _ in range(3)
    ]
    assert len({response.content for response in responses}) == 1
    assert len(live_records("images.media")) == len(spooled_files()) == 1
    other = make_image(size=(41, 30))
    assert (
        send_form(alice, "POST", "users/me/images/profile", key="k", image=other).status_code == 422
    )
    assert len(live_records("images.media")) == len(spooled_files()) == 1


def test_concurrent_requests_with_the_same_key_create_one_image(alice):
    responses = run_concurrently(
        *[lambda: send_form(alice, "POST", "users/me/images/profile", key="k", image=make_image())]
        * 8
    )
    assert count_statuses(responses) == {201: 8}
    assert len({response.content for response in responses}) == 1
    assert len(live_records("images.media")) == len(spooled_files()) == 1


def test_an_upload_needs_no_mongodb(alice):
    process_due_media()  # A running worker has its lists in Redis.
    with mongod_paused():
        response = send_form(alice, "POST", "users/me/images/profile", image=make_image())
        assert response.status_code == 201
        assert process_due_media() == 1
        url = alice.get("users/me").json()["avatar_url"]
    assert read_file(url)


def test_a_large_upload_is_spooled_to_disk_and_leaves_nothing_there(alice):
    content = make_video(extra=make_box(b"free", bytes(6 * 1024 * 1024)))
    post = send_form(alice, "POST", "posts", video=content).json()["post"]
    assert spooled_files() == [post["media"]["id"]]
    assert send_form(alice, "POST", "posts", image=content).status_code == 415
    assert send_form(alice, "POST", "posts", video=content, text="x" * 5001).status_code == 400
    assert spooled_files() == [post["media"]["id"]]
    process_due_media()
    assert len(read_file(alice.get(f"posts/{post['id']}").json()["media"]["url"])) == len(content)
    assert spooled_files() == []


def test_stale_uploads_are_deleted_after_a_day(alice, settings):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    (waiting_name,) = spooled_files()
    folder = settings.MEDIA_DIR / "incoming"
    for name in ("tmpabc.upload", "f" * 24, "e" * 24):
        (folder / name).write_bytes(b"x")
    for name in (waiting_name, "tmpabc.upload", "f" * 24):
        os.utime(folder / name, (0, 0))

    assert delete_stale_uploads() == 2
    assert spooled_files() == sorted([waiting_name, "e" * 24])


@pytest.mark.parametrize("part", [b"", b"X: y", b'Content-Disposition: form-data; name="a"'])
def test_the_number_of_parts_of_a_form_is_bounded(alice, part):
    body = (b"--x\r\n" + part + b"\r\n\r\n\r\n") * 33 + b"--x--\r\n"
    with assert_no_changes():
        response = alice.call(
            "POST", "users/me/images/profile", body, "multipart/form-data; boundary=x"
        )
    assert response.status_code == 400
    assert response.json()["detail"] == "A form may have at most 32 parts."


def test_a_form_may_have_32_parts(alice):
    part = b"--x\r\nX: y\r\n\r\n\r\n"
    image = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    body = part * 31 + image + make_image() + b"\r\n--x--\r\n"
    response = alice.call(
        "POST", "users/me/images/profile", body, "multipart/form-data; boundary=x"
    )
    assert response.status_code == 201, response.content


def test_the_fields_of_a_form_are_bounded_in_bytes(alice):
    with assert_no_changes():
        response = send_form(alice, "POST", "users/me/images/profile", image_id="x" * 300_000)
    assert response.status_code == 413
