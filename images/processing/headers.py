"""The formats and sizes that image files declare, read without decoding anything.

A web process reads them. Pillow is not used for this: it parses all that precedes the pixels, such
as a million empty segments, before it returns the size.
"""

import struct
from collections.abc import Callable
from typing import IO, NamedTuple

from images.processing.iso_headers import iso_format, read_iso_size

MAX_SEGMENTS = 1000  # Of a JPEG, before the frame header. Usually there are fewer than 50.
JPEG_MAGIC, PNG_MAGIC = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
GIF_MAGICS = (b"GIF87a", b"GIF89a")
HEADER_BYTES = 128  # With the brands of a HEIC.
BMP_MAGIC, BMP_CORE_HEADER_BYTES = b"BM", 12
# SOF0 to SOF15, but not DHT, JPG and DAC.
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN_MARKER, END_MARKER = 0xDA, 0xD9
VP8_START_CODE, VP8L_SIGNATURE = b"\x9d\x01\x2a", 0x2F


class ImageHeader(NamedTuple):
    """The format of an image, by Pillow's name, and its size in pixels."""

    format: str
    width: int
    height: int


class InvalidHeader(Exception):
    """The file has the signature of an image, but its header is not valid."""


def read_image_header(file: IO[bytes]) -> ImageHeader | None:
    """Return the header of an image; None if it has none of the accepted formats.

    Raises:
        InvalidHeader: The header is truncated or not valid.
    """
    file.seek(0)
    head = file.read(HEADER_BYTES)
    for format_, matches, read_size in READERS:
        if matches(head):
            try:
                width, height = read_size(head, file)
            except (struct.error, IndexError):
                raise InvalidHeader from None
            if width <= 0 or height <= 0:
                raise InvalidHeader
            return ImageHeader(format_, width, height)
    return None


def _read_png_size(head: bytes, _file: IO[bytes]) -> tuple[int, int]:
    if head[12:16] != b"IHDR":
        raise InvalidHeader
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _read_gif_size(head: bytes, _file: IO[bytes]) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", head, 6)
    return width, height


def _read_webp_size(head: bytes, _file: IO[bytes]) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8X":
        return _uint24(head, 24) + 1, _uint24(head, 27) + 1
    if kind == b"VP8L" and head[20] == VP8L_SIGNATURE:
        (bits,) = struct.unpack_from("<I", head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[23:26] == VP8_START_CODE:
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise InvalidHeader


def _read_bmp_size(head: bytes, _file: IO[bytes]) -> tuple[int, int]:
    (header_size,) = struct.unpack_from("<I", head, 14)
    width, height = struct.unpack_from(
        "<HH" if header_size == BMP_CORE_HEADER_BYTES else "<ii", head, 18
    )
    return width, abs(height)  # Negative if the first line is the top one.


def _read_jpeg_size(_head: bytes, file: IO[bytes]) -> tuple[int, int]:
    file.seek(2)
    for _ in range(MAX_SEGMENTS):
        marker = _read_marker(file)
        if marker in (SCAN_MARKER, END_MARKER):
            break
        (length,) = struct.unpack(">H", file.read(2))
        if marker in FRAME_MARKERS:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
    raise InvalidHeader


def _read_marker(file: IO[bytes]) -> int:
    """Return the next marker; any number of 0xFF may precede it."""
    prefix, *_ = file.read(1)
    if prefix != 0xFF:  # noqa: PLR2004 - the prefix of markers
        raise InvalidHeader
    for _ in range(MAX_SEGMENTS):
        marker: int = file.read(1)[0]
        if marker != 0xFF:  # noqa: PLR2004 - a fill byte
            return marker
    raise InvalidHeader


def _read_iso_size(_head: bytes, file: IO[bytes]) -> tuple[int, int]:
    return read_iso_size(file)


def _uint24(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 3], "little")


ReadSize = Callable[[bytes, IO[bytes]], tuple[int, int]]
READERS: tuple[tuple[str, Callable[[bytes], bool], ReadSize], ...] = (
    ("JPEG", lambda head: head.startswith(JPEG_MAGIC), _read_jpeg_size),
    ("PNG", lambda head: head.startswith(PNG_MAGIC), _read_png_size),
    ("GIF", lambda head: head.startswith(GIF_MAGICS), _read_gif_size),
    (
        "WEBP",
        lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP",
        _read_webp_size,
    ),
    ("HEIF", lambda head: iso_format(head) == "HEIF", _read_iso_size),
    ("AVIF", lambda head: iso_format(head) == "AVIF", _read_iso_size),
    ("BMP", lambda head: head.startswith(BMP_MAGIC), _read_bmp_size),
)
