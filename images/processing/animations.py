"""Animations: the frames keep their encoding where they can, and everything else is removed.

Encoding the frames again would take long and let files grow: a frame of an optimized GIF contains
only what has changed. So the container is written again, with a whitelist of its parts. Then every
frame of the result is decoded once, so that only files that viewers can decode are published.

An animation that is not upright, has other colors than sRGB or is too large must be encoded again.
It becomes a WebP, whose encoder also stores only what has changed.
"""

import io
from typing import IO

from PIL import Image

from images.processing.animation_encoder import Change, encode_animation
from images.processing.colors import read_profile
from images.processing.containers import Frame, Stripped, strip_apng, strip_gif, strip_webp
from images.processing.limits import (
    MAX_ANIMATION_PIXELS,
    MAX_FRAMES,
    MOVING_SIZES,
    InvalidMedia,
    ProcessedMedia,
)
from images.processing.orientation import read_turn
from images.processing.previews import write_previews
from images.processing.scaling import bounded_size

EXTENSIONS = {"GIF": "gif", "PNG": "png", "WEBP": "webp"}
STRIP = {"GIF": strip_gif, "PNG": strip_apng, "WEBP": strip_webp}


def process_animation(content: bytes, image: Image.Image, output: IO[bytes]) -> ProcessedMedia:
    """Write an animation without metadata, upright, in sRGB and within the bounds.

    Args:
        content: The file.
        image: The opened file.
        output: The file to write.

    Raises:
        InvalidMedia: It is damaged, or exceeds a limit.
    """
    format_, size = str(image.format), image.size
    animation = STRIP[format_](content) if format_ in STRIP else describe_sequence(content, image)
    _require_allowed_frames(animation, size)
    change = Change(bounded_size(size), read_profile(image), read_turn(image))
    must_change = format_ not in STRIP or change.is_needed(size)
    with Image.open(io.BytesIO(animation.content), formats=(format_,)) as frames:
        if must_change:
            encode_animation(frames, animation, change, output)
        else:
            _decode_frames(frames, size)
            output.write(animation.content)
        frames.seek(int(animation.has_default_image))
        picture = change.apply(frames)
    main_bytes = output.tell()
    placeholder, sizes = write_previews(picture, MOVING_SIZES, output)
    return ProcessedMedia(
        *picture.size,
        main_bytes,
        extension="webp" if must_change else EXTENSIONS[format_],
        seconds=sum(frame.milliseconds for frame in animation.frames) / 1000,
        placeholder=placeholder,
        sizes=sizes,
    )


def describe_sequence(content: bytes, image: Image.Image) -> Stripped:
    """Return the frames of an animation whose container is not written again, such as AVIF.

    Raises:
        InvalidMedia: It has too many frames.
    """
    count, (width, height) = getattr(image, "n_frames", 1), image.size
    _require_allowed_frames(Stripped(content, [Frame(width, height, 0)] * count, 0), image.size)
    frames = []
    for number in range(count):
        image.seek(number)
        image.load()
        frames.append(Frame(width, height, int(image.info.get("duration", 0))))
    image.seek(0)
    return Stripped(content, frames, plays=0)


def _require_allowed_frames(animation: Stripped, size: tuple[int, int]) -> None:
    width, height = size
    frames = animation.frames
    if len(frames) > MAX_FRAMES:
        raise InvalidMedia(f"The animation has more than {MAX_FRAMES} frames.")
    if len(frames) * width * height > MAX_ANIMATION_PIXELS:
        raise InvalidMedia(
            f"The frames of the animation have more than {MAX_ANIMATION_PIXELS:,} pixels in total."
        )
    if any(frame.right > width or frame.bottom > height for frame in frames):
        raise InvalidMedia("A frame of the animation extends beyond its canvas.")


def _decode_frames(image: Image.Image, size: tuple[int, int]) -> None:
    """Decode one frame after the other.

    Raises:
        InvalidMedia: A frame has another size, which the declarations did not reveal.
    """
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        if image.size != size or number > MAX_FRAMES:
            raise InvalidMedia("The animation is damaged.")
