"""What is made of a picture or a video, and that nobody learns where it was taken."""

import io

import pytest
from PIL import Image

from images.services import process_due_media
from tests.images.pictures import (
    PLACE,
    WEBM,
    animation,
    box,
    bytes_at,
    film,
    located,
    opened,
    picture,
    send,
    shown,
    waiting,
)

HIDDEN = b"<script>alert(document.domain)</script>"


def processed(person, content: bytes, kind: str = "image"):
    """Return how the media of a post end."""
    answer = send(person, "POST", "posts", text="x", **{kind: content})
    assert answer.status_code == 201, answer.content
    assert process_due_media() == 1
    return person.get(f"posts/{answer.json()['post']['id']}").json()["media"]


@pytest.mark.parametrize(
    ("form", "end"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_a_picture_stays_in_its_format(alice, form, end):
    media = processed(alice, picture(form))
    assert media["url"].endswith(f".{end}")
    assert opened(media["url"]).format == form
    assert opened(media["url"]).size == (media["width"], media["height"]) == (40, 30)


def test_nothing_tells_where_and_how_a_picture_was_taken(alice):
    content = located()
    assert PLACE.encode() in content
    assert b"A camera maker" in content
    media = processed(alice, content)
    stored = bytes_at(media["url"])
    assert PLACE.encode() not in stored
    assert b"A camera maker" not in stored
    assert b"Exif" not in stored
    assert dict(opened(media["url"]).getexif()) == {}


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_nothing_tells_of_other_formats_either(alice, form):
    exif = Image.Exif()
    exif[0x010F] = "A camera maker"
    content = picture(form, exif=exif, **({"xmp": PLACE.encode()} if form == "WEBP" else {}))
    assert b"A camera maker" in content
    stored = bytes_at(processed(alice, content)["url"])
    assert b"A camera maker" not in stored
    assert PLACE.encode() not in stored


def test_a_picture_that_was_taken_sideways_is_turned_upright(alice):
    media = processed(alice, located(orientation=6))
    assert (media["width"], media["height"]) == (32, 64)
    red, _, blue = opened(media["url"]).convert("RGB").getpixel((28, 4))
    assert red > 200
    assert blue < 60


def test_a_large_picture_is_bounded_and_keeps_its_proportions(alice):
    media = processed(alice, picture("JPEG", (4000, 1000)))
    assert (media["width"], media["height"]) == (2048, 512)
    assert opened(media["url"]).size == (2048, 512)


def test_an_animation_stays_one_and_loses_its_comment(alice):
    media = processed(alice, animation())
    stored = opened(media["url"])
    assert (stored.n_frames, stored.info["loop"]) == (3, 0)
    durations, colors = [], []
    for frame in range(3):
        stored.seek(frame)
        durations.append(stored.info["duration"])
        colors.append(stored.convert("RGB").getpixel((5, 5)))
    assert durations == [100, 200, 300]
    assert colors == [(255, 0, 0), (0, 128, 0), (0, 0, 255)]
    assert PLACE.encode() not in bytes_at(media["url"])


def test_an_animation_with_too_many_pixels_in_all_is_refused(alice):
    frames = [Image.new("P", (3000, 3000), number) for number in range(12)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert processed(alice, out.getvalue())["state"] == "failed"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_hides_behind_a_picture_is_gone(alice, form):
    media = processed(alice, picture(form) + HIDDEN)
    assert media["state"] == "ready"
    assert HIDDEN not in bytes_at(media["url"])


def test_pictures_in_other_colours_are_shown_in_ours(alice):
    out = io.BytesIO()
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(out, "JPEG")
    assert opened(processed(alice, out.getvalue())["url"]).mode == "RGB"
    for mode in ("L", "LA", "P", "RGBA", "1", "I;16"):
        out = io.BytesIO()
        Image.new(mode, (20, 20)).save(out, "PNG")
        assert processed(alice, out.getvalue())["state"] == "ready", mode


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_a_cut_picture_fails_and_leaves_no_file(alice, form):
    content = picture(form, (300, 300))
    media = processed(alice, content[: len(content) // 2])
    assert (media["state"], media["url"]) == ("failed", None)
    assert waiting() == shown() == []


def test_nothing_tells_where_a_video_was_taken_and_the_rest_stays_in_its_place(alice):
    content = film()
    assert content.count(PLACE.encode()) == 3
    stored = bytes_at(processed(alice, content, "video")["url"])
    assert PLACE.encode() not in stored
    assert len(stored) == len(content)
    assert stored.index(b"mdat") == content.index(b"mdat")
    assert b"udta" not in stored
    assert b"meta" not in stored
    assert stored.count(b"free") == 3


def nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return inner


HEAD = box(b"ftyp", b"isom\0\0\2\0")
CUT = [film()[:-1], film()[:60], HEAD, HEAD + b"\0\0\0\3moov", HEAD + nested(50),
       HEAD + box(b"free", b"") * 10_001 + box(b"moov", b"")]  # fmt: skip


@pytest.mark.parametrize("content", CUT)
def test_a_broken_video_fails_and_leaves_no_file(alice, content):
    assert processed(alice, content, "video")["state"] == "failed"
    assert waiting() == shown() == []


def test_a_webm_is_kept_as_it_is(alice):
    assert bytes_at(processed(alice, WEBM, "video")["url"]) == WEBM
