"""MP4 videos: all but picture and sound is overwritten with zeros, in place.

Nothing moves, so the offsets in the file stay valid, and no part of the video is encoded again.
What is kept is a whitelist: the boxes that a player needs, at every depth; the streams of pictures
and sound (ISO/IEC 14496-12 calls them tracks); their samples. Everything else becomes free space:
user data, XMP, unknown boxes, streams of telemetry, and the bytes between samples. Times and names
in kept boxes are zeroed.

This may be repeated after an interruption: free space of zeros does not change.
"""

import mmap
from typing import IO, NamedTuple

from images.processing.buffers import DAMAGED, NO_PICTURES, Buffer, zero
from images.processing.limits import InvalidMedia
from images.processing.mp4_boxes import Box, BoxReader, free, unpack
from images.processing.mp4_samples import Range, fragment_ranges, stream_ranges, zero_gaps

Spans = tuple[tuple[int, int], ...]
PICTURE, SOUND = b"vide", b"soun"
# The kept boxes by the box that contains them. They contain numbers, or codec parameters. Sample
# entries, the children of `stsd`, are named for their codec.
KEPT_BOXES = {
    b"": (b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"mfra"),
    b"moov": (b"mvhd", b"trak", b"mvex"),
    b"trak": (b"tkhd", b"edts", b"mdia"),
    b"edts": (b"elst",),
    b"mdia": (b"mdhd", b"hdlr", b"minf"),
    b"minf": (b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"),
    b"dinf": (b"dref",),
    b"dref": (b"url ", b"urn ", b"alis"),
    b"stbl": (b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64",
               b"stss", b"sdtp"),
    b"stsd": (),  # Its entries are counted instead.
    b"mvex": (b"mehd", b"trex"),
    b"moof": (b"mfhd", b"traf"),
    b"traf": (b"tfhd", b"tfdt", b"trun"),
    b"mfra": (b"tfra", b"mfro"),
    b"wave": (b"frma", b"esds", b"alac", b"enda", b"chan", b"mp4a", b"\0\0\0\0"),
}  # fmt: skip
CODEC_PARAMETERS = frozenset({
    b"avcC", b"hvcC", b"lhvC", b"vvcC", b"vpcC", b"av1C", b"dvcC", b"dvvC", b"esds", b"d263",
    b"dOps", b"dac3", b"dec3", b"dac4", b"dfLa", b"alac", b"pcmC", b"damr", b"wave", b"chan",
    b"chnl", b"srat", b"btrt", b"pasp", b"clap", b"colr", b"fiel", b"gama", b"mdcv", b"clli",
    b"amve", b"SmDm", b"CoLL",
})  # fmt: skip
FULL_CONTAINERS = (b"dref", b"stsd")  # A version, flags and a number of entries begin the body.
FULL_CONTAINER_BYTES, VERSION_BYTES = 8, 4
TIMED_BOXES = (b"mvhd", b"tkhd", b"mdhd")
REFERENCES = KEPT_BOXES[b"dref"]
# The size of a sample entry before its boxes, and the bytes in it that hold names.
PICTURE_ENTRY_BYTES = 78
PICTURE_ENTRY_NAMES: Spans = (
    (8, 24),
    (42, 74),
)  # The vendor; the name of the encoder or the camera.
SOUND_ENTRY_BYTES = {0: 28, 1: 44, 2: 64}  # By version; QuickTime has others than 0.
SOUND_ENTRY_NAMES: Spans = ((10, 16),)  # The vendor.
COLOR_NUMBERS = (b"nclx", b"nclc")  # The other kinds of `colr` are profiles.


class Stream(NamedTuple):
    """A stream of pictures or sound."""

    id: int
    box: Box
    handler: bytes


def clean_mp4(file: IO[bytes]) -> None:
    """Overwrite all that is not picture or sound.

    Raises:
        InvalidMedia: The file is damaged or too complex, has no pictures, or refers to other files.
    """
    with mmap.mmap(file.fileno(), 0) as data:
        boxes = BoxReader(data)
        top = list(boxes.iterate_file())
        movies = [box for box in top if box.type == b"moov"]
        if len(movies) != 1:
            raise InvalidMedia(DAMAGED)
        streams = _find_streams(boxes, movies[0])
        samples = _sample_ranges(boxes, movies[0], streams, top)
        _Cleaner(boxes, streams).clean_boxes(top, b"")
        zero_gaps(data, [box for box in top if box.type == b"mdat"], samples)


def _find_streams(boxes: BoxReader, movie: Box) -> dict[int, Stream]:
    """Return the streams of pictures and sound by id."""
    streams = {}
    for box in boxes.iterate(movie.body, movie.end):
        handler_box = boxes.find(box, b"mdia", b"hdlr") if box.type == b"trak" else None
        if handler_box is None:
            continue
        handler = bytes(unpack(boxes.data, handler_box, "4B", 8))
        if handler in (PICTURE, SOUND):
            header = boxes.require(box, b"tkhd")
            (version,) = unpack(boxes.data, header, "B", 0)
            (stream_id,) = unpack(boxes.data, header, ">I", 20 if version == 1 else 12)
            if stream_id in streams:
                raise InvalidMedia(DAMAGED)
            streams[stream_id] = Stream(stream_id, box, handler)
    if not any(stream.handler == PICTURE for stream in streams.values()):
        raise InvalidMedia(NO_PICTURES)
    return streams


def _sample_ranges(
    boxes: BoxReader, movie: Box, streams: dict[int, Stream], top: list[Box]
) -> list[Range]:
    """Return where the samples of the kept streams are."""
    ranges: list[Range] = []
    for stream in streams.values():
        table = boxes.require(stream.box, b"mdia", b"minf", b"stbl")
        ranges += stream_ranges(boxes, table, is_sound=stream.handler == SOUND)
    default_sizes = {}
    extends = boxes.find(movie, b"mvex")
    for box in boxes.iterate(extends.body, extends.end) if extends else ():
        if box.type == b"trex":
            stream_id, _, _, size = unpack(boxes.data, box, ">4I", VERSION_BYTES)
            default_sizes[stream_id] = size
    for box in top:
        if box.type == b"moof":
            ranges += fragment_ranges(boxes, box, default_sizes, set(streams))
    return ranges


class _Cleaner:
    """Cleans the boxes of a file."""

    def __init__(self, boxes: BoxReader, streams: dict[int, Stream]) -> None:
        self.boxes = boxes
        self.data: Buffer = boxes.data
        self.streams = streams
        self.handlers = {stream.box.start: stream.handler for stream in streams.values()}
        self.handler = b""  # Of the stream that is being cleaned.

    def clean_boxes(self, boxes: list[Box], parent: bytes) -> None:
        """Clean the children of a box of this type."""
        for box in boxes:
            if self._is_kept(box, parent):
                self._clean_box(box, parent)
            else:
                free(self.data, box)

    def _is_kept(self, box: Box, parent: bytes) -> bool:
        if box.type == b"trak":
            self.handler = self.handlers.get(box.start, b"")
            return bool(self.handler)
        if box.type == b"traf":
            header = self.boxes.require(box, b"tfhd")
            (stream_id,) = unpack(self.data, header, ">I", VERSION_BYTES)
            return stream_id in self.streams
        if box.type == b"colr":
            return self.data[box.body : box.body + 4] in COLOR_NUMBERS
        return box.type in KEPT_BOXES.get(parent, CODEC_PARAMETERS)

    def _clean_box(self, box: Box, parent: bytes) -> None:
        if parent == b"dref":
            (flags,) = unpack(self.data, box, ">I", 0)
            if not flags & 1:
                raise InvalidMedia("The video refers to another file.")
            zero(self.data, box.body + VERSION_BYTES, box.end)
        elif box.type in TIMED_BOXES:
            (version,) = unpack(self.data, box, "B", 0)
            size = 16 if version == 1 else 8
            unpack(self.data, box, f"{size}x", VERSION_BYTES)
            zero(self.data, box.body + VERSION_BYTES, box.body + VERSION_BYTES + size)
        elif box.type == b"hdlr":
            zero(self.data, min(box.body + 12, box.end), box.end)  # The vendor and a name.
        elif box.type in KEPT_BOXES:
            offset = FULL_CONTAINER_BYTES if box.type in FULL_CONTAINERS else 0
            self._clean_children(box, offset, box.type)

    def _clean_children(self, box: Box, offset: int, type_: bytes) -> None:
        unpack(self.data, box, f"{offset}x", 0)
        children = list(self.boxes.iterate(box.body + offset, box.end))
        if type_ == b"stsd":
            (count,) = unpack(self.data, box, ">I", VERSION_BYTES)
            for entry in children[:count]:
                self._clean_sample_entry(entry)
            children = children[count:]
        self.clean_boxes(children, type_)

    def _clean_sample_entry(self, box: Box) -> None:
        size, names = PICTURE_ENTRY_BYTES, PICTURE_ENTRY_NAMES
        if self.handler == SOUND:
            (version,) = unpack(self.data, box, ">H", 8)
            size, names = SOUND_ENTRY_BYTES.get(version, box.end), SOUND_ENTRY_NAMES
        unpack(self.data, box, f"{size}x", 0)
        for start, end in names:
            zero(self.data, box.body + start, box.body + end)
        self._clean_children(box, size, b"(sample entry)")
