"""Video files that are changed in place, and what the formats of videos share."""

import mmap

DAMAGED = "The video is damaged."
NO_PICTURES = "The video has no pictures."
TOO_MANY_FRAMES = "The video has too many frames."
ZERO_CHUNK_BYTES = 65536

Buffer = mmap.mmap


def zero(data: Buffer, start: int, end: int) -> None:
    """Overwrite bytes with zeros."""
    for position in range(start, end, ZERO_CHUNK_BYTES):
        size = min(ZERO_CHUNK_BYTES, end - position)
        data[position : position + size] = bytes(size)
