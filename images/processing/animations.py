"""Animations: the frames keep their encoding, and everything else is removed.

Encoding the frames again would take long and let files grow: a frame of an optimized GIF contains
only what has changed. So the container is written again, with a whitelist of its parts. Then every
frame of the result is decoded once, so that only files that viewers can decode are published.
"""

import io
from typing import IO

from PIL import Image

from images.processing.containers import Frame, strip_apng, strip_gif, strip_webp
from images.processing.limits import (
    MAX_ANIMATION_PIXELS,
    MAX_FRAMES,
    MAX_SIDE_PIXELS,
    InvalidMedia,
    ProcessedMedia,
)

STRIP = {"GIF": strip_gif, "PNG": strip_apng, "WEBP": strip_webp}


def process_animation(content: bytes, image: Image.Image, output: IO[bytes]) -> ProcessedMedia:
    """Write an animation without metadata, with its frames as they are.

    Args:
        content: The file.
        image: The opened file, of which only the size and the format are used.
        output: The file to write.

    Raises:
        InvalidMedia: It is damaged, or exceeds a limit.
    """
    format_, size = str(image.format), image.size
    stripped, frames = STRIP[format_](content)
    _require_allowed_frames(frames, size)
    _decode_frames(stripped, format_, size)
    output.write(stripped)
    return ProcessedMedia(*size)


def _require_allowed_frames(frames: list[Frame], size: tuple[int, int]) -> None:
    width, height = size
    if max(size) > MAX_SIDE_PIXELS:
        raise InvalidMedia(f"An animation may have at most {MAX_SIDE_PIXELS} pixels per side.")
    if len(frames) > MAX_FRAMES:
        raise InvalidMedia(f"The animation has more than {MAX_FRAMES} frames.")
    if len(frames) * width * height > MAX_ANIMATION_PIXELS:
        raise InvalidMedia(
            f"The frames of the animation have more than {MAX_ANIMATION_PIXELS:,} pixels in total."
        )
    if any(frame.right > width or frame.bottom > height for frame in frames):
        raise InvalidMedia("A frame of the animation extends beyond its canvas.")


def _decode_frames(content: bytes, format_: str, size: tuple[int, int]) -> None:
    """Decode one frame after the other.

    Raises:
        InvalidMedia: A frame has another size, which the declarations did not reveal.
    """
    with Image.open(io.BytesIO(content), formats=(format_,)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            if image.size != size or number >= MAX_FRAMES:
                raise InvalidMedia("The animation is damaged.")
