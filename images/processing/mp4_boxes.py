"""Boxes of MP4 files (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from images.processing.buffers import DAMAGED, Buffer, zero
from images.processing.limits import InvalidMedia

# A box begins with a size of 32 bits and a type, then a size of 64 bits if needed.
HEADER_BYTES, LARGE_HEADER_BYTES = 8, 16
MAX_BOXES = 10_000


class Box(NamedTuple):
    """An MP4 box; offsets are in bytes from the start of the file."""

    start: int
    body: int
    end: int
    type: bytes


class BoxReader:
    """Reads the boxes of a file, which may have so many."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self._starts: set[int] = set()

    def iterate(self, start: int, end: int) -> Iterator[Box]:
        """Yield the boxes between two offsets, but not those inside of them.

        Raises:
            InvalidMedia: A box is truncated, or the file has too many boxes.
        """
        while start < end:
            box = _read_box(self.data, start, end)
            self._starts.add(start)
            if len(self._starts) > MAX_BOXES:
                raise InvalidMedia("The video has too many parts.")
            yield box
            start = box.end

    def iterate_file(self) -> Iterator[Box]:
        """Yield the boxes of the file. Less than a header at its end is overwritten with zeros.

        Raises:
            InvalidMedia: A box is truncated, or the file has too many boxes.
        """
        start, end = 0, len(self.data)
        while end - start >= HEADER_BYTES:
            box = next(self.iterate(start, end))
            yield box
            start = box.end
        zero(self.data, start, end)

    def find(self, parent: Box, *path: bytes) -> Box | None:
        """Return the first box with this path below a box, or None."""
        box: Box | None = parent
        for type_ in path:
            if box is None:
                return None
            children = self.iterate(box.body, box.end)
            box = next((child for child in children if child.type == type_), None)
        return box

    def require(self, parent: Box, *path: bytes) -> Box:
        """Return the first box with this path below a box.

        Raises:
            InvalidMedia: There is none.
        """
        box = self.find(parent, *path)
        if box is None:
            raise InvalidMedia(DAMAGED)
        return box


def _read_box(data: Buffer, start: int, end: int) -> Box:
    """Read the header of the box at `start`, which must end at `end` or before."""
    if start + HEADER_BYTES > end:
        raise InvalidMedia(DAMAGED)
    size, type_ = struct.unpack_from(">I4s", data, start)
    header_size = HEADER_BYTES
    if size == 1 and start + LARGE_HEADER_BYTES <= end:
        (size,) = struct.unpack_from(">Q", data, start + HEADER_BYTES)
        header_size = LARGE_HEADER_BYTES
    elif size == 0:
        size = end - start  # The box extends to the end.
    if size < header_size or start + size > end:
        raise InvalidMedia(DAMAGED)
    return Box(start, start + header_size, start + size, type_)


def unpack(data: Buffer, box: Box, format_: str, offset: int) -> tuple[Any, ...]:
    """Return numbers of the body of a box.

    Raises:
        InvalidMedia: They are beyond its end.
    """
    if box.body + offset + struct.calcsize(format_) > box.end:
        raise InvalidMedia(DAMAGED)
    return struct.unpack_from(format_, data, box.body + offset)


def free(data: Buffer, box: Box) -> None:
    """Turn a box into free space of zeros."""
    zero(data, box.body, box.end)
    data[box.start + 4 : box.start + HEADER_BYTES] = b"free"
