"""The four steps for every mode and moving format: orientation, sRGB, smooth scaling, bounds."""

import io
import itertools
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.images.pictures import open_image, read_file, upload_and_process
from tests.images.profiles import DISPLAY_P3, EXCHANGED, LINEAR_GRAY

SMALL, LARGE = (60, 40), (5000, 1500)
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
MOVING = ("GIF", "PNG", "WEBP")
COLORS = {"1": 1, "L": 200, "LA": (200, 128), "RGB": "red", "RGBA": (255, 0, 0, 128)}


def encode(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def make(mode: str, size: tuple[int, int]) -> Image.Image:
    """Return an image of one color."""
    if mode == "P":
        image = Image.new("P", size, 3)
        image.putpalette([0, 0, 0, 1, 1, 1, 2, 2, 2, 255, 0, 0])
        return image
    return Image.new(mode, size, 200 * 256 if mode == "I;16" else COLORS[mode])


def corner(image: Image.Image) -> tuple[int, ...]:
    return image.convert("RGBA").getpixel((3, 3))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("orientation", [1, 6])
def test_every_mode_is_scaled_and_turned(alice, mode, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for size, expected in ((SMALL, SMALL), (LARGE, (3739, 1121))):
        image = open_image(
            upload_and_process(alice, encode(make(mode, size), "PNG", exif=exif))["url"]
        )
        assert image.size == (expected if orientation == 1 else expected[::-1])
        if mode == "I;16":
            scale = 256 if image.mode == "I;16" else 1
            assert image.getpixel((3, 3)) == pytest.approx(200 * scale, abs=256)
        else:
            original = corner(make(mode, SMALL))
            assert corner(image) == pytest.approx(original, abs=2)


@pytest.mark.parametrize("mode", ["1", "P", "RGB with a transparent color"])
def test_scaling_averages_neighbors(alice, mode):
    image = Image.new("L", (4096, 4096), 0)
    for x in range(0, 4096, 2):
        image.paste(255, (x, 0, x + 1, 4096))
    options = {}
    if mode == "RGB with a transparent color":
        image, options = image.convert("RGB"), {"transparency": (9, 9, 9)}
    else:
        image = image.convert(mode)
    stored = open_image(upload_and_process(alice, encode(image, "PNG", **options))["url"])
    assert stored.size == (2048, 2048)
    assert stored.convert("L").getpixel((1000, 1000)) == pytest.approx(128, abs=3)


def test_a_transparent_color_stays_transparent_and_does_not_mix_with_others(alice):
    for mode, key, other in (("L", 255, 0), ("RGB", (0, 255, 0), (255, 0, 0)), ("P", 0, 1)):
        image = Image.new(mode, LARGE, key)
        if mode == "P":
            image.putpalette([0, 255, 0, 255, 0, 0])
        image.paste(other, (0, 0, LARGE[0] // 2, LARGE[1]))
        content = encode(image, "PNG", transparency=key)
        stored = open_image(upload_and_process(alice, content)["url"]).convert("RGBA")
        assert stored.getpixel((stored.width - 5, 5))[3] == 0
        visible = [pixel for _, pixel in stored.getcolors(1000) if pixel[3] > 0]
        expected = (0, 0, 0) if mode == "L" else (255, 0, 0)
        assert all(pixel[:3] == pytest.approx(expected, abs=3) for pixel in visible)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "P with transparency"])
def test_the_profile_of_colors_is_applied_in_every_mode(alice, mode, size):
    image = make(mode.split()[0], size)
    options = {"transparency": 1} if mode == "P with transparency" else {}
    content = encode(image, "PNG", icc_profile=EXCHANGED, **options)
    stored = open_image(upload_and_process(alice, content)["url"])
    assert "icc_profile" not in stored.info
    red, green, blue, alpha = corner(stored)
    assert (green, blue) == pytest.approx((255, 0), abs=8)
    assert red < 30
    assert alpha == pytest.approx(128 if mode == "RGBA" else 255, abs=1)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_the_profile_of_gray_is_applied_in_every_mode(alice, mode):
    value = {"L": 128, "LA": (128, 77), "I;16": 128 * 256}[mode]
    content = encode(Image.new(mode, SMALL, value), "PNG", icc_profile=LINEAR_GRAY)
    stored = open_image(upload_and_process(alice, content)["url"])
    assert corner(stored)[:3] == pytest.approx((188, 188, 188), abs=2)
    assert corner(stored)[3] == (77 if mode == "LA" else 255)


def test_a_jpeg_and_a_webp_in_display_p3_become_srgb(alice):
    image = Image.new("RGB", SMALL, (200, 100, 100))
    for form, options in (("JPEG", {"quality": 95}), ("WEBP", {"lossless": True})):
        content = encode(image, form, icc_profile=DISPLAY_P3, **options)
        stored = open_image(upload_and_process(alice, content)["url"])
        assert corner(stored)[:3] == pytest.approx((214, 94, 98), abs=4)


@pytest.mark.parametrize("profile", [b"not a profile", LINEAR_GRAY[:150], LINEAR_GRAY])
def test_an_unusable_profile_is_ignored(alice, profile):
    content = encode(Image.new("CMYK", SMALL, (0, 255, 255, 0)), "JPEG", icc_profile=profile)
    red, green, blue, _ = corner(open_image(upload_and_process(alice, content)["url"]))
    assert (red, green, blue) == pytest.approx((255, 0, 0), abs=4)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((990, 11490), (601, 6977)), ((11490, 990), (6977, 601)), ((60_000, 100), (16_000, 26))],
)
def test_long_images_are_bounded_by_their_area(alice, size, expected):
    media = upload_and_process(alice, encode(Image.new("L", size, 255), "PNG"))
    assert (media["width"], media["height"]) == expected
    assert open_image(media["url"]).size == expected


def make_frames(size: tuple[int, int], count: int = 3) -> list[Image.Image]:
    """Return frames with a red corner and a blue square that moves."""
    frames = []
    for number in range(count):
        frame = Image.new("RGB", size, "white")
        ImageDraw.Draw(frame).rectangle((0, 0, size[0] // 3, size[1] // 3), fill="red")
        x = size[0] // 2 + number * size[0] // 12
        ImageDraw.Draw(frame).rectangle((x, size[1] // 2, x + 9, size[1] // 2 + 9), fill="blue")
        frames.append(frame)
    return frames


def encode_frames(frames: list[Image.Image], form: str, **options: Any) -> bytes:
    options = {"duration": [100, 200, 300][: len(frames)], "loop": 3, **options}
    if form == "WEBP":
        options["lossless"] = True
    return encode(frames[0], form, save_all=True, append_images=frames[1:], **options)


def play(image: Image.Image) -> tuple[list[int], int]:
    """Return how long each frame is shown, and how often."""
    durations = []
    for number in range(image.n_frames):
        image.seek(number)
        image.load()
        durations.append(image.info["duration"])
    return durations, image.info["loop"]


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_an_animation_is_turned_upright(alice, form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode_frames(make_frames((120, 80)), form, exif=exif)
    media = upload_and_process(alice, content)
    stored = open_image(media["url"])
    assert stored.size == (media["width"], media["height"])
    assert stored.size == ((120, 80) if orientation < 5 else (80, 120))
    assert play(stored) == ([100, 200, 300], 3)
    left, top = orientation in (4, 1, 5, 8), orientation in (2, 1, 5, 6)
    x = 5 if left or orientation in (4, 5, 8) else stored.width - 6
    y = 5 if top else stored.height - 6
    red, green, _, _ = stored.convert("RGBA").getpixel((x, y))
    assert (red, green) == pytest.approx((255, 0), abs=20)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_the_profile_of_an_animation_is_applied(alice, form):
    content = encode_frames(make_frames((120, 80)), form, icc_profile=EXCHANGED)
    stored = open_image(upload_and_process(alice, content)["url"])
    for number in range(3):
        stored.seek(number)
        red, green, _, _ = corner(stored)
        assert (red, green) == pytest.approx((0, 255), abs=30)
    assert play(stored) == ([100, 200, 300], 3)


@pytest.mark.parametrize("form", MOVING)
def test_a_large_animation_is_scaled_and_stays_small(alice, form):
    content = encode_frames(make_frames((2400, 2400)), form)
    media = upload_and_process(alice, content)
    assert (media["width"], media["height"], media["error"]) == (2048, 2048, None)
    stored = open_image(media["url"])
    assert stored.n_frames == 3
    assert play(stored)[0] == [100, 200, 300]
    assert len(read_file(media["url"])) <= 3 * len(content)


def test_an_animation_of_the_allowed_area_keeps_its_bytes_whatever_its_sides(alice):
    content = encode_frames(make_frames((4096, 100)), "GIF")
    media = upload_and_process(alice, content)
    assert (media["width"], media["height"]) == (4096, 100)
    assert read_file(media["url"]) == content


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_default_image_of_an_apng_is_not_a_frame(alice, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    frames = [Image.new("RGBA", (40, 30), (80 * number, 0, 0, 255)) for number in range(3)]
    content = encode(
        Image.new("RGBA", (40, 30), "lime"), "PNG", save_all=True, append_images=frames,
        duration=100, default_image=True, exif=exif,
    )  # fmt: skip
    stored = open_image(upload_and_process(alice, content)["url"])
    assert stored.n_frames - bool(stored.info.get("default_image")) == 3
    stored.seek(stored.n_frames - 1)
    assert corner(stored) == pytest.approx((160, 0, 0, 255), abs=6)


def test_a_transparent_animation_stays_transparent_when_it_is_turned(alice):
    exif = Image.Exif()
    exif[0x0112] = 3
    frames = []
    for number in range(3):
        frame = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
        frame.paste((255, 0, 0, 255), (10 * number, 0, 10 * number + 10, 40))
        frames.append(frame)
    content = encode_frames(frames, "PNG", exif=exif, disposal=1)
    stored = open_image(upload_and_process(alice, content)["url"])
    seen = []
    for number in range(3):
        stored.seek(number)
        frame = stored.convert("RGBA")
        seen.append([frame.getpixel((x, 20))[3] > 128 for x in (55, 45, 35, 5)])
    assert seen == [
        [True, False, False, False],
        [False, True, False, False],
        [False, False, True, False],
    ]


def test_the_modes_and_formats_do_not_affect_each_other(alice):
    """Each upload has a decoder process of its own."""
    pairs = itertools.product(("L", "RGBA"), ("PNG", "WEBP"))
    for mode, form in pairs:
        media = upload_and_process(alice, encode(make(mode, SMALL), form))
        assert (media["state"], media["width"]) == ("ready", 60)
