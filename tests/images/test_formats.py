"""Formats of phones that browsers do not display, and photos of 48 megapixels."""

import io
import random
import struct
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from images.services import process_due_media
from tests.images.pictures import (
    LOCATION,
    open_image,
    public_files,
    read_file,
    send_form,
    spooled_files,
    upload_and_process,
)
from tests.images.profiles import DISPLAY_P3
from tests.support.concurrency import assert_no_changes

pillow_heif.register_heif_opener()


def make_photo(form: str, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """Return a photo whose upper left quarter is red and the rest blue."""
    image = Image.new(options.pop("mode", "RGB"), size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "published"), [("HEIF", "JPEG"), ("AVIF", "JPEG"), ("BMP", "PNG")]
)
def test_a_format_that_browsers_do_not_display_becomes_one_that_they_do(alice, form, published):
    media = upload_and_process(alice, make_photo(form))
    assert (media["state"], media["error"]) == ("ready", None)
    assert (media["width"], media["height"], media["duration"]) == (64, 48, None)
    stored = open_image(media["url"])
    assert (stored.format, stored.size) == (published, (64, 48))
    assert media["url"].endswith(".jpg" if published == "JPEG" else ".png")
    red, _, blue = stored.convert("RGB").getpixel((4, 4))
    assert (red, blue) == pytest.approx((255, 0), abs=12)
    red, _, blue = stored.convert("RGB").getpixel((60, 40))
    assert (red, blue) == pytest.approx((0, 255), abs=12)
    assert len(media["blurhash"]) == 28


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_transparency_is_kept_as_webp(alice, form):
    image = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 150, 300))
    file = io.BytesIO()
    image.save(file, form)
    media = upload_and_process(alice, file.getvalue())
    stored = open_image(media["url"])
    assert (stored.format, media["url"][-5:]) == ("WEBP", ".webp")
    assert stored.getpixel((290, 5))[3] == 0
    assert stored.getpixel((5, 5))[3] == 255
    assert public_files() == sorted(public_files())
    assert len(public_files()) == 2


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (64, 32)), (3, (64, 32)), (6, (32, 64)), (8, (32, 64))]
)
def test_a_photo_is_shown_upright(alice, form, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    media = upload_and_process(alice, make_photo(form, (64, 32), exif=exif))
    assert (media["width"], media["height"]) == size
    corners = {1: (4, 4), 3: (60, 28), 6: (28, 4), 8: (4, 60)}
    red, _, blue = open_image(media["url"]).convert("RGB").getpixel(corners[orientation])
    assert (red, blue) == pytest.approx((255, 0), abs=12)


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_a_photo_loses_its_metadata_and_its_profile(alice, form):
    exif = Image.Exif()
    exif[0x010F] = "A camera maker"
    exif.get_ifd(0x8825)[0x1D] = LOCATION
    image = Image.new("RGB", (200, 200), (200, 100, 100))
    file = io.BytesIO()
    image.save(file, form, exif=exif, xmp=LOCATION.encode(), icc_profile=DISPLAY_P3, quality=100)
    assert b"A camera maker" in file.getvalue()
    media = upload_and_process(alice, file.getvalue())
    content = read_file(media["url"])
    assert b"A camera maker" not in content
    assert LOCATION.encode() not in content
    stored = open_image(media["url"])
    assert "icc_profile" not in stored.info
    # Display P3 has more saturated primaries than sRGB.
    assert stored.convert("RGB").getpixel((9, 9)) == pytest.approx((214, 94, 98), abs=6)


def test_the_main_picture_of_several_is_shown(alice):
    pictures = pillow_heif.HeifFile()
    for color in ("lime", "red"):
        pictures.add_from_pillow(Image.new("RGB", (64, 48), color))
    file = io.BytesIO()
    pictures.save(file, primary_index=1)
    media = upload_and_process(alice, file.getvalue())
    red, green, _ = open_image(media["url"]).convert("RGB").getpixel((9, 9))
    assert (red, green, media["duration"]) == (
        pytest.approx(254, abs=6),
        pytest.approx(0, abs=6),
        None,
    )


def test_an_animated_avif_becomes_an_animated_webp(alice):
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "lime", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "AVIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300])
    media = upload_and_process(alice, file.getvalue())
    stored = open_image(media["url"])
    assert (stored.format, stored.n_frames, media["duration"]) == ("WEBP", 3, 0.6)
    stored.seek(1)
    red, green, _ = stored.convert("RGB").getpixel((9, 9))
    assert (red, green) == pytest.approx((0, 255), abs=30)


@pytest.mark.parametrize("form", ["JPEG", "HEIF"])
def test_a_photo_of_48_megapixels_is_made_smaller(alice, form):
    media = upload_and_process(alice, make_photo(form, (8064, 6048)))
    assert (media["state"], media["error"]) == ("ready", None)
    assert (media["width"], media["height"]) == (2364, 1773)
    red, _, blue = open_image(media["url"]).convert("RGB").getpixel((50, 50))
    assert (red, blue) == pytest.approx((255, 0), abs=12)


@pytest.mark.parametrize(
    ("form", "refused"), [("JPEG", (8160, 6400)), ("HEIF", (8160, 6400)), ("BMP", (5000, 8001))]
)
def test_a_larger_photo_is_refused_at_once(alice, form, refused):
    content = make_header(form, refused)
    with assert_no_changes():
        response = send_form(alice, "POST", "posts", image=content)
    assert response.status_code == 413, response.content
    assert "pixels" in response.json()["errors"][0]["detail"]
    assert spooled_files() == []


def make_header(form: str, size: tuple[int, int]) -> bytes:
    """Return a small file that declares another size."""
    content = bytearray(make_photo(form, (64, 48)))
    if form == "BMP":
        content[18:26] = struct.pack("<ii", *size)
    elif form == "JPEG":
        start = content.index(b"\xff\xc0")
        content[start + 5 : start + 9] = struct.pack(">HH", size[1], size[0])
    else:
        start = content.index(b"ispe") + 8
        content[start : start + 8] = struct.pack(">II", *size)
    return bytes(content)


def test_a_size_that_the_header_does_not_declare_is_noticed_in_the_worker(alice):
    """The header of a HEIC is read by other code than its pictures."""
    content = bytearray(make_photo("HEIF", (640, 480)))
    start = content.index(b"ispe") + 8
    content[start : start + 8] = struct.pack(">II", 64, 48)
    media = upload_and_process(alice, bytes(content))
    assert media["state"] in {"failed", "ready"}
    if media["state"] == "ready":
        stored = open_image(media["url"])
        assert stored.size == (media["width"], media["height"])


@pytest.mark.parametrize("form", ["HEIF", "AVIF", "BMP"])
def test_a_damaged_photo_fails_and_leaves_no_file(alice, form):
    content = make_photo(form, (300, 300))
    for damaged in (content[: len(content) // 2], content[:200]):
        response = send_form(alice, "POST", "posts", image=damaged)
        if response.status_code == 201:
            assert process_due_media() == 1
            media = alice.get(f"posts/{response.json()['post']['id']}").json()["media"]
            assert media["state"] == "failed"
        else:
            assert response.status_code == 415
    assert spooled_files() == public_files() == []


@pytest.mark.parametrize("form", ["HEIF", "AVIF", "BMP"])
def test_random_changes_of_a_photo_never_stop_the_worker(alice, form):
    content, source = make_photo(form, (64, 64)), random.Random(7)
    for _ in range(6):
        changed = bytearray(content)
        for _ in range(4):
            changed[source.randrange(len(changed))] = source.randrange(256)
        response = send_form(alice, "POST", "posts", text="x", image=bytes(changed))
        assert response.status_code in {201, 413, 415}
    process_due_media()
    assert spooled_files() == []
    states = {post["media"]["state"] for post in alice.get("posts").json()["posts"]}
    assert states <= {"ready", "failed"}
