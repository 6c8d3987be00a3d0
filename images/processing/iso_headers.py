"""The formats and sizes that HEIC and AVIF files declare (ISO/IEC 23008-12), without decoding."""

import io
import struct
from collections.abc import Iterator
from typing import IO

from images.processing.cicp import CodePoints

MAX_BOXES = 1000
MAX_BODY_BYTES = 1024 * 1024  # Of the metadata; those of a photo of 48 megapixels have 20 KB.
HEADER_BYTES, FULL_BOX_BYTES = 8, 4  # of a full box: the version and flags that follow
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


def read_iso_code_points(content: bytes) -> CodePoints | None:
    """Return the code points of the colors of the main picture; None if it declares none.

    Other pictures of the file may have others, such as the map of a picture with two versions.
    """
    file = io.BytesIO(content)
    try:
        for size, kind in _top_boxes(file):
            if kind == b"meta":
                return _main_code_points(file.read(size))
            file.seek(size, 1)
    except (struct.error, IndexError):
        pass
    return None


def _main_code_points(meta: bytes) -> CodePoints | None:
    children = dict(_boxes(meta[FULL_BOX_BYTES:]))
    main_item = _item_id(children.get(b"pitm", b""), FULL_BOX_BYTES)
    properties = list(_properties(meta))
    associations = dict(_boxes(children.get(b"iprp", b""))).get(b"ipma", b"")
    for index in _property_indexes(associations, main_item):
        kind, body = properties[index - 1]
        if kind == b"colr" and body[:4] == b"nclx":
            return CodePoints(*struct.unpack_from(">HH", body, 4))
    return None


def _item_id(box: bytes, position: int) -> int:
    """Return an item id of a box whose version says how long it is."""
    return int(struct.unpack_from(">I" if box[0] else ">H", box, position)[0])


def _property_indexes(associations: bytes, item_id: int) -> list[int]:
    """Return the numbers of the properties of an item, from 1, as the box `ipma` has them."""
    id_bytes, index_bytes = (4 if associations[0] else 2), (2 if associations[3] & 1 else 1)
    (count,) = struct.unpack_from(">I", associations, FULL_BOX_BYTES)
    position = FULL_BOX_BYTES + 4
    for _ in range(min(count, MAX_BOXES)):
        found_id, size = _item_id(associations, position), associations[position + id_bytes]
        position += id_bytes + 1
        end = position + size * index_bytes
        if found_id == item_id:
            mask = (1 << 8 * index_bytes - 1) - 1  # without the bit for an essential property
            parts = (
                associations[at : at + index_bytes] for at in range(position, end, index_bytes)
            )
            return [index for part in parts if (index := int.from_bytes(part, "big") & mask)]
        position = end
    return []


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
    body = meta[FULL_BOX_BYTES:]
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
