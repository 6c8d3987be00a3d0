"""Videos: metadata is removed, and picture and sound stay unchanged."""

import struct

import pytest

from tests.images.pictures import (
    WEBM,
    make_video,
    public_files,
    read_file,
    spooled_files,
    upload_and_process,
)
from tests.images.videos import (
    LOCATION,
    add_boxes,
    add_telemetry,
    decoded,
    make_box,
    make_mp4,
    make_webm,
    metadata_of,
)

SECRET = LOCATION.encode()
MEDIA_PATH = (b"moov", b"trak", b"mdia")
TABLE_PATH = (*MEDIA_PATH, b"minf", b"stbl")
FRAGMENTS = ["frag_keyframe", "frag_keyframe+empty_moov", "frag_every_frame+dash"]


def clean(person, content: bytes) -> bytes:
    """Upload a video and return the published file."""
    media = upload_and_process(person, content, "video")
    assert (media["state"], media["error"]) == ("ready", None)
    return read_file(media["url"])


def test_a_video_loses_its_metadata_and_keeps_its_pictures_and_sound(alice):
    content = make_video()
    assert metadata_of(content)["title"] == LOCATION
    assert content.count(SECRET) == 4
    stored = clean(alice, content)
    assert SECRET not in stored
    assert metadata_of(stored) == {}
    assert len(stored) == len(content)
    assert stored.index(b"mdat") == content.index(b"mdat")
    assert decoded(stored) == decoded(content)


@pytest.mark.parametrize("kind", [b"udta", b"meta", b"uuid", b"free", b"skip", b"XMP_", b"cust"])
@pytest.mark.parametrize(
    "path",
    [
        (b"moov",),
        (b"moov", b"trak"),
        MEDIA_PATH,
        (*MEDIA_PATH[:2], b"edts"),
        (*MEDIA_PATH, b"minf"),
        (*MEDIA_PATH, b"minf", b"dinf"),
        (*MEDIA_PATH, b"minf", b"dinf", b"dref"),
        TABLE_PATH,
        (*TABLE_PATH, b"stsd"),
        (*TABLE_PATH, b"stsd", b"avc1"),
    ],
)
def test_metadata_are_removed_at_every_depth(alice, path, kind):
    content = add_boxes(make_mp4(), path, make_box(kind, SECRET * 3))
    stored = clean(alice, content)
    assert SECRET not in stored
    assert decoded(stored) == decoded(content)


@pytest.mark.parametrize("kind", [b"udta", b"meta", b"uuid", b"free", b"skip", b"wide", b"cust"])
def test_metadata_beside_the_movie_are_removed(alice, kind):
    content = make_mp4() + make_box(kind, SECRET * 3)
    large = struct.pack(">I4sQ", 1, kind, 16 + len(SECRET)) + SECRET
    until_the_end = struct.pack(">I4s", 0, kind) + SECRET
    stored = clean(alice, content + large + until_the_end)
    assert SECRET not in stored
    assert decoded(stored) == decoded(content)


@pytest.mark.parametrize("format_", [b"gpmd", b"camm", b"mett"])
def test_a_stream_of_positions_is_removed_with_its_samples(alice, format_):
    content = add_telemetry(make_mp4(), format_)
    assert content.count(SECRET) == 21
    stored = clean(alice, content)
    assert SECRET not in stored
    assert format_ not in stored
    assert b"GoPro" not in stored
    assert decoded(stored) == decoded(content)


def test_bytes_between_the_samples_are_removed(alice):
    content = make_mp4() + make_box(b"mdat", b"freeGPS " + SECRET)
    stored = clean(alice, content)
    assert SECRET not in stored
    assert decoded(stored) == decoded(content)


def test_times_and_names_of_devices_are_removed(alice):
    content = bytearray(make_mp4())
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        start = content.index(kind) + 8
        content[start : start + 8] = b"WHENWHEN"
    name = content.index(b"avc1", content.index(b"stsd")) + 4 + 42
    content[name : name + 32] = b"\x0dGoPro encoder".ljust(32, b"\0")
    stored = clean(alice, bytes(content))
    assert b"WHEN" not in stored
    assert b"GoPro" not in stored
    assert b"VideoHandler" not in stored
    assert decoded(stored) == decoded(make_mp4())


@pytest.mark.parametrize("movflags", FRAGMENTS)
def test_a_video_in_fragments_keeps_its_pictures_and_sound(alice, movflags):
    content = make_mp4(movflags=movflags)
    content += make_box(b"emsg", SECRET) + make_box(b"mdat", SECRET)
    stored = clean(alice, content)
    assert SECRET not in stored
    assert metadata_of(stored) == {}
    assert decoded(stored) == decoded(content)


def test_a_video_that_refers_to_another_file_is_refused(alice):
    content = make_mp4().replace(b"url \0\0\0\1", b"url \0\0\0\0")
    media = upload_and_process(alice, content, "video")
    assert (media["state"], media["error"]) == ("failed", "The video refers to another file.")
    assert spooled_files() == public_files() == []


@pytest.mark.parametrize("live", [False, True])
def test_a_webm_loses_its_metadata_and_keeps_its_pictures_and_sound(alice, live):
    content = make_webm(live=live)
    assert metadata_of(content)["title"] == LOCATION
    stored = clean(alice, content)
    assert SECRET not in stored
    assert b"Lavf" not in stored
    assert metadata_of(stored) == {}
    assert len(stored) == len(content)
    assert decoded(stored) == decoded(content)


@pytest.mark.parametrize(
    "element", ["1941a469", "1254c367", "1043a770", "bf", "ec", "4444", "42ff"]
)
def test_other_elements_of_a_webm_are_removed(alice, element):
    content = WEBM + bytes.fromhex(element) + bytes([0x80 | len(SECRET)]) + SECRET
    stored = clean(alice, content)
    assert SECRET not in stored
    assert decoded(stored) == decoded(content)


def nested_boxes(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = make_box(b"moov", inner)
    return inner


HEAD = make_box(b"ftyp", b"isom\0\0\2\0")
INVALID_VIDEOS = [
    make_video()[:-1],
    make_video()[:60],
    HEAD,
    HEAD + b"\0\0\0\3moov",
    HEAD + nested_boxes(50),
    HEAD + make_box(b"free", b"") * 10_001 + make_box(b"moov", b""),
    make_mp4().replace(b"vide", b"meta"),
    make_mp4() + make_box(b"moov"),
    WEBM[:-1],
    WEBM[:40],
    WEBM[:60] + b"\0" + WEBM[60:],
    WEBM.replace(b"\x83\x81\x01", b"\x83\x81\x11"),
]


REASONS = {
    "The video is damaged.",
    "The video has no pictures.",
    "The video has too many parts.",
    "The video has too many frames.",
}


@pytest.mark.parametrize("content", INVALID_VIDEOS)
def test_an_invalid_video_fails_and_leaves_no_file(alice, content):
    media = upload_and_process(alice, content, "video")
    assert media["state"] == "failed"
    assert media["error"] in REASONS
    assert spooled_files() == public_files() == []
