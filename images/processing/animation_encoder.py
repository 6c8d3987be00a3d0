"""Encoding of the frames of an animation that must change, as a WebP."""

import io
from typing import IO, Any, NamedTuple

from PIL import Image

from images.processing.colors import Profile, to_srgb
from images.processing.containers import Stripped
from images.processing.limits import InvalidMedia
from images.processing.orientation import turn_upright
from images.processing.scaling import scale

DAMAGED = "The animation is damaged."
# Lossless where that is smaller, and no key frames, which would repeat what has not changed.
WEBP_OPTIONS = {"quality": 70, "method": 2, "allow_mixed": True, "kmax": 0}
MAX_PLAYS = 65535
WEBP_FLAGS_OFFSET, WEBP_ALPHA_FLAG = 20, 0x10  # Of `VP8X`, the first chunk.


class Change(NamedTuple):
    """What must change in each frame."""

    size: tuple[int, int]  # Before it is turned.
    profile: Profile | None
    turn: Image.Transpose | None

    def is_needed(self, size: tuple[int, int]) -> bool:
        """Return whether frames of this size change at all."""
        return self != Change(size, None, None)

    def apply(self, frame: Image.Image) -> Image.Image:
        """Return a changed frame."""
        has_alpha = frame.has_transparency_data
        frame = frame.convert("RGBA" if has_alpha else "RGB")
        if frame.size != self.size:
            frame = scale(frame, self.size)
        return turn_upright(to_srgb(frame, self.profile), self.turn)


class _Frames:
    """The frames from `first` on, one at a time, in the form that Pillow's encoder reads."""

    def __init__(self, image: Image.Image, change: Change, first: int, count: int) -> None:
        self.n_frames = count
        self._image, self._change, self._first = image, change, first
        self._size = image.size
        self.frame = image

    def seek(self, number: int) -> None:
        self._image.seek(self._first + number)
        self._image.load()
        if self._image.size != self._size:
            raise InvalidMedia(DAMAGED)
        self.frame = self._change.apply(self._image)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.frame, name)


def encode_animation(
    image: Image.Image, animation: Stripped, change: Change, output: IO[bytes]
) -> None:
    """Write the changed frames of an animation.

    Args:
        image: The animation, opened.
        animation: Its frames and how often they are shown.
        change: What must change in each frame.
        output: The file to write.

    Raises:
        InvalidMedia: It is damaged.
    """
    start, count = int(animation.has_default_image), len(animation.frames)
    if not count or getattr(image, "n_frames", 1) != start + count:
        raise InvalidMedia(DAMAGED)
    frames = _Frames(image, change, start, count)
    frames.seek(0)
    first = frames.frame.copy()
    first.info = {}
    others = _Frames(image, change, start + 1, count - 1)
    file = io.BytesIO()
    first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=[others] if count > 1 else [],
        duration=[frame.milliseconds for frame in animation.frames],
        loop=min(animation.plays, MAX_PLAYS),
        **WEBP_OPTIONS,
    )
    content = file.getbuffer()
    if first.mode == "RGBA":
        # The encoder leaves it out if it can cut each frame to its opaque part.
        content[WEBP_FLAGS_OFFSET] |= WEBP_ALPHA_FLAG
    output.write(content)
