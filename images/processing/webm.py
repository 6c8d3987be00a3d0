"""WebM videos: all but picture and sound is overwritten with empty elements, in place.

Nothing moves, so the offsets in the file stay valid. What is kept is a whitelist of elements, and
the blocks of the streams of pictures and sound. Tags, titles, attachments, chapters, dates, unknown
elements and other streams become `Void` elements of zeros.

This may be repeated after an interruption: `Void` elements of zeros do not change.
"""

import mmap
from collections.abc import Iterator
from typing import IO, NamedTuple

from images.processing.buffers import DAMAGED, NO_PICTURES, TOO_MANY_FRAMES, Buffer, zero
from images.processing.limits import InvalidMedia

MAX_ELEMENTS = 1_000_000  # Two hours of pictures and sound have half of that.
VOID, VOID_BYTE = 0xEC, b"\xec"
MAX_ID_BYTES, MAX_SIZE_BYTES = 4, 8
# Kept elements that contain elements (RFC 9559). The contents of a segment and a cluster may have
# an unknown size: then they extend to the next element that cannot be in them.
SEGMENT, CLUSTER, STREAM_ENTRY, BLOCK_GROUP = 0x18538067, 0x1F43B675, 0xAE, 0xA0
EBML_HEADER, SEEK_HEAD, SEEK, INFO, STREAMS = 0x1A45DFA3, 0x114D9B74, 0x4DBB, 0x1549A966, 0x1654AE6B
CUES, CUE_POINT, CUE_STREAM_POSITIONS = 0x1C53BB6B, 0xBB, 0xB7
VIDEO, AUDIO, COLOR, MASTERING, PROJECTION = 0xE0, 0xE1, 0x55B0, 0x55D0, 0x7670
STREAMED = (SEGMENT, CLUSTER)
CONTAINERS = frozenset({
    EBML_HEADER, SEGMENT, SEEK_HEAD, SEEK, INFO, STREAMS, STREAM_ENTRY, VIDEO, AUDIO, COLOR,
    MASTERING, PROJECTION, CLUSTER, BLOCK_GROUP, CUES, CUE_POINT, CUE_STREAM_POSITIONS,
})  # fmt: skip
STREAM_NUMBER, STREAM_TYPE, SIMPLE_BLOCK, BLOCK = 0xD7, 0x83, 0xA3, 0xA1
PICTURE, KEPT_STREAM_TYPES = 1, (1, 2)
NAMES = (0x4D80, 0x5741)  # MuxingApp and WritingApp are mandatory, so only their text is removed.
NUMBERS_AND_CODECS = frozenset({
    # The EBML header, and the positions of other elements.
    0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4282, 0x4287, 0x4285, 0x53AB, 0x53AC,
    # Info: the unit of time and the duration.
    0x2AD7B1, 0x4489,
    # Streams: number, unique number, type, flags, durations, language, codec.
    STREAM_NUMBER, 0x73C5, STREAM_TYPE, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x6DF8, 0x23E383,
    0x23314F, 0x22B59C, 0x22B59D, 0x86, 0x63A2, 0xAA, 0x56AA, 0x56BB, 0x55EE,
    # Pictures: sizes, stereo, crop, color, mastering data, projection.
    0x9A, 0x9D, 0x53B8, 0x53C0, 0xB0, 0xBA, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA,
    0x54B2, 0x2383E3, *range(0x55B1, 0x55BE), *range(0x55D1, 0x55DB), *range(0x7671, 0x7676),
    # Sound: rates, channels, depth.
    0xB5, 0x78B5, 0x9F, 0x6264,
    # Clusters: times and blocks.
    0xE7, 0xA7, 0xAB, SIMPLE_BLOCK, BLOCK, 0x9B, 0xFB, 0x75A2,
    # Cues.
    0xB3, 0xF7, 0xF1, 0xF0, 0xB2, 0x5378,
})  # fmt: skip


class Element(NamedTuple):
    """An element; offsets are in bytes from the start of the file."""

    start: int
    body: int
    end: int
    id: int


def clean_webm(file: IO[bytes]) -> None:
    """Overwrite all that is not picture or sound.

    Raises:
        InvalidMedia: The file is damaged or too complex, or has no pictures.
    """
    with mmap.mmap(file.fileno(), 0) as data:
        types: dict[int, int] = {}  # By number of the stream. Streams precede their blocks.
        for element in _iterate(data):
            if element.id == STREAM_ENTRY:
                types.update([_describe_stream(data, element)])
            if element.id in NAMES:
                zero(data, element.body, element.end)
            elif not _is_kept(data, element, types):
                _void(data, element)
        if PICTURE not in types.values():
            raise InvalidMedia(NO_PICTURES)


def _is_kept(data: Buffer, element: Element, types: dict[int, int]) -> bool:
    if element.id == STREAM_ENTRY:
        return types[_describe_stream(data, element)[0]] in KEPT_STREAM_TYPES
    if element.id in (SIMPLE_BLOCK, BLOCK):
        number, _ = _read_number(data, element.body, element.end, keep_marker=False)
        return types.get(number) in KEPT_STREAM_TYPES
    return element.id in CONTAINERS or element.id in NUMBERS_AND_CODECS


def _iterate(data: Buffer) -> Iterator[Element]:
    """Yield all elements of a file, each before those that it contains.

    The contents of an element that has been overwritten meanwhile are skipped.
    """
    position, count = 0, 0
    while position < len(data):
        element = _read_element(data, position)
        count += 1
        if count > MAX_ELEMENTS:
            raise InvalidMedia(TOO_MANY_FRAMES)
        yield element
        is_entered = (
            element.id in CONTAINERS and data[element.start : element.start + 1] != VOID_BYTE
        )
        position = element.body if is_entered else element.end


def _read_element(data: Buffer, start: int) -> Element:
    id_, body = _read_number(data, start, len(data), keep_marker=True)
    size, size_end = _read_number(data, body, len(data), keep_marker=False)
    is_unknown = size == (1 << 7 * (size_end - body)) - 1
    if is_unknown and id_ in STREAMED:
        return Element(start, size_end, len(data), id_)
    if is_unknown or body - start > MAX_ID_BYTES or size_end + size > len(data):
        raise InvalidMedia(DAMAGED)
    return Element(start, size_end, size_end + size, id_)


def _read_number(data: Buffer, start: int, end: int, *, keep_marker: bool) -> tuple[int, int]:
    """Return a number of variable length, and where it ends."""
    first = data[start] if start < end else 0
    length = 9 - first.bit_length()
    if length > MAX_SIZE_BYTES or start + length > end:
        raise InvalidMedia(DAMAGED)
    number = int.from_bytes(data[start : start + length], "big")
    return number if keep_marker else number ^ 1 << 7 * length, start + length


def _describe_stream(data: Buffer, stream: Element) -> tuple[int, int]:
    """Return the number and the type of a stream."""
    values, position = {STREAM_NUMBER: 0, STREAM_TYPE: 0}, stream.body
    while position < stream.end:
        element = _read_element(data, position)
        if element.id in values:
            values[element.id] = int.from_bytes(data[element.body : element.end], "big")
        position = element.end
    return values[STREAM_NUMBER], values[STREAM_TYPE]


def _void(data: Buffer, element: Element) -> None:
    """Turn an element into a `Void` element of the same size."""
    zero(data, element.body, element.end)
    # As long as possible, so that the contents begin where they did.
    length = min(element.body - element.start - 1, MAX_SIZE_BYTES)
    size = element.end - element.start - 1 - length
    header = VOID_BYTE + (size | 1 << 7 * length).to_bytes(length, "big")
    data[element.start : element.body] = header.ljust(element.body - element.start, b"\0")
