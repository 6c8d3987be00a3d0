"""Small files that are expensive to decode."""

import io
import struct
import zlib

from PIL import Image


def make_progressive_jpeg(scans: int, side: int = 6320) -> bytes:
    """Return a gray progressive JPEG with so many scans, in which nothing changes."""

    def segment(marker: int, body: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body

    def bits(pairs: list[tuple[int, int]]) -> bytes:
        text = "".join(format(value, f"0{width}b") for value, width in pairs)
        text += "1" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")

    def huffman_table(kind: int, first: int, second: int) -> bytes:
        return segment(0xC4, bytes([kind, 1, 1] + [0] * 14 + [first, second]))

    blocks = (side // 8) ** 2
    runs = -(-blocks // 32767)
    each = blocks // runs
    run = bits(
        [
            pair
            for number in range(runs)
            for pair in ((0, 1), (each + (number < blocks - each * runs) - 16384, 14))
        ]
    )
    header = (
        b"\xff\xd8"
        + segment(0xDB, b"\0" + b"\1" * 64)
        + segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
        + huffman_table(0x00, 0, 1)
        + huffman_table(0x10, 0xE0, 0)
    )
    first_scans = (
        segment(0xDA, b"\1\1\0\0\0\1") + bits([(0, 1)] * blocks)
        + segment(0xDA, b"\1\1\0\1\x3f\1") + run
    )  # fmt: skip
    return header + first_scans + (segment(0xDA, b"\1\1\0\1\x3f\x10") + run) * scans + b"\xff\xd9"


def make_gif_with_large_frames(frames: int, side: int = 6300) -> bytes:
    """Return a GIF with a canvas of one pixel, whose other frames are much larger."""

    def gif(size: int) -> bytes:
        file = io.BytesIO()
        Image.new("P", (size, size)).save(file, "GIF")
        return file.getvalue()

    large = gif(side)
    frame = large[large.index(b"," + struct.pack("<HHHH", 0, 0, side, side)) : -1]
    return gif(1)[:-1] + frame * (frames - 1) + b";"


def make_slow_png() -> bytes:
    """Return a PNG of 40 million pixels with 750,000 empty comments."""
    file = io.BytesIO()
    image = Image.linear_gradient("L").resize((6324, 6324)).convert("RGBA")
    image.save(file, "PNG", compress_level=1)
    comment = b"\0\0\0\0tEXt" + zlib.crc32(b"tEXt").to_bytes(4, "big")
    header_end = 33
    return file.getvalue()[:header_end] + comment * 750_000 + file.getvalue()[header_end:]
