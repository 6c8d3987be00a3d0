"""Conversion of videos to MP4: streams are copied where browsers can play them, or encoded again.

The result has the first stream of pictures and the first one of sound, and nothing else.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import sqrt
from typing import IO, Any

import av
from av.container import InputContainer, OutputContainer
from av.filter import Graph

from images.processing.buffers import DAMAGED
from images.processing.limits import (
    MAX_CONVERTED_AREA_PIXELS,
    MAX_CONVERTED_FRAME_RATE,
    MAX_CONVERTED_PIXELS,
    InvalidMedia,
)
from images.processing.video_streams import (
    THREADS,
    Streams,
    open_video,
    picture_stream,
    sound_stream,
)

# What browsers play in an MP4.
COPIED_PICTURES = {
    "h264": ("yuv420p", "yuvj420p"),
    "vp9": ("yuv420p",),
    "libvpx-vp9": ("yuv420p",),
    "av1": ("yuv420p", "yuv420p10le"),
    "libdav1d": ("yuv420p", "yuv420p10le"),
}
COPIED_SOUND = ("aac", "mp3", "mp3float", "opus", "libopus")
X264_OPTIONS = {"preset": "veryfast", "crf": "23", "threads": str(THREADS)}
SOUND_RATE, SOUND_BIT_RATE = 48_000, 128_000
TURNS = {90: ("transpose", "cclock"), 180: ("rotate", "PI"), 270: ("transpose", "clock")}


def convert_video(
    source: IO[bytes], content_type: str, streams: Streams, output: IO[bytes]
) -> tuple[int, int]:
    """Write a video as MP4 that browsers play; return the size of its pictures.

    Raises:
        InvalidMedia: It is damaged or too long to be encoded again.
    """
    is_copied = can_copy_pictures(streams)
    if not is_copied and streams.pixels > MAX_CONVERTED_PIXELS:
        raise InvalidMedia(
            "The video is too long or too large to be converted. Send it as an MP4 with H.264."
        )
    with (
        open_video(source, content_type) as container,
        av.open(output, "w", format="mp4", options={"fflags": "+bitexact"}) as result,
    ):
        pictures, sound = picture_stream(container), sound_stream(container)
        copies = sound is not None and streams.sound_codec in COPIED_SOUND
        writers: dict[int, _Copier | _PictureEncoder | _SoundEncoder] = {
            pictures.index: _Copier(result, pictures)
            if is_copied
            else _PictureEncoder(result, pictures, streams)
        }
        if sound is not None:
            writers[sound.index] = (
                _Copier(result, sound) if copies else _SoundEncoder(result, sound)
            )
        _run(container, result, writers)
        encoder = writers[pictures.index]
        size = encoder.size if isinstance(encoder, _PictureEncoder) else None
    return size or (streams.width, streams.height)


def can_copy_pictures(streams: Streams) -> bool:
    """Return whether browsers play the pictures in an MP4 without encoding them again."""
    formats = COPIED_PICTURES.get(streams.picture_codec, ())
    # Browsers turn pictures, but most do not mirror them.
    return streams.pixel_format in formats and not streams.is_mirrored


def _run(container: InputContainer, result: OutputContainer, writers: dict[int, Any]) -> None:
    for packet in container.demux(*(container.streams[index] for index in writers)):
        for written in writers[packet.stream.index].write(packet):
            result.mux(written)
    for writer in writers.values():
        for written in writer.finish():
            result.mux(written)


class _Copier:
    """Copies the packets of a stream."""

    def __init__(self, result: OutputContainer, stream: Any) -> None:
        self.stream: Any = result.add_stream_from_template(stream)
        self._untimed: list[Any] = []  # Matroska has no decoding times of the first packets.
        self._is_timed = False

    def write(self, packet: Any) -> Iterator[Any]:
        if not packet.size:
            return  # It only marks the end.
        if packet.dts is None:
            if self._is_timed:
                raise InvalidMedia(DAMAGED)
            self._untimed.append(packet)
            return
        yield from self._flush(packet.dts, packet.duration or 1)
        self._is_timed = True
        packet.stream = self.stream
        yield packet

    def _flush(self, dts: int, duration: int) -> Iterator[Any]:
        """Yield the packets that wait, whose times precede this one."""
        count = len(self._untimed)
        for number, packet in enumerate(self._untimed):
            packet.dts = dts - duration * (count - number)
            packet.stream = self.stream
            yield packet
        self._untimed = []

    def finish(self) -> Iterator[Any]:
        if self._untimed:
            last = self._untimed[-1]
            yield from self._flush((last.pts or 0) + 1, last.duration or 1)


class _PictureEncoder:
    """Decodes pictures, turns and scales them, and encodes them as H.264."""

    def __init__(self, result: OutputContainer, stream: Any, streams: Streams) -> None:
        stream.codec_context.thread_count = THREADS
        self._stream = stream
        self.size = _converted_size(streams.width, streams.height)
        rate = min(streams.frame_rate, Fraction(MAX_CONVERTED_FRAME_RATE))
        self._encoder: Any = result.add_stream("libx264", rate=rate, options=X264_OPTIONS)
        self._encoder.width, self._encoder.height = self.size
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.codec_context.time_base = Fraction(1, 90_000)
        self._rate, self._rotation = rate, streams.rotation
        self._is_mirrored = streams.is_mirrored
        self._graph: Graph | None = None

    def write(self, packet: Any) -> Iterator[Any]:
        for frame in packet.decode():
            if self._graph is None:
                self._graph = self._make_graph(frame)
            self._graph.push(frame)
            yield from self._take()

    def finish(self) -> Iterator[Any]:
        if self._graph is None:
            raise InvalidMedia(DAMAGED)
        self._graph.push(None)
        yield from self._take()
        yield from self._encoder.encode(None)

    def _take(self) -> Iterator[Any]:
        assert self._graph  # noqa: S101 - it is made with the first frame
        while True:
            try:
                frame: Any = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            frame.pict_type = av.video.frame.PictureType.NONE
            yield from self._encoder.encode(frame)

    def _make_graph(self, frame: Any) -> Graph:
        width, height = self.size
        steps = [("fps", str(self._rate)), ("scale", f"{width}:{height}"), ("setsar", "1"),
                 ("format", "yuv420p")]  # fmt: skip
        if self._rotation in TURNS:
            steps.insert(1, TURNS[self._rotation])
        if self._is_mirrored:
            steps.insert(1, ("hflip", ""))
        graph = Graph()
        last: Any = graph.add_buffer(template=self._stream, time_base=frame.time_base)
        for name, arguments in steps:
            node = graph.add(name, arguments)
            last.link_to(node)
            last = node
        last.link_to(graph.add("buffersink"))
        graph.configure()
        return graph


class _SoundEncoder:
    """Decodes sound and encodes it as AAC in stereo."""

    def __init__(self, result: OutputContainer, stream: Any) -> None:
        stream.codec_context.thread_count = THREADS
        self._encoder: Any = result.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        self._encoder.bit_rate = SOUND_BIT_RATE

    def write(self, packet: Any) -> Iterator[Any]:
        for frame in packet.decode():
            yield from self._encoder.encode(frame)

    def finish(self) -> Iterator[Any]:
        yield from self._encoder.encode(None)


def _converted_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of encoded pictures: within the bound, with even sides as H.264 needs."""
    scale = min(1.0, sqrt(MAX_CONVERTED_AREA_PIXELS / (width * height)))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
