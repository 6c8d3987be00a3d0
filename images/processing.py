"""Makes of what was brought what is shown: decoded, turned upright, stripped, bounded.

Nothing that a camera or a phone adds to a file (the place, the device, previews) is in the result.
"""

import io
import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from PIL import Image, ImageCms, ImageOps, ImageSequence

MOST_SIDE = 2048
MOST_MOVING_PIXELS = 100_000_000  # of all frames together: each is decoded
MOST_FRAMES = 500  # even of one pixel each costs a millisecond
KEPT = ("transparency", "duration", "loop")
QUALITY = {"JPEG": {"quality": 85, "optimize": True}, "WEBP": {"quality": 85}}
HEADER, LARGE_HEADER = 8, 16
MOST_BOXES, MOST_DEPTH = 10_000, 8
INSIDE = (b"moov", b"trak", b"moof", b"traf")
TELLING = (b"udta", b"meta", b"uuid")


class InvalidMedia(Exception):
    """The file can't be decoded, or is more than is decoded."""


class ProcessedMedia(NamedTuple):
    """What is shown; the size in pixels is known of pictures only."""

    file: IO[bytes]
    width: int | None = None
    height: int | None = None


def process_image(file: IO[bytes]) -> ProcessedMedia:
    """Return the picture as it is shown, in its own format; an animated one stays so. `Broken`."""
    try:
        with Image.open(file, formats=("JPEG", "PNG", "GIF", "WEBP")) as picture:
            form = "JPEG" if picture.format == "MPO" else str(picture.format)
            moving = form != "JPEG" and getattr(picture, "n_frames", 1) > 1
            made = _animation(picture, form) if moving else _still(picture, form)
    except InvalidMedia:
        raise
    except Exception as error:
        # Pillow's decoders raise whatever a broken file leads them to.
        raise InvalidMedia(type(error).__name__) from error
    return made


def _still(picture: Image.Image, form: str) -> ProcessedMedia:
    picture.load()
    picture = _in_srgb(ImageOps.exif_transpose(picture))
    if form == "JPEG" and picture.mode not in {"L", "RGB"}:
        picture = picture.convert("RGB")
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    _strip(picture)
    return _saved(picture, form)


def _animation(picture: Image.Image, form: str) -> ProcessedMedia:
    frames = getattr(picture, "n_frames", 1)
    pixels = frames * picture.width * picture.height
    if frames > MOST_FRAMES or pixels > MOST_MOVING_PIXELS:
        raise InvalidMedia("too many frames")
    loop = picture.info.get("loop")
    made, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        one = frame.convert("RGBA")
        durations.append(frame.info.get("duration", 100))
        one.thumbnail((MOST_SIDE, MOST_SIDE))
        one.info = {}
        made.append(one)
    first, *others = made
    how = {"save_all": True, "append_images": others, "duration": durations}
    if form == "GIF":
        how["disposal"] = 2  # frames are whole: nothing of the one before may shine through
    if loop is not None:
        how["loop"] = loop
    return _saved(first, form, **how)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return the picture in the colours that are meant where no profile is given."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode != "RGB":
        return picture
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, found, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a profile that can't be read means nothing
    return turned or picture


def _strip(picture: Image.Image) -> None:
    # Writers take comments, profiles and XMP from here unless they are told otherwise.
    picture.info = {name: value for name, value in picture.info.items() if name in KEPT}


def _saved(picture: Image.Image, form: str, **how: object) -> ProcessedMedia:
    out = io.BytesIO()
    picture.save(out, form, **QUALITY.get(form, {}), **how)
    out.seek(0)
    return ProcessedMedia(out, picture.width, picture.height)


def strip_video_metadata(file: IO[bytes]) -> ProcessedMedia:
    """Blank what an MP4 tells beside picture and sound, in place, so that offsets stay. `Broken`.

    Boxes of user data (the place, the device, XMP) become free space of zeros. May be repeated.
    """
    size = file.seek(0, io.SEEK_END)
    has_film = False
    for seen, (start, header, end, kind) in enumerate(_boxes(file, 0, size)):
        has_film = has_film or kind == b"moov"
        if seen > MOST_BOXES:
            raise InvalidMedia("too many boxes")
        if kind in TELLING:
            _blank(file, start, header, end)
    if not has_film:
        raise InvalidMedia("no film")
    file.seek(0)
    return ProcessedMedia(file)


def _boxes(
    file: IO[bytes], start: int, end: int, depth: int = 0
) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield the place, the length of the header, the end and the kind of each box, at any depth."""
    if depth > MOST_DEPTH:
        raise InvalidMedia("too deep")
    while start < end:
        file.seek(start)
        head = file.read(LARGE_HEADER)
        if len(head) < HEADER or start + HEADER > end:
            raise InvalidMedia("a box is cut")
        size, kind = struct.unpack(">I4s", head[:HEADER])
        header = HEADER
        if size == 1 and len(head) == LARGE_HEADER:
            (size,) = struct.unpack(">Q", head[HEADER:])
            header = LARGE_HEADER
        elif size == 0:
            size = end - start  # to the end
        if size < header or start + size > end:
            raise InvalidMedia("a box is cut")
        yield start, header, start + size, kind
        if kind in INSIDE:
            yield from _boxes(file, start + header, start + size, depth + 1)
        start += size


def _blank(file: IO[bytes], start: int, header: int, end: int) -> None:
    # First the contents: cut short here, the box is still found as what it is.
    left = end - start - header
    file.seek(start + header)
    while left:
        left -= file.write(bytes(min(left, 65536)))
    file.seek(start + 4)
    file.write(b"free")
