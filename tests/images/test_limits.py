"""The limits of decoding: at each of them, for every way to upload a file."""

import io
import random
import struct
import time

import pytest
from PIL import Image

from images.services import process_due_media
from tests.images.attacks import make_gif_with_large_frames, make_progressive_jpeg
from tests.images.pictures import (
    data_url,
    encode_form,
    make_animation,
    open_image,
    public_files,
    read_file,
    send_form,
    spooled_files,
    upload_and_process,
)
from tests.support.concurrency import assert_no_changes
from tests.support.people import Person, new_client

TOO_LONG = "This file takes too long to process."
TOO_MUCH_MEMORY = "This file takes too much memory to process."
ATTACKS = {
    "scans": (lambda: make_progressive_jpeg(6000), "The JPEG has more than 100 scans."),
    "frames beyond the canvas": (
        lambda: make_gif_with_large_frames(41),
        "A frame of the animation extends beyond its canvas.",
    ),
}
# A GIF of one white pixel, and frames of one pixel.
GIF_FRAME = (
    b"\x21\xf9\x04\x04\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
)


def make_tiny_frames(frames: int, side: int = 1) -> bytes:
    """Return a GIF with a canvas of this side, whose frames have one pixel each."""
    header = b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\0\0" + b"\xff\xff\xff\0\0\0"
    return header + GIF_FRAME * frames + b";"


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def make_gradient(side: int, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((side, side)).convert(mode)


def make_noise(side: int) -> Image.Image:
    return Image.frombytes("RGB", (side, side), random.Random(1).randbytes(3 * side * side))


def sign_up_with(fields: dict, *, as_form: bool) -> Person:
    """Sign up with a picture and return the new member."""
    body = {"username": "mallory", "email": "m@example.com", "password": "correct-horse-battery"}
    if as_form:
        content_type = "multipart/form-data; boundary=BoUnDaRyStRiNg"
        response = new_client().generic(
            "POST", "/api/signup", encode_form(**body, **fields), content_type
        )
    else:
        response = new_client().post("/api/signup", {**body, **fields}, "application/json")
    assert response.status_code == 201, response.content
    data = response.json()
    return Person(data["user"]["id"], "mallory", data["access"], data["refresh"])


def failures(person: Person) -> list[str]:
    """Return the reasons that the owner of failed profile pictures has received."""
    events = person.received_events(f"self:{person.id}")
    return [event["data"]["error"] for event in events if event["type"] == "image.failed"]


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize(
    "entry", ["sign-up", "sign-up, JSON", "profile", "profile, JSON", "background"]
)
def test_an_expensive_picture_of_a_profile_fails_and_its_owner_is_notified(alice, entry, name):
    build, reason = ATTACKS[name]
    content, path = build(), "background" if entry == "background" else "profile"
    if entry.startswith("sign-up"):
        value = data_url(content) if entry.endswith("JSON") else content
        owner = sign_up_with({"avatar_image": value}, as_form=not entry.endswith("JSON"))
    elif entry.endswith("JSON"):
        owner = alice
        assert (
            alice.post(f"users/me/images/{path}", {"image": data_url(content)}).status_code == 201
        )
    else:
        owner = alice
        assert send_form(alice, "POST", f"users/me/images/{path}", image=content).status_code == 201
    before = owner.get("users/me").json()
    started = time.process_time()
    assert process_due_media() == 1
    assert time.process_time() - started < 2
    assert failures(owner) == [reason]
    assert owner.get("users/me").json() == before
    assert spooled_files() == public_files() == []


@pytest.mark.parametrize("name", ATTACKS)
def test_an_expensive_picture_of_a_post_or_message_fails_with_its_reason(alice, bob, name):
    build, reason = ATTACKS[name]
    media = upload_and_process(alice, build())
    assert (media["state"], media["error"], media["url"]) == ("failed", reason, None)
    response = send_form(alice, "POST", "chat/messages", image=build(), receiver_id=bob.id)
    assert response.status_code == 201, response.content
    assert process_due_media() == 1
    (message,) = alice.get(f"chat/conversations/{bob.id}/messages").json()["messages"]
    assert (message["media"]["state"], message["media"]["error"]) == ("failed", reason)
    assert spooled_files() == public_files() == []


@pytest.mark.parametrize(("scans", "state"), [(100, "ready"), (101, "failed")])
def test_a_jpeg_may_have_a_hundred_scans(alice, scans, state):
    content = make_progressive_jpeg(scans - 2, side=1024)
    assert upload_and_process(alice, content)["state"] == state


@pytest.mark.parametrize(("frames", "state"), [(500, "ready"), (501, "failed")])
def test_an_animation_may_have_500_frames(alice, frames, state):
    media = upload_and_process(alice, make_tiny_frames(frames))
    assert media["state"] == state
    assert media["error"] in {None, "The animation has more than 500 frames."}


@pytest.mark.parametrize(("frames", "state"), [(25, "ready"), (26, "failed")])
def test_an_animation_may_have_100_million_pixels_in_total(alice, frames, state):
    media = upload_and_process(alice, make_tiny_frames(frames, side=2000))
    assert media["state"] == state
    reason = "The frames of the animation have more than 100,000,000 pixels in total."
    assert media["error"] in {None, reason}


@pytest.mark.parametrize(("side", "extension"), [(2048, "gif"), (2049, "webp")])
def test_an_animation_is_encoded_again_only_above_the_limit_of_pixels(alice, side, extension):
    frames = [Image.new("P", (side, side), number) for number in range(2)]
    for frame in frames:
        frame.putpalette([255, 0, 0, 0, 0, 255])
    content = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    media = upload_and_process(alice, content)
    assert (media["state"], media["width"], media["height"]) == ("ready", 2048, 2048)
    assert media["url"].endswith(f".{extension}")
    assert open_image(media["url"]).n_frames == 2


@pytest.mark.parametrize(
    ("form", "allowed", "refused"),
    [("WEBP", (4000, 5000), (4001, 5000)), ("PNG", (5000, 8000), (5000, 8001))],
)
def test_an_image_above_the_limit_of_pixels_is_rejected_at_once(alice, form, allowed, refused):
    content = encode(Image.new("L", allowed), form)
    assert send_form(alice, "POST", "posts", image=content).status_code == 201
    content = encode(Image.new("L", refused), form)
    with assert_no_changes():
        response = send_form(alice, "POST", "posts", image=content)
    assert response.status_code == 413
    assert len(spooled_files()) == 1


LARGEST = {
    "JPEG": lambda: encode(make_gradient(6324), "JPEG", quality=90),
    "progressive JPEG": lambda: encode(
        make_gradient(6324), "JPEG", progressive=True, subsampling=0
    ),
    "PNG": lambda: encode(make_gradient(6324, "RGBA"), "PNG", compress_level=1),
    "GIF": lambda: encode(make_gradient(6324, "P"), "GIF"),
    "WebP": lambda: encode(make_gradient(4472, "RGBA"), "WEBP", method=0),
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_images_are_processed_within_the_limits(alice, name):
    media = upload_and_process(alice, LARGEST[name]())
    assert (media["state"], media["error"]) == ("ready", None)
    assert open_image(media["url"]).size == (2048, 2048)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_the_largest_animations_are_processed_within_the_limits(alice, form):
    first, *others = [make_gradient(2040).rotate(15 * number) for number in range(24)]
    options = {"quality": 20, "method": 0} if form == "WEBP" else {}
    content = encode(first, form, save_all=True, append_images=others, **options)
    if len(content) > 10 * 2**20:
        content = make_tiny_frames(24, side=2040)
    media = upload_and_process(alice, content)
    assert (media["state"], media["error"]) == ("ready", None)
    assert open_image(media["url"]).n_frames == 24


def test_an_animation_is_never_larger_than_the_upload(alice):
    noisy = [make_noise(60).quantize(64) for _ in range(4)]
    for content in (
        make_tiny_frames(500, side=400),
        make_animation(),
        encode(noisy[0], "GIF", save_all=True, append_images=noisy[1:]),
    ):
        stored = read_file(upload_and_process(alice, content)["url"])
        assert 0 < len(stored) <= len(content)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_an_animation_keeps_its_frames_and_nothing_else(alice, form):
    frames = [make_gradient(50).rotate(30 * number) for number in range(5)]
    hidden = {
        "GIF": {"comment": b"SECRET"},
        "PNG": {"exif": b"Exif\0\0II*\0\x08\0\0\0SECRET"},
        "WEBP": {"exif": b"II*\0\x08\0\0\0SECRET", "xmp": b"SECRET", "icc_profile": b"SECRET"},
    }[form]
    options = {"lossless": True} if form == "WEBP" else {}
    content = encode(
        frames[0], form, save_all=True, append_images=frames[1:], duration=[100, 20, 30, 40, 50],
        loop=3, **hidden, **options,
    )  # fmt: skip
    assert b"SECRET" in content
    media = upload_and_process(alice, content + b"SECRET")
    assert b"SECRET" not in read_file(media["url"])
    stored, original = open_image(media["url"]), Image.open(io.BytesIO(content))
    assert stored.n_frames == original.n_frames == 5
    for number in range(5):
        stored.seek(number)
        original.seek(number)
        assert stored.convert("RGB").tobytes() == original.convert("RGB").tobytes()
        assert stored.info["duration"] == original.info["duration"]
        assert stored.info["loop"] == original.info["loop"]
