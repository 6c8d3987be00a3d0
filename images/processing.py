"""Processing of uploads: images are decoded, oriented, bounded and saved without metadata.

The result has no metadata of the camera or phone, such as the location, the device or previews.
"""

import io
import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from PIL import Image, ImageCms, ImageOps, ImageSequence

MAX_SIDE_PIXELS = 2048
MAX_ANIMATION_PIXELS = 100_000_000  # Of all frames together, since each is decoded.
MAX_FRAMES = 500  # A frame of one pixel costs a millisecond, too.
DEFAULT_FRAME_MS = 100
KEPT_INFO = ("transparency", "duration", "loop")
SAVE_OPTIONS = {"JPEG": {"quality": 85, "optimize": True}, "WEBP": {"quality": 85}}

# MP4 boxes (ISO/IEC 14496-12): a size of 32 bits and a type, then a size of 64 bits if needed.
BOX_HEADER_BYTES, LARGE_BOX_HEADER_BYTES = 8, 16
MAX_BOXES, MAX_BOX_DEPTH = 10_000, 8
CONTAINER_BOXES = (b"moov", b"trak", b"moof", b"traf")
METADATA_BOXES = (b"udta", b"meta", b"uuid")
BLANK_CHUNK_BYTES = 65536


class InvalidMedia(Exception):
    """The file cannot be decoded, or exceeds a limit of decoding."""


class ProcessedMedia(NamedTuple):
    """The file to publish; its size in pixels is known for images only."""

    file: IO[bytes]
    width: int | None = None
    height: int | None = None


# Images ------------------------------------------------------------------------------------------


def process_image(file: IO[bytes]) -> ProcessedMedia:
    """Return an image without metadata in its own format; an animation stays one.

    Raises:
        InvalidMedia: The image cannot be decoded, or is an animation with too many pixels.
    """
    try:
        with Image.open(file, formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
            format_ = "JPEG" if image.format == "MPO" else str(image.format)
            if format_ != "JPEG" and getattr(image, "n_frames", 1) > 1:
                return _process_animation(image, format_)
            return _process_still(image, format_)
    except InvalidMedia:
        raise
    except Exception as error:
        # Pillow's decoders raise many types of errors for an invalid file.
        raise InvalidMedia(type(error).__name__) from error


def _process_still(image: Image.Image, format_: str) -> ProcessedMedia:
    image.load()
    image = _convert_to_srgb(ImageOps.exif_transpose(image))
    if format_ == "JPEG" and image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    image.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
    # Pillow would save the comments, profiles and XMP of `info`.
    image.info = {name: value for name, value in image.info.items() if name in KEPT_INFO}
    return _save(image, format_)


def _process_animation(image: Image.Image, format_: str) -> ProcessedMedia:
    frame_count = getattr(image, "n_frames", 1)
    if frame_count > MAX_FRAMES or frame_count * image.width * image.height > MAX_ANIMATION_PIXELS:
        raise InvalidMedia("too many frames")
    loop = image.info.get("loop")
    frames, durations = [], []
    for source in ImageSequence.Iterator(image):
        frame = source.convert("RGBA")
        durations.append(source.info.get("duration", DEFAULT_FRAME_MS))
        frame.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
        frame.info = {}
        frames.append(frame)
    first, *others = frames
    options = {"save_all": True, "append_images": others, "duration": durations}
    if format_ == "GIF":
        options["disposal"] = 2  # Each frame is whole and must not show the one before it.
    if loop is not None:
        options["loop"] = loop
    return _save(first, format_, **options)


def _convert_to_srgb(image: Image.Image) -> Image.Image:
    """Return the image in sRGB, the color space of an image without a profile."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode != "RGB":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # An unreadable profile is ignored.
    return converted or image


def _save(image: Image.Image, format_: str, **options: object) -> ProcessedMedia:
    file = io.BytesIO()
    image.save(file, format_, **SAVE_OPTIONS.get(format_, {}), **options)
    file.seek(0)
    return ProcessedMedia(file, image.width, image.height)


# Videos ------------------------------------------------------------------------------------------


class Box(NamedTuple):
    """An MP4 box; offsets are in bytes from the start of the file."""

    start: int
    header_size: int
    end: int
    type: bytes


def strip_video_metadata(file: IO[bytes]) -> ProcessedMedia:
    """Blank the metadata of an MP4 in place, so that the offsets in it stay valid.

    Boxes of user data (the location, the device, XMP) become free space of zeros. This may be
    repeated after an interruption.

    Raises:
        InvalidMedia: A box is truncated, there are too many boxes, or there is no movie.
    """
    size = file.seek(0, io.SEEK_END)
    has_movie = False
    for number, box in enumerate(_iterate_boxes(file, 0, size)):
        has_movie = has_movie or box.type == b"moov"
        if number > MAX_BOXES:
            raise InvalidMedia("too many boxes")
        if box.type in METADATA_BOXES:
            _blank(file, box)
    if not has_movie:
        raise InvalidMedia("no movie")
    file.seek(0)
    return ProcessedMedia(file)


def _iterate_boxes(file: IO[bytes], start: int, end: int, depth: int = 0) -> Iterator[Box]:
    """Yield the boxes between two offsets, and those inside of them, depth first."""
    if depth > MAX_BOX_DEPTH:
        raise InvalidMedia("boxes nested too deep")
    while start < end:
        box = _read_box(file, start, end)
        yield box
        if box.type in CONTAINER_BOXES:
            yield from _iterate_boxes(file, start + box.header_size, box.end, depth + 1)
        start = box.end


def _read_box(file: IO[bytes], start: int, end: int) -> Box:
    """Read the header of the box at `start`, which must end at `end` or before."""
    file.seek(start)
    header = file.read(LARGE_BOX_HEADER_BYTES)
    if len(header) < BOX_HEADER_BYTES or start + BOX_HEADER_BYTES > end:
        raise InvalidMedia("truncated box")
    size, type_ = struct.unpack(">I4s", header[:BOX_HEADER_BYTES])
    header_size = BOX_HEADER_BYTES
    if size == 1 and len(header) == LARGE_BOX_HEADER_BYTES:
        (size,) = struct.unpack(">Q", header[BOX_HEADER_BYTES:])
        header_size = LARGE_BOX_HEADER_BYTES
    elif size == 0:
        size = end - start  # The box extends to the end.
    if size < header_size or start + size > end:
        raise InvalidMedia("truncated box")
    return Box(start, header_size, start + size, type_)


def _blank(file: IO[bytes], box: Box) -> None:
    # The contents first: after an interruption the box still has its type and is found again.
    remaining = box.end - box.start - box.header_size
    file.seek(box.start + box.header_size)
    while remaining:
        remaining -= file.write(bytes(min(remaining, BLANK_CHUNK_BYTES)))
    file.seek(box.start + 4)
    file.write(b"free")
