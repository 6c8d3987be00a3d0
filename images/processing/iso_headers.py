"""The formats and sizes that HEIC and AVIF files declare (ISO/IEC 23008-12), without decoding."""

import io
import struct
from collections.abc import Iterator
from typing import IO

MAX_BOXES = 1000
MAX_BODY_BYTES = 1024 * 1024  # Of the metadata; those of a photo of 48 megapixels have 20 KB.
HEADER_BYTES = 8
TRANSFORMATIONS = (b"irot", b"imir")
FORMATS_BY_BRAND = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIF"),
}


def iso_format(head: bytes) -> str:
    """Return the format that the brands at the beginning of a file declare; empty if none."""
    if head[4:8] != b"ftyp":
        return ""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[start : start + 4] for start in range(16, size, 4))]
    return next((FORMATS_BY_BRAND[brand] for brand in brands if brand in FORMATS_BY_BRAND), "")


def read_iso_size(file: IO[bytes]) -> tuple[int, int]:
    """Return the size of the largest item. That of a photo is put together from tiles.

    Raises:
        struct.error, IndexError: The header is truncated or not valid.
    """
    file.seek(0)
    for size, kind in _top_boxes(file):
        if kind == b"meta":
            sizes = sorted(_item_sizes(file.read(size)), key=lambda item: item[0] * item[1])
            return sizes[-1]
        file.seek(size, 1)
    raise IndexError


def is_turned_by_decoder(content: bytes) -> bool:
    """Return whether a HEIC declares how to turn it by properties, which its decoder applies."""
    file = io.BytesIO(content)
    for size, kind in _top_boxes(file):
        if kind == b"meta":
            return any(kind in TRANSFORMATIONS for kind, _ in _properties(file.read(size)))
        file.seek(size, 1)
    return False


def _top_boxes(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the size of the body and the type of the boxes; the caller moves past the body."""
    for _ in range(MAX_BOXES):
        size, kind = struct.unpack(">I4s", file.read(HEADER_BYTES))
        header = HEADER_BYTES
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            header = 16
        if size < header or (kind == b"meta" and size > MAX_BODY_BYTES):
            raise IndexError
        yield size - header, kind


def _item_sizes(meta: bytes) -> Iterator[tuple[int, int]]:
    for kind, content in _properties(meta):
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", content, 4)
            yield width, height


def _properties(meta: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the types and contents of the properties of all items."""
    body = meta[4:]
    for name in (b"iprp", b"ipco"):
        body = next((content for kind, content in _boxes(body) if kind == name), b"")
    yield from _boxes(body)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    for _ in range(MAX_BOXES):
        if position + HEADER_BYTES > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, position)
        if size < HEADER_BYTES:
            raise IndexError
        yield kind, data[position + HEADER_BYTES : position + size]
        position += size
