"""Films in formats of phones and editors, encoded by FFmpeg."""

import functools
import io
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av
from PIL import Image

from tests.images.videos import LOCATION

ONE = 0x10000
IDENTITY = struct.pack(">9i", ONE, 0, 0, 0, ONE, 0, 0, 0, 0x40000000)
MATRICES = {  # By degrees clockwise (ISO/IEC 14496-12, 8.3.2).
    0: (ONE, 0, 0, 0, ONE, 0),
    90: (0, ONE, 0, -ONE, 0, 0),
    180: (-ONE, 0, 0, 0, -ONE, 0),
    270: (0, -ONE, 0, ONE, 0, 0),
}


# Fast and with one thread, so that a test leaves the processors to the others.
ENCODER_OPTIONS = {
    "libx264": {"preset": "ultrafast", "threads": "1"},
    "libx265": {
        "preset": "ultrafast",
        "x265-params": "log-level=none:pools=1:frame-threads=1:lookahead-slices=0",
    },
}


@contextmanager
def unchanged_scheduling() -> Iterator[None]:
    """Restore the scheduling policy of this thread after the block.

    SVT-AV1 gives the thread of root that uses it the highest real-time priority, and with it every
    process that the tests start later: these leave no CPU time to others.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


@functools.cache
def make_film(
    container: str,
    pictures: str = "libx264",
    sound: str = "aac",
    *,
    size: tuple[int, int] = (96, 64),
    frames: int = 12,
    pixel_format: str = "yuv420p",
    dark_frames: int = 0,
    **options: str,
) -> bytes:
    """Return a film with a red left upper quarter, with its place in the metadata."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    dark = Image.new("RGB", size, "black")
    file = io.BytesIO()
    with unchanged_scheduling(), av.open(file, "w", format=container, options=options) as output:
        output.metadata["title"] = output.metadata["location"] = LOCATION
        codec_options = ENCODER_OPTIONS.get(pictures, {})
        video: Any = output.add_stream(pictures, rate=12, options=codec_options)
        video.width, video.height = size
        video.pix_fmt = pixel_format
        audio: Any = output.add_stream(sound, rate=48000) if sound else None
        for number in range(frames):
            frame = av.VideoFrame.from_image(dark if number < dark_frames else image)
            output.mux(video.encode(frame))
            if audio:
                output.mux(audio.encode(_tone(number)))
        for stream in filter(None, (video, audio)):
            output.mux(stream.encode())
    return file.getvalue()


def _tone(number: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="stereo", samples=4000)
    frame.sample_rate, frame.pts = 48000, 4000 * number
    frame.planes[0].update(struct.pack("<8000h", *([9000, -9000] * 4000)))
    return frame


def turn(content: bytes, degrees: int) -> bytes:
    """Return an MP4 or MOV whose pictures are to be shown turned, as those of phones are."""
    a, b, c, d, e, f = MATRICES[degrees]
    matrix = struct.pack(">9i", a, b, 0, d, e, 0, 0, 0, 0x40000000)
    assert (c, f) == (0, 0)
    start = content.index(IDENTITY, content.index(b"tkhd"))
    return content[:start] + matrix + content[start + len(matrix) :]


def mirror(content: bytes, degrees: int) -> bytes:
    """Return an MP4 or MOV whose pictures are to be mirrored, left to right, and then turned."""
    a, b, _, d, e, _ = MATRICES[degrees]
    matrix = struct.pack(">9i", -a, -b, 0, d, e, 0, 0, 0, 0x40000000)
    start = content.index(IDENTITY, content.index(b"tkhd"))
    return content[:start] + matrix + content[start + len(matrix) :]


def describe(content: bytes) -> tuple[str, list[str], int]:
    """Return the format of a film, its codecs, and how many pictures it has."""
    with av.open(io.BytesIO(content)) as film:
        codecs = [stream.codec_context.name for stream in film.streams]
        return film.format.name, codecs, len(list(film.decode(video=0)))


def shown_picture(content: bytes) -> Image.Image:
    """Return the last picture of a film as a player shows it."""
    with av.open(io.BytesIO(content)) as film:
        frame = list(film.decode(video=0))[-1]
        return frame.to_image().rotate(frame.rotation, expand=True)


def red_corner(image: Image.Image) -> str:
    """Return which quarter of an image is red."""
    width, height = image.size
    rgb, corners = image.convert("RGB"), []
    for name, x, y in (
        ("left upper", 0.2, 0.2), ("right upper", 0.8, 0.2),
        ("left lower", 0.2, 0.8), ("right lower", 0.8, 0.8),
    ):  # fmt: skip
        red, _, blue = rgb.getpixel((int(x * width), int(y * height)))
        if red > 150 > blue:
            corners.append(name)
    return " and ".join(corners)
