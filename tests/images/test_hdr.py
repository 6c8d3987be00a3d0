"""Pictures with a high dynamic range or wide colors, as phones make them, in colors of sRGB.

Their values are computed here from the light that they stand for, with the inverse of the functions
of the product.
"""

import io
import os
import struct
import zlib
from math import log

import av
import numpy
import pillow_heif
import pytest
from PIL import Image

from images.processing.cicp import CodePoints
from images.processing.iso_headers import read_iso_code_points
from tests.images.films import unchanged_scheduling
from tests.images.pictures import open_image, read_file, upload_and_process

os.environ["SVT_LOG"] = "1"  # the encoder of AVIF prints errors only
SIZE = (64, 48)
BT2020, P3, PQ, HLG, SRGB = 9, 12, 16, 18, 13
WHITE_NITS = 203
TO_BT2020 = ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956))
TO_P3 = ((0.8225, 0.1774, 0.0), (0.0332, 0.9669, 0.0), (0.0171, 0.0724, 0.9108))
# Linear colors in the primaries of sRGB, whose white is 1, and what is shown of them.
COLORS = {
    "black": ((0.0, 0.0, 0.0), (0, 0, 0)),
    "shadow": ((0.02, 0.02, 0.02), (39, 39, 39)),
    "gray": ((0.2, 0.2, 0.2), (124, 124, 124)),
    "red": ((0.5, 0.0, 0.0), (188, 0, 0)),
    "skin": ((0.5, 0.25, 0.15), (188, 137, 108)),
}


def to_pq(light):
    """Return the value of light in PQ (SMPTE ST 2084)."""
    power = (max(light, 0.0) * WHITE_NITS / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def to_hlg(color):
    """Return the values of a color of light in HLG (ITU-R BT.2100), for a screen of 1000 nits."""
    color = [max(light, 0.0) * WHITE_NITS / 1000 for light in color]
    luminance = sum(
        part * light for part, light in zip((0.2627, 0.678, 0.0593), color, strict=True)
    )
    scene = [light * luminance ** (1 / 1.2 - 1) if luminance else 0.0 for light in color]
    return [
        (3 * light) ** 0.5
        if light <= 1 / 12
        else 0.17883277 * log(12 * light - 0.28466892) + 0.55991073
        for light in scene
    ]


def multiply(matrix, color):
    return [sum(a * b for a, b in zip(row, color, strict=True)) for row in matrix]


def encoded(color, transfer):
    """Return the values, from 0 to 1, of a linear color of sRGB in BT.2020 with PQ or HLG."""
    wide = multiply(TO_BT2020, color)
    return to_hlg(wide) if transfer == HLG else [to_pq(light) for light in wide]


def make_heic(values, primaries, transfer):
    """Return a HEIC of one color with 10 bits."""
    pixel = numpy.array([round(value * 65535) for value in values], dtype="<u2")
    pixels = numpy.tile(pixel, (SIZE[1], SIZE[0], 1))
    picture = pillow_heif.from_bytes("RGB;16", SIZE, pixels.tobytes())
    file = io.BytesIO()
    picture.save(
        file, quality=-1, color_primaries=primaries, transfer_characteristics=transfer,
        matrix_coefficients=9 if primaries == BT2020 else 6, full_range_flag=1,
    )  # fmt: skip
    assert b"nclx" in file.getvalue()
    return file.getvalue()


def make_avif(values, primaries, transfer):
    """Return an AVIF of one color with 10 bits."""
    pixel = numpy.array([round(value * 65535) for value in values], dtype="<u2")
    picture = av.VideoFrame.from_ndarray(numpy.tile(pixel, (SIZE[1], SIZE[0], 1)), format="rgb48le")
    full_range, bt2020_matrix = 2, 9
    frame = picture.reformat(
        format="yuv420p10le", dst_colorspace=bt2020_matrix, dst_color_range=full_range
    )
    file = io.BytesIO()
    with unchanged_scheduling(), av.open(file, "w", format="avif") as container:
        stream = container.add_stream("libsvtav1", rate=1, options={"crf": "1", "preset": "8"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc = primaries, transfer
        context.colorspace, context.color_range = bt2020_matrix, full_range
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return file.getvalue()


def make_png(values, primaries, transfer):
    """Return a PNG of one color with 16 bits."""
    pixel = b"".join(struct.pack(">H", round(value * 65535)) for value in values)
    rows = (b"\0" + pixel * SIZE[0]) * SIZE[1]
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", *SIZE, 16, 2, 0, 0, 0)),
        (b"cICP", bytes((primaries, transfer, 0, 1))),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


MAKERS = {"HEIC": make_heic, "AVIF": make_avif, "PNG": make_png}


def shown_color(person, content):
    """Upload a picture of one color; return the color that is shown."""
    media = upload_and_process(person, content)
    assert (media["state"], media["error"], media["width"]) == ("ready", None, SIZE[0])
    assert b"cICP" not in read_file(media["url"])
    return open_image(media["url"]).convert("RGB").getpixel((9, 9))


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_colors_up_to_white_are_shown_as_they_are(alice, form, transfer):
    for name, (color, expected) in COLORS.items():
        content = MAKERS[form](encoded(color, transfer), BT2020, transfer)
        shown = shown_color(alice, content)
        assert shown == pytest.approx(expected, abs=12), name
        assert max(shown) - min(shown) < 13 or len(set(color)) > 1, name  # gray stays gray


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_highlights_are_compressed_and_not_cut_off(alice, transfer):
    shown = [
        shown_color(alice, make_png(encoded((light,) * 3, transfer), BT2020, transfer))[0]
        for light in (0.5, 1.0, 1.6, 3.0)
    ]
    assert shown == sorted(set(shown))
    assert shown[1] > 230
    assert shown[-1] <= 255


@pytest.mark.parametrize("form", MAKERS)
def test_wide_colors_without_hdr_are_converted(alice, form):
    # An orange of sRGB in the primaries of Display P3.
    linear = multiply(TO_P3, (0.5, 0.2, 0.05))
    values = [12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055 for x in linear]
    shown = shown_color(alice, MAKERS[form](values, P3, SRGB))
    assert shown == pytest.approx((188, 124, 63), abs=12)


def test_the_number_of_tables_of_colors_is_bounded():
    points = [CodePoints(p, t) for p in range(0, 65536, 97) for t in range(256)]
    keys = {each.table_key for each in points if each.need_conversion}
    assert len(keys) < 10


def test_a_deep_png_without_code_points_is_shown_as_it_is(alice):
    content = make_png((0.25, 0.5, 0.75), 1, SRGB)
    assert shown_color(alice, content) == pytest.approx((64, 128, 191), abs=2)
    assert open_image(upload_and_process(alice, content)["url"]).mode == "RGB"


def test_a_gain_map_does_not_change_the_main_picture(alice):
    # As phones write Ultra HDR: the picture for all screens, and a second one with the gains.
    main, gains = Image.new("RGB", SIZE, (180, 90, 60)), Image.new("L", SIZE, 255)
    file = io.BytesIO()
    main.save(file, "MPO", save_all=True, append_images=[gains], quality=95)
    assert shown_color(alice, file.getvalue()) == pytest.approx((180, 90, 60), abs=4)
    pictures = pillow_heif.HeifFile()
    pictures.add_from_pillow(main)
    pictures.add_from_pillow(gains.convert("RGB"))
    file = io.BytesIO()
    pictures.save(file, primary_index=0)
    assert shown_color(alice, file.getvalue()) == pytest.approx((180, 90, 60), abs=6)


def test_transparency_is_kept(alice):
    content = make_png((0.0, 0.0, 0.0), BT2020, PQ)
    image = Image.open(io.BytesIO(content)).convert("RGBA")
    image.putalpha(0)
    file = io.BytesIO()
    image.save(file, "PNG")
    chunk = content[content.index(b"cICP") - 4 :][:16]
    plain = file.getvalue()
    deep = plain[:33] + chunk + plain[33:]
    assert open_image(upload_and_process(alice, deep)["url"]).getpixel((9, 9))[3] == 0


@pytest.mark.parametrize("size", [0, 8, 20, 60, 120, 200, 300, 400])
def test_a_truncated_or_damaged_header_declares_nothing(size):
    content = make_heic((0.5, 0.5, 0.5), BT2020, PQ)
    assert read_iso_code_points(content) == CodePoints(BT2020, PQ)
    assert read_iso_code_points(content[:size]) is None
    damaged = content[:size] + bytes(len(content) - size)
    assert read_iso_code_points(damaged) in {None, CodePoints(BT2020, PQ)}
