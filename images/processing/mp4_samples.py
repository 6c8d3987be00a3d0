"""The samples of MP4 streams: where in the file the pictures and the sound are."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from images.processing.buffers import DAMAGED, TOO_MANY_FRAMES, Buffer, zero
from images.processing.limits import InvalidMedia
from images.processing.mp4_boxes import Box, BoxReader, unpack

MAX_SAMPLES = 1_000_000  # Two hours of pictures and sound have half of that.
# Flags of `tfhd` and `trun` (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
BASE_OFFSET, DESCRIPTION, DEFAULT_DURATION, DEFAULT_SIZE = 0x1, 0x2, 0x8, 0x10
BASE_IS_MOOF = 0x020000
DATA_OFFSET, FIRST_FLAGS = 0x1, 0x4
SAMPLE_DURATION, SAMPLE_SIZE, SAMPLE_FLAGS, SAMPLE_TIME = 0x100, 0x200, 0x400, 0x800
FLAGS_MASK = 0xFFFFFF


class Range(NamedTuple):
    """A range of bytes of the file."""

    start: int
    end: int


def stream_ranges(boxes: BoxReader, table: Box, *, is_sound: bool) -> Iterator[Range]:
    """Yield the chunks of a stream, from its sample table.

    Raises:
        InvalidMedia: The table is damaged or too long.
    """
    offsets = _chunk_offsets(boxes, table)
    if not offsets:
        return
    constant, sizes = _sample_sizes(boxes, table)
    if constant and is_sound and _is_quicktime_sound(boxes, table):
        # Its samples are not counted in bytes.
        raise InvalidMedia("The sound of this video is in an old format of QuickTime.")
    sums = list(accumulate(sizes, initial=0))
    counts, first = _samples_per_chunk(boxes, table, len(offsets)), 0
    for offset, count in zip(offsets, counts, strict=False):
        if constant:
            yield Range(offset, offset + constant * count)
            continue
        last = min(first + count, len(sizes))
        yield Range(offset, offset + sums[last] - sums[first])
        first = last


def _chunk_offsets(boxes: BoxReader, table: Box) -> Sequence[int]:
    box = boxes.find(table, b"stco")
    format_ = "I" if box else "Q"
    box = box or boxes.find(table, b"co64")
    if box is None:
        return ()
    (count,) = unpack(boxes.data, box, ">I", 4)
    return _numbers(boxes.data, box, format_, count, 8)


def _sample_sizes(boxes: BoxReader, table: Box) -> tuple[int, Sequence[int]]:
    """Return the size of all samples, or 0 and the size of each."""
    box = boxes.find(table, b"stsz")
    if box is not None:
        constant, count = unpack(boxes.data, box, ">II", 4)
        return constant, () if constant else _numbers(boxes.data, box, "I", count, 12)
    box = boxes.require(table, b"stz2")
    bits, count = unpack(boxes.data, box, ">3xBI", 4)
    if bits == 4:  # noqa: PLR2004 - two samples in a byte
        pairs = _numbers(boxes.data, box, "B", (count + 1) // 2, 12)
        return 0, [size for pair in pairs for size in (pair >> 4, pair & 15)][:count]
    if bits not in (8, 16):
        raise InvalidMedia(DAMAGED)
    return 0, _numbers(boxes.data, box, "B" if bits == 8 else "H", count, 12)  # noqa: PLR2004


def _is_quicktime_sound(boxes: BoxReader, table: Box) -> bool:
    description = boxes.require(table, b"stsd")
    unpack(boxes.data, description, "8x", 0)
    entries = boxes.iterate(description.body + 8, description.end)
    return any(unpack(boxes.data, entry, ">H", 8)[0] for entry in entries)


def _samples_per_chunk(boxes: BoxReader, table: Box, chunk_count: int) -> Iterator[int]:
    """Yield the number of samples of each chunk."""
    box = boxes.require(table, b"stsc")
    (count,) = unpack(boxes.data, box, ">I", 4)
    rows = _numbers(boxes.data, box, "I", 3 * count, 8)
    firsts = [*rows[::3], chunk_count + 1]
    for (first, after), samples in zip(pairwise(firsts), rows[1::3], strict=True):
        if not 0 < first < after <= chunk_count + 1:
            raise InvalidMedia(DAMAGED)
        for _ in range(first, after):
            yield samples


def _numbers(data: Buffer, box: Box, format_: str, count: int, offset: int) -> Sequence[int]:
    if count > 3 * MAX_SAMPLES:
        raise InvalidMedia(TOO_MANY_FRAMES)
    return unpack(data, box, f">{count}{format_}", offset)


def fragment_ranges(
    boxes: BoxReader, fragment: Box, default_sizes: dict[int, int], kept_streams: set[int]
) -> Iterator[Range]:
    """Yield the samples of the kept streams in a fragment (`moof`).

    Args:
        boxes: The boxes of the file.
        fragment: The fragment.
        default_sizes: The sizes of samples by stream, for fragments that do not declare them.
        kept_streams: The ids of the streams.

    Raises:
        InvalidMedia: It is damaged.
    """
    position = fragment.start  # Where data begin that have no offset: after the data before them.
    for stream in boxes.iterate(fragment.body, fragment.end):
        if stream.type != b"traf":
            continue
        header = boxes.require(stream, b"tfhd")
        flags, stream_id = unpack(boxes.data, header, ">II", 0)
        base, default_size = _fragment_defaults(boxes.data, header, flags & FLAGS_MASK)
        if base is None:
            base = fragment.start if flags & BASE_IS_MOOF else position
        position = base
        if default_size is None:
            default_size = default_sizes.get(stream_id, 0)
        for run in boxes.iterate(stream.body, stream.end):
            if run.type == b"trun":
                start, size = _run_extent(boxes.data, run, base, position, default_size)
                position = start + size
                if stream_id in kept_streams:
                    yield Range(start, position)


def _fragment_defaults(data: Buffer, header: Box, flags: int) -> tuple[int | None, int | None]:
    """Return the offset and the size of samples that `tfhd` declares."""
    base, size, offset = None, None, 8
    if flags & BASE_OFFSET:
        (base,) = unpack(data, header, ">Q", offset)
        offset += 8
    offset += 4 * bool(flags & DESCRIPTION) + 4 * bool(flags & DEFAULT_DURATION)
    if flags & DEFAULT_SIZE:
        (size,) = unpack(data, header, ">I", offset)
    return base, size


def _run_extent(
    data: Buffer, run: Box, base: int, position: int, default_size: int
) -> tuple[int, int]:
    """Return where the samples of a run begin, and their size in bytes."""
    flags, count = unpack(data, run, ">II", 0)
    offset = 8
    if flags & DATA_OFFSET:
        (delta,) = unpack(data, run, ">i", offset)
        position = base + delta
        offset += 4
    offset += 4 * bool(flags & FIRST_FLAGS)
    if not flags & SAMPLE_SIZE:
        return position, count * default_size
    fields = [name for name in (SAMPLE_DURATION, SAMPLE_SIZE, SAMPLE_FLAGS, SAMPLE_TIME)
              if flags & name]  # fmt: skip
    numbers = _numbers(data, run, "I", count * len(fields), offset)
    return position, sum(numbers[fields.index(SAMPLE_SIZE) :: len(fields)])


def zero_gaps(data: Buffer, containers: Iterable[Box], kept: Iterable[Range]) -> None:
    """Overwrite all bytes of some boxes that are in none of the kept ranges."""
    ranges = _merge(kept)
    starts = [part.start for part in ranges]
    for box in containers:
        position = box.body
        for part in ranges[max(0, bisect_right(starts, position) - 1) :]:
            if part.start >= box.end:
                break
            zero(data, position, min(part.start, box.end))
            position = max(position, part.end)
        zero(data, position, box.end)


def _merge(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges sorted, with overlapping ones joined."""
    merged: list[Range] = []
    for part in sorted(ranges):
        if merged and part.start <= merged[-1].end:
            merged[-1] = Range(merged[-1].start, max(merged[-1].end, part.end))
        else:
            merged.append(part)
    return merged
