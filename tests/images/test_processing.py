"""Processing of images and videos, and the removal of their metadata."""

import io

import pytest
from PIL import Image

from tests.images.pictures import (
    LOCATION,
    make_animation,
    make_geotagged_jpeg,
    make_image,
    open_image,
    public_files,
    read_file,
    spooled_files,
    upload_and_process,
)

HIDDEN = b"<script>alert(document.domain)</script>"


@pytest.mark.parametrize(
    ("form", "end"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_an_image_keeps_its_format(alice, form, end):
    media = upload_and_process(alice, make_image(form))
    assert media["url"].endswith(f".{end}")
    assert open_image(media["url"]).format == form
    assert open_image(media["url"]).size == (media["width"], media["height"]) == (40, 30)


def test_a_jpeg_loses_its_metadata(alice):
    content = make_geotagged_jpeg()
    assert LOCATION.encode() in content
    assert b"A camera maker" in content
    media = upload_and_process(alice, content)
    stored = read_file(media["url"])
    assert LOCATION.encode() not in stored
    assert b"A camera maker" not in stored
    assert b"Exif" not in stored
    assert dict(open_image(media["url"]).getexif()) == {}


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_formats_lose_their_metadata(alice, form):
    exif = Image.Exif()
    exif[0x010F] = "A camera maker"
    content = make_image(form, exif=exif, **({"xmp": LOCATION.encode()} if form == "WEBP" else {}))
    assert b"A camera maker" in content
    stored = read_file(upload_and_process(alice, content)["url"])
    assert b"A camera maker" not in stored
    assert LOCATION.encode() not in stored


def test_the_exif_orientation_is_applied(alice):
    media = upload_and_process(alice, make_geotagged_jpeg(orientation=6))
    assert (media["width"], media["height"]) == (32, 64)
    red, _, blue = open_image(media["url"]).convert("RGB").getpixel((28, 4))
    assert red > 200
    assert blue < 60


def test_a_large_image_is_scaled_down_with_its_proportions(alice):
    media = upload_and_process(alice, make_image("JPEG", (8000, 2000)))
    assert (media["width"], media["height"]) == (4096, 1024)
    assert open_image(media["url"]).size == (4096, 1024)


def test_an_animation_keeps_its_frames_and_loses_its_comment(alice):
    media = upload_and_process(alice, make_animation())
    stored = open_image(media["url"])
    assert (stored.n_frames, stored.info["loop"]) == (3, 0)
    durations, colors = [], []
    for frame in range(3):
        stored.seek(frame)
        durations.append(stored.info["duration"])
        colors.append(stored.convert("RGB").getpixel((5, 5)))
    assert durations == [100, 200, 300]
    assert colors == [(255, 0, 0), (0, 128, 0), (0, 0, 255)]
    assert LOCATION.encode() not in read_file(media["url"])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_bytes_after_an_image_are_removed(alice, form):
    media = upload_and_process(alice, make_image(form) + HIDDEN)
    assert media["state"] == "ready"
    assert HIDDEN not in read_file(media["url"])


def test_other_color_modes_are_converted(alice):
    out = io.BytesIO()
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(out, "JPEG")
    assert open_image(upload_and_process(alice, out.getvalue())["url"]).mode == "RGB"
    for mode in ("L", "LA", "P", "RGBA", "1", "I;16"):
        out = io.BytesIO()
        Image.new(mode, (20, 20)).save(out, "PNG")
        assert upload_and_process(alice, out.getvalue())["state"] == "ready", mode


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_a_truncated_image_fails_and_leaves_no_file(alice, form):
    content = make_image(form, (300, 300))
    media = upload_and_process(alice, content[: len(content) // 2])
    assert (media["state"], media["url"]) == ("failed", None)
    assert media["error"] in {"This file is damaged.", "The image is damaged."}
    assert spooled_files() == public_files() == []
