"""Limits of decoding. `docs/media.md` explains them, with the costs at each limit."""

from typing import NamedTuple

MEGABYTE = 1024 * 1024
MAX_AREA_PIXELS = 2048 * 2048  # Of a published image.
MAX_SIDE_PIXELS = 16_000  # The format WebP allows 16,383.
MAX_PIXELS = 40_000_000
MAX_WEBP_PIXELS = 20_000_000  # libwebp keeps several copies of the canvas, of 4 bytes a pixel.
MAX_PHOTO_PIXELS = 52_000_000  # Cameras of phones: 8064 x 6048, 8160 x 6144.
MAX_SCANS = 100  # Of a progressive JPEG, which usually has ten; each may cost a full pass.
MAX_FRAMES = 500  # A frame of one pixel costs a millisecond, too.
MAX_ANIMATION_PIXELS = 100_000_000  # Of all frames together, since each is decoded.
MAX_VIDEO_STREAMS = 32
MAX_VIDEO_SIDE_PIXELS = 8192
# Of a video that is encoded again: of all pictures as they are, then of the result.
MAX_CONVERTED_PIXELS = 6_000_000_000  # 100 s in full HD with 30 pictures a second.
MAX_CONVERTED_AREA_PIXELS = 1920 * 1080
MAX_CONVERTED_FRAME_RATE = 30
MAX_IMAGE_OUTPUT_BYTES = 32 * MEGABYTE
# The smaller sizes by name: they have about as many pixels as a square with this side.
STILL_SIZES = {"thumb": 160, "small": 480, "large": 1280}
# Of a video or an animation: its first picture, which is always there as `poster`.
POSTER = "poster"
MOVING_SIZES = {"thumb": 160, "small": 480, POSTER: 1280}
SIZE_NAMES = tuple({**STILL_SIZES, **MOVING_SIZES})
SIZE_EXTENSION = "webp"
# The processes of the members' files: the time by the clock, as a multiple of the CPU time.
WALL_TIME_FACTOR = 3


def max_pixels(format_: str) -> int:
    """Return how many pixels an image of this format may have."""
    if format_ in {"JPEG", "HEIF", "AVIF"}:
        return MAX_PHOTO_PIXELS
    return MAX_WEBP_PIXELS if format_ == "WEBP" else MAX_PIXELS


class InvalidMedia(Exception):
    """The file cannot be processed. The text says why; the owner of the file reads it."""


class Size(NamedTuple):
    """A smaller size of a picture, or the poster of a video."""

    name: str
    width: int
    height: int
    bytes: int  # Of its file.


class ProcessedMedia(NamedTuple):
    """A processed file.

    The output has the file, then those of its sizes. A video that was cleaned in place is not in
    the output: `main_bytes` is 0.
    """

    width: int
    height: int
    main_bytes: int
    extension: str = ""  # Of its name, if the format is another one than that of the upload.
    seconds: float | None = None  # The duration; None for a still image.
    placeholder: str = ""  # The BlurHash.
    sizes: tuple[Size, ...] = ()


class Limits(NamedTuple):
    """The limits of the process of one file."""

    cpu_seconds: int
    memory_bytes: int
    output_bytes: int

    @property
    def wall_seconds(self) -> int:
        """The time by the clock after which the process is killed."""
        return self.cpu_seconds * WALL_TIME_FACTOR
