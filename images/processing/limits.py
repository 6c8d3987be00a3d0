"""Limits of decoding. `docs/media.md` explains them, with the costs at each limit."""

from typing import NamedTuple

MEGABYTE = 1024 * 1024
MAX_AREA_PIXELS = 2048 * 2048  # Of a published image.
MAX_SIDE_PIXELS = 16_000  # The format WebP allows 16,383.
MAX_PIXELS = 40_000_000
MAX_WEBP_PIXELS = 20_000_000  # libwebp keeps several copies of the canvas, of 4 bytes a pixel.
MAX_SCANS = 100  # Of a progressive JPEG, which usually has ten; each may cost a full pass.
MAX_FRAMES = 500  # A frame of one pixel costs a millisecond, too.
MAX_ANIMATION_PIXELS = 100_000_000  # Of all frames together, since each is decoded.
MAX_IMAGE_OUTPUT_BYTES = 32 * MEGABYTE
# The processes of the members' files: the time by the clock, as a multiple of the CPU time.
WALL_TIME_FACTOR = 3


def max_pixels(format_: str) -> int:
    """Return how many pixels an image of this format may have."""
    return MAX_WEBP_PIXELS if format_ == "WEBP" else MAX_PIXELS


class InvalidMedia(Exception):
    """The file cannot be processed. The text says why; the owner of the file reads it."""


class ProcessedMedia(NamedTuple):
    """The size of the processed file in pixels, which is known for images only, and its form."""

    width: int | None = None
    height: int | None = None
    extension: str = ""  # Of its name, if the format is another one than that of the upload.


class Limits(NamedTuple):
    """The limits of the process of one file."""

    cpu_seconds: int
    memory_bytes: int
    output_bytes: int

    @property
    def wall_seconds(self) -> int:
        """The time by the clock after which the process is killed."""
        return self.cpu_seconds * WALL_TIME_FACTOR
