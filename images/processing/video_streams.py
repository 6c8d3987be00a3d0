"""The streams of a video, as FFmpeg reads them: codecs, size, duration, rotation, first picture."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import IO, Any, NamedTuple

import av
from av.container import InputContainer
from PIL import Image, ImageOps

from images.processing.buffers import DAMAGED, NO_PICTURES
from images.processing.limits import MAX_VIDEO_SIDE_PIXELS, MAX_VIDEO_STREAMS, InvalidMedia

# By content type: FFmpeg's name of the format. Nothing is guessed from the content.
INPUT_FORMATS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
MAX_POSTER_FRAMES = 30  # A video often begins with a dark picture.
MIN_POSTER_LIGHT = 16
THREADS = 1  # A thread more would need memory of its own, and no less CPU time.


class Streams(NamedTuple):
    """What is known of a video."""

    picture_codec: str
    pixel_format: str
    sound_codec: str  # Empty if there is no sound.
    width: int  # As it is shown: upright, with square pixels.
    height: int
    rotation: int  # Degrees counterclockwise, a multiple of 90.
    is_mirrored: bool  # Left and right are exchanged, before the pictures are turned.
    frame_rate: Fraction
    seconds: float

    @property
    def pixels(self) -> float:
        """How many pixels all pictures together have."""
        return self.width * self.height * float(self.frame_rate) * self.seconds


@contextmanager
def open_video(file: IO[bytes], content_type: str) -> Iterator[InputContainer]:
    """Open a video for reading.

    Raises:
        InvalidMedia: It is damaged, or has no pictures or too many streams.
    """
    file.seek(0)
    with av.open(file, format=INPUT_FORMATS[content_type]) as container:
        assert isinstance(container, InputContainer)  # noqa: S101 - it is opened for reading
        if len(container.streams) > MAX_VIDEO_STREAMS:
            raise InvalidMedia("The video has too many parts.")
        yield container


def picture_stream(container: InputContainer) -> Any:
    """Return the stream of pictures that is shown.

    Raises:
        InvalidMedia: There is none.
    """
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise InvalidMedia(NO_PICTURES)


def sound_stream(container: InputContainer) -> Any:
    """Return the stream of sound that is heard, or None."""
    # The codec of the spatial sound of phones is unknown.
    streams: list[Any] = list(container.streams.audio)
    return next((stream for stream in streams if stream.codec_context is not None), None)


def inspect_video(file: IO[bytes], content_type: str) -> tuple[Streams, Image.Image]:
    """Return what is known of a video, and a picture from its beginning.

    Raises:
        InvalidMedia: It is damaged, too large, or has a codec that cannot be decoded.
    """
    with open_video(file, content_type) as container:
        stream = picture_stream(container)
        if stream.codec_context is None:
            raise InvalidMedia("The format of the pictures of this video is unknown.")
        _require_allowed_side(stream)
        stream.codec_context.thread_count = THREADS
        sound = sound_stream(container)
        frame = _find_poster(container, stream)
        is_mirrored = _is_mirrored(frame)
        # FFmpeg returns the angle of the first row of the matrix, which mirroring reverses.
        turns = round((frame.rotation + 180 * is_mirrored) / 90) % 4
        picture = frame.to_image()
        if is_mirrored:
            picture = ImageOps.mirror(picture)
        size = _shown_size(frame, stream.sample_aspect_ratio, is_sideways=turns % 2 == 1)
        picture = picture.rotate(90 * turns, expand=True).resize(size)
        streams = Streams(
            stream.codec_context.name,
            frame.format.name,
            sound.codec_context.name if sound else "",
            *size,
            90 * turns,
            is_mirrored,
            stream.average_rate or stream.guessed_rate or Fraction(30),
            _find_seconds(container, stream),
        )
    return streams, picture


def _require_allowed_side(stream: Any) -> None:
    size = (stream.codec_context.width, stream.codec_context.height)
    if not 0 < max(size) <= MAX_VIDEO_SIDE_PIXELS:
        raise InvalidMedia(f"A video may have at most {MAX_VIDEO_SIDE_PIXELS} pixels per side.")


def _find_poster(container: InputContainer, stream: Any) -> Any:
    """Return the first picture that is not dark, or the first one if all are."""
    first = None
    for number, frame in enumerate(container.decode(stream)):
        first = first or frame
        _, light = frame.to_image().convert("L").resize((8, 8)).getextrema()
        if number >= MAX_POSTER_FRAMES or light >= MIN_POSTER_LIGHT:
            return frame if light >= MIN_POSTER_LIGHT else first
    if first is None:
        raise InvalidMedia(NO_PICTURES)
    return first


def _is_mirrored(frame: Any) -> bool:
    """Return whether the display matrix mirrors the pictures, as some front cameras do."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return False
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix))  # ISO/IEC 14496-12, 6.2.2
    return bool(a * d < b * c)


def _shown_size(frame: Any, aspect: Fraction | None, *, is_sideways: bool) -> tuple[int, int]:
    width = max(1, round(frame.width * (aspect or 1)))
    return (frame.height, width) if is_sideways else (width, frame.height)


def _find_seconds(container: InputContainer, stream: Any) -> float:
    """Return the duration; a recording of a browser does not declare it."""
    if container.duration:
        return container.duration / av.time_base
    container.seek(0)
    ends = [
        (packet.pts + (packet.duration or 0)) * packet.time_base
        for packet in container.demux(stream)
        if packet.pts is not None
    ]
    return float(max(ends, default=0))


def describe_error(error: av.FFmpegError) -> Exception:
    """Return the error that says what FFmpeg could not do."""
    if isinstance(error, MemoryError):
        return MemoryError()
    return InvalidMedia(DAMAGED)
