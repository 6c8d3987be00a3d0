"""Short videos, encoded by FFmpeg, and helpers to add boxes to them and to decode them."""

import functools
import hashlib
import io
import struct

import av
from PIL import Image

LOCATION = "47 deg 22' N"
FRAMES, SIZE = 12, (64, 48)
CHILD_OFFSETS = {b"stsd": 8, b"dref": 8, b"avc1": 78}


@functools.cache
def make_mp4(*, movflags: str = "") -> bytes:
    """Return an MP4 with pictures and sound, with the movie after the samples."""
    return _encode("mp4", "libx264", "aac", {"movflags": movflags} if movflags else {})


@functools.cache
def make_webm(*, live: bool = False) -> bytes:
    """Return a WebM with pictures, sound, a title and tags with the location.

    Args:
        live: Leave the sizes of segment and clusters unknown, like the recorder of a browser.
    """
    return _encode("webm", "libvpx", "libopus", {"live": "1"} if live else {})


def _encode(container: str, picture_codec: str, sound_codec: str, options: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=options) as output:
        output.metadata["title"] = output.metadata["location"] = LOCATION
        pictures = output.add_stream(picture_codec, rate=12)
        pictures.width, pictures.height = SIZE
        pictures.pix_fmt = "yuv420p"
        sound = output.add_stream(sound_codec, rate=48000)
        for number in range(FRAMES):
            image = Image.linear_gradient("L").rotate(30 * number).resize(SIZE).convert("RGB")
            output.mux(pictures.encode(av.VideoFrame.from_image(image)))
            output.mux(sound.encode(_silence(number)))
        output.mux(pictures.encode())
        output.mux(sound.encode())
    return file.getvalue()


def _silence(number: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="stereo", samples=4000)
    frame.sample_rate, frame.pts = 48000, 4000 * number
    frame.planes[0].update(bytes(16000))
    return frame


def decoded(content: bytes) -> list[str]:
    """Return the digests of all decoded pictures and sounds, with their times."""
    digests = []
    with av.open(io.BytesIO(content)) as video:
        for frame in video.decode(*video.streams.video, *video.streams.audio):
            planes = b"".join(bytes(plane) for plane in frame.planes)
            digests.append(f"{type(frame).__name__} {frame.time} {hashlib.md5(planes).hexdigest()}")
    assert len(digests) > FRAMES
    return digests


def metadata_of(content: bytes) -> dict[str, str]:
    """Return the metadata of a video and its streams, without the names of its format."""
    with av.open(io.BytesIO(content)) as video:
        metadata = dict(video.metadata)
        for stream in video.streams:
            metadata.update(stream.metadata)
    formats = {"major_brand", "minor_version", "compatible_brands", "language", "vendor_id"}
    return {name: value for name, value in metadata.items() if value and name not in formats}


def make_box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def add_boxes(content: bytes, path: tuple[bytes, ...], boxes: bytes) -> bytes:
    """Return an MP4 with boxes at the end of the first box that has this path."""
    start, ancestors, begin, end = 0, [], 0, len(content)
    for kind in path:
        start = begin
        while content[start + 4 : start + 8] != kind:
            start += int.from_bytes(content[start : start + 4], "big")
            assert start < end, kind
        ancestors.append(start)
        begin = start + 8 + CHILD_OFFSETS.get(kind, 0)
        end = start + int.from_bytes(content[start : start + 4], "big")
    changed = bytearray(content[:end] + boxes + content[end:])
    for ancestor in ancestors:
        size = int.from_bytes(changed[ancestor : ancestor + 4], "big") + len(boxes)
        changed[ancestor : ancestor + 4] = size.to_bytes(4, "big")
    return bytes(changed)


def add_telemetry(content: bytes, format_: bytes = b"gpmd") -> bytes:
    """Return an MP4 with a stream of positions, as action cameras write it."""
    samples = LOCATION.encode() * 20

    def stream(offset: int) -> bytes:
        table = make_box(
            b"stbl",
            make_box(b"stsd", struct.pack(">II", 0, 1) + make_box(format_, bytes(6) + b"\0\1"))
            + make_box(b"stts", struct.pack(">IIII", 0, 1, 1, 1000))
            + make_box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1))
            + make_box(b"stsz", struct.pack(">III", 0, len(samples), 1))
            + make_box(b"stco", struct.pack(">III", 0, 1, offset)),
        )
        handler = make_box(b"hdlr", bytes(8) + b"meta" + bytes(12) + b"GoPro MET\0")
        media = make_box(b"mdia", make_box(b"mdhd", bytes(24)) + handler + make_box(b"minf", table))
        header = make_box(b"tkhd", struct.pack(">IIII", 7, 0, 0, 9) + bytes(68))
        return make_box(b"trak", header + media)

    movie_end = len(add_boxes(content, (b"moov",), stream(0)))
    return add_boxes(content, (b"moov",), stream(movie_end + 8)) + make_box(b"mdat", samples)
