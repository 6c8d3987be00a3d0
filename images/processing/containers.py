"""Containers of animations, written again with a whitelist of their parts.

Comments, XMP, EXIF, color profiles, text and all that follows the end are left out.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from images.processing.limits import InvalidMedia

DAMAGED = "The animation is damaged."
# GIF: the blocks and extensions that are kept, and the applications that say how often to repeat.
GIF_HEADER_BYTES, GIF_DESCRIPTOR_BYTES = 13, 10
GIF_IMAGE, GIF_EXTENSION, GIF_END = b",", b"!", b";"
GIF_CONTROL, GIF_APPLICATION = b"\xf9", b"\xff"
GIF_LOOPS = (b"\x0bNETSCAPE2.0\x03\x01", b"\x0bANIMEXTS1.0\x03\x01")
GIF_LOOP_BYTES = 17
GIF_TABLE_FLAG, GIF_TABLE_SIZE = 0x80, 0x07
# PNG and WebP: the types of the chunks that are kept.
PNG_HEADER_BYTES, PNG_CHUNK_OVERHEAD_BYTES = 8, 12
PNG_CHUNKS = frozenset({
    b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD",
    b"acTL", b"fcTL", b"IDAT", b"fdAT", b"IEND",
})  # fmt: skip
WEBP_HEADER_BYTES, WEBP_CHUNK_HEADER_BYTES = 12, 8
WEBP_CHUNKS = frozenset((b"VP8X", b"ANIM", b"ANMF"))
WEBP_FRAME_CHUNKS = frozenset((b"ALPH", b"VP8 ", b"VP8L"))
WEBP_FRAME_HEADER_BYTES = 16
WEBP_KEPT_FLAGS = 0x12  # Animation and transparency, but not EXIF, XMP and profile.


class Frame(NamedTuple):
    """The extents of a frame on the canvas, in pixels, and how long it is shown."""

    right: int
    bottom: int
    milliseconds: int


class Stripped(NamedTuple):
    """An animation without metadata."""

    content: bytes
    frames: list[Frame]
    plays: int  # How often it is shown; 0 for without end.
    has_default_image: bool = False  # The first image is for viewers without animation.


def strip_gif(content: bytes) -> Stripped:
    """Return a GIF without comments, text and application data, and its frames.

    Raises:
        InvalidMedia: It is truncated or not a GIF.
    """
    position = GIF_HEADER_BYTES + _gif_table_bytes(_at(content, 10))
    parts, frames, plays, milliseconds = [content[:position]], [], 1, 0
    while content[position : position + 1] not in (GIF_END, b""):
        start, kind = position, content[position : position + 1]
        if kind == GIF_IMAGE:
            if len(content) < start + GIF_DESCRIPTOR_BYTES:
                raise InvalidMedia(DAMAGED)
            left, top, width, height, flags = struct.unpack_from("<HHHHB", content, start + 1)
            frames.append(Frame(left + width, top + height, milliseconds))
            milliseconds = 0
            # The size of the codes follows the table.
            position += GIF_DESCRIPTOR_BYTES + _gif_table_bytes(flags) + 1
            is_kept = True
        elif kind == GIF_EXTENSION:
            is_kept = _is_kept_extension(content, start)
            if is_kept and content[start + 1 : start + 2] == GIF_CONTROL:
                milliseconds = 10 * int.from_bytes(content[start + 4 : start + 6], "little")
            elif is_kept:  # The number of repetitions, after the first time.
                count = int.from_bytes(content[start + 16 : start + 18], "little")
                plays = count + 1 if count else 0
            position += 2
        else:
            raise InvalidMedia(DAMAGED)
        position = _skip_sub_blocks(content, position)
        if is_kept:
            parts.append(content[start:position])
    return Stripped(b"".join([*parts, GIF_END]), frames, plays)


def _is_kept_extension(content: bytes, start: int) -> bool:
    """Return whether an extension controls the next frame, or the number of repetitions."""
    label = content[start + 1 : start + 2]
    body = content[start + 2 : start + 2 + GIF_LOOP_BYTES]
    is_loop = body.startswith(GIF_LOOPS) and body.endswith(b"\0") and len(body) == GIF_LOOP_BYTES
    return label == GIF_CONTROL or (label == GIF_APPLICATION and is_loop)


def _gif_table_bytes(flags: int) -> int:
    """Return the size of the color table that these flags declare."""
    return 3 << (flags & GIF_TABLE_SIZE) + 1 if flags & GIF_TABLE_FLAG else 0


def _skip_sub_blocks(content: bytes, position: int) -> int:
    """Return the position after the sub-blocks, the last of which is empty."""
    while size := _at(content, position):
        position += size + 1
    return position + 1


def _at(content: bytes, position: int) -> int:
    if position >= len(content):
        raise InvalidMedia(DAMAGED)
    return content[position]


def strip_apng(content: bytes) -> Stripped:
    """Return an animated PNG without text, EXIF and profile, and its frames.

    Raises:
        InvalidMedia: It is truncated.
    """
    position = PNG_HEADER_BYTES
    parts, frames, kind, plays, has_default_image = [content[:position]], [], b"", 0, False
    while kind != b"IEND":
        if len(content) < position + PNG_CHUNK_OVERHEAD_BYTES:
            raise InvalidMedia(DAMAGED)
        size, kind = struct.unpack_from(">I4s", content, position)
        end = position + size + PNG_CHUNK_OVERHEAD_BYTES
        if kind in PNG_CHUNKS:
            parts.append(content[position:end])
        if kind == b"fcTL" and size == 26:  # noqa: PLR2004 - as specified
            width, height, left, top, delay, unit = struct.unpack_from(
                ">IIIIHH", content, position + 12
            )
            frames.append(Frame(left + width, top + height, 1000 * delay // (unit or 100)))
        elif kind == b"acTL" and size == 8:  # noqa: PLR2004 - as specified
            (plays,) = struct.unpack_from(">I", content, position + 12)
        elif kind == b"IDAT" and not frames:
            has_default_image = True
        position = end
    return Stripped(b"".join(parts), frames, plays, has_default_image)


def strip_webp(content: bytes) -> Stripped:
    """Return an animated WebP without EXIF, XMP and profile, and its frames.

    Raises:
        InvalidMedia: It is truncated.
    """
    parts, frames, plays = [], [], 0
    for kind, body in _webp_chunks(content[WEBP_HEADER_BYTES:]):
        if kind not in WEBP_CHUNKS:
            continue
        new_body = body
        if kind == b"VP8X":
            new_body = bytes([_at(body, 0) & WEBP_KEPT_FLAGS]) + body[1:]
        elif kind == b"ANIM":
            plays = int.from_bytes(body[4:6], "little")
        elif kind == b"ANMF":
            frames.append(_webp_frame(body))
            images = _webp_chunks(body[WEBP_FRAME_HEADER_BYTES:])
            new_body = body[:WEBP_FRAME_HEADER_BYTES] + b"".join(
                _webp_chunk(name, data) for name, data in images if name in WEBP_FRAME_CHUNKS
            )
        parts.append(_webp_chunk(kind, new_body))
    contents = b"WEBP" + b"".join(parts)
    new_content = b"RIFF" + struct.pack("<I", len(contents)) + contents
    return Stripped(new_content, frames, plays)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + WEBP_CHUNK_HEADER_BYTES <= len(content):
        kind, size = struct.unpack_from("<4sI", content, position)
        position += WEBP_CHUNK_HEADER_BYTES
        if position + size > len(content):
            raise InvalidMedia(DAMAGED)
        yield kind, content[position : position + size]
        position += size + size % 2


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_frame(body: bytes) -> Frame:
    if len(body) < WEBP_FRAME_HEADER_BYTES:
        raise InvalidMedia(DAMAGED)
    left, top, width, height, milliseconds = (
        int.from_bytes(body[offset : offset + 3], "little") for offset in (0, 3, 6, 9, 12)
    )
    return Frame(2 * left + width + 1, 2 * top + height + 1, milliseconds)
