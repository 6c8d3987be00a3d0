"""Films of phones and editors: formats that browsers play are kept, others become MP4."""

import os
import random

import pytest

from images.processing.limits import MAX_CONVERTED_PIXELS, InvalidMedia
from images.processing.video_conversion import convert_video
from images.processing.video_streams import inspect_video
from images.services import process_due_media
from mysocial.outbox import run_due_cascades
from tests.images.films import (
    describe,
    make_film,
    red_corner,
    shown_picture,
    turn,
)
from tests.images.pictures import (
    WEBM,
    open_image,
    public_files,
    read_file,
    send_form,
    spooled_files,
    upload_and_process,
)
from tests.images.videos import LOCATION, decoded, make_mp4, metadata_of
from tests.support.concurrency import assert_no_changes
from tests.support.people import new_client

SECRET = LOCATION.encode()
CORNERS = {0: "left upper", 90: "right upper", 180: "right lower", 270: "left lower"}
MP4 = "mov,mp4,m4a,3gp,3g2,mj2"


def publish(person, content: bytes) -> tuple[dict, bytes]:
    """Upload a film and return its media and the published file."""
    media = upload_and_process(person, content, "video")
    assert (media["state"], media["error"]) == ("ready", None)
    return media, read_file(media["url"])


@pytest.mark.parametrize(
    ("container", "pictures", "sound", "codecs"),
    [
        ("mov", "libx264", "aac", ["h264", "aac"]),
        ("mov", "libx264", "pcm_s16le", ["h264", "aac"]),
        ("mov", "libx265", "aac", ["h264", "aac"]),
        ("mov", "mjpeg", "pcm_s16le", ["h264", "aac"]),
        ("mp4", "libx265", "aac", ["h264", "aac"]),
        ("mp4", "mpeg4", "", ["h264"]),
        ("mp4", "libx264", "ac3", ["h264", "aac"]),
        ("matroska", "libx264", "aac", ["h264", "aac"]),
        ("matroska", "libx265", "flac", ["h264", "aac"]),
        ("matroska", "libvpx-vp9", "libopus", ["vp9", "opus"]),
    ],
)
def test_a_film_that_browsers_do_not_play_becomes_an_mp4(alice, container, pictures, sound, codecs):
    pixel_format = "yuvj420p" if pictures == "mjpeg" else "yuv420p"
    content = make_film(container, pictures, sound, pixel_format=pixel_format)
    assert SECRET in content
    media, stored = publish(alice, content)
    assert media["url"].endswith(".mp4")
    assert describe(stored) == (MP4, codecs, 12)
    assert SECRET not in stored
    assert metadata_of(stored) == {}
    assert (media["width"], media["height"]) == (96, 64)
    assert media["duration"] == pytest.approx(1, abs=0.1)
    assert red_corner(shown_picture(stored)) == "left upper"
    response = new_client().get(media["url"])
    assert b"".join(response.streaming_content) == stored
    assert response["Content-Type"] == "video/mp4"


@pytest.mark.parametrize("copied", ["mov", "matroska"])
def test_pictures_and_sound_that_browsers_play_are_copied(alice, copied):
    content = make_film(copied, "libx264", "aac")
    _, stored = publish(alice, content)
    pictures = [digest.split()[-1] for digest in decoded(content) if "Video" in digest]
    assert [digest.split()[-1] for digest in decoded(stored) if "Video" in digest] == pictures


def test_encoding_does_not_change_the_priority_of_the_tests():
    make_film("webm", "libsvtav1", "", frames=3)  # Made by this test only.
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize(
    "content",
    [
        make_film("mp4"),
        make_film("mp4", sound=""),
        make_film("webm", "libvpx", "libopus"),
        make_film("webm", "libvpx-vp9", "libopus"),
        make_film("webm", "libsvtav1", ""),
    ],
)
def test_a_film_that_browsers_play_keeps_its_bytes(alice, content):
    media, stored = publish(alice, content)
    assert len(stored) == len(content)
    assert describe(stored) == describe(content)
    assert shown_picture(stored).tobytes() == shown_picture(content).tobytes()
    assert (media["width"], media["height"]) == (96, 64)
    assert media["duration"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("container", "pictures"), [("mp4", "libx264"), ("mov", "libx264"), ("mov", "libx265")]
)
def test_a_turned_film_is_shown_upright(alice, container, pictures, degrees):
    media, stored = publish(alice, turn(make_film(container, pictures), degrees))
    size = (96, 64) if degrees % 180 == 0 else (64, 96)
    assert (media["width"], media["height"]) == size
    picture = shown_picture(stored)
    assert (picture.size, red_corner(picture)) == (size, CORNERS[degrees])
    poster = open_image(media["sizes"]["poster"]["url"])
    assert (poster.size, red_corner(poster)) == (size, CORNERS[degrees])


def test_a_film_has_a_poster_sizes_and_a_placeholder(alice):
    media, _ = publish(alice, make_film("mp4", size=(640, 360)))
    sizes = {name: (size["width"], size["height"]) for name, size in media["sizes"].items()}
    assert sizes == {"poster": (640, 360), "thumb": (213, 120)}
    assert len(media["blurhash"]) == 28
    assert len(public_files()) == 3
    for size in media["sizes"].values():
        assert red_corner(open_image(size["url"])) == "left upper"


def test_the_poster_skips_a_few_dark_frames_at_the_start(alice):
    media, _ = publish(alice, make_film("mp4", dark_frames=5))
    assert red_corner(open_image(media["sizes"]["poster"]["url"])) == "left upper"
    media, _ = publish(alice, make_film("mp4", dark_frames=12))
    assert open_image(media["sizes"]["poster"]["url"]).convert("L").getpixel((9, 9)) < 16


def test_a_recording_of_a_browser_has_its_duration(alice):
    media, _ = publish(alice, make_film("webm", "libvpx", "libopus", live="1"))
    assert media["duration"] == pytest.approx(1, abs=0.1)


def test_a_film_of_ten_bits_is_converted_to_eight(alice):
    _, stored = publish(alice, make_film("mov", "libx265", pixel_format="yuv420p10le"))
    assert describe(stored)[1] == ["h264", "aac"]
    assert red_corner(shown_picture(stored)) == "left upper"


def test_a_converted_film_is_at_most_full_hd(alice):
    media, stored = publish(alice, make_film("mov", "libx265", "", size=(2560, 1440), frames=3))
    assert (media["width"], media["height"]) == (1920, 1080)
    assert shown_picture(stored).size == (1920, 1080)


def test_all_files_of_a_converted_film_are_deleted_with_it(alice):
    content = make_film("mov", "libx265", size=(640, 360))
    post = send_form(alice, "POST", "posts", video=content).json()["post"]
    process_due_media()
    endings = sorted(name.partition(".")[2] for name in public_files())
    assert endings == ["mp4", "webp", "webp"]
    assert alice.delete(f"posts/{post['id']}").status_code == 200
    run_due_cascades()
    process_due_media()
    assert public_files() == spooled_files() == []


@pytest.mark.parametrize(
    ("brand", "compatible"), [(b"XAVC", b"mp42"), (b"qt  ", b"qt  "), (b"MSNV", b"mp42")]
)
def test_the_brands_of_cameras_are_accepted(alice, brand, compatible):
    content = make_film("mp4")
    size = int.from_bytes(content[:4], "big")
    head = content[:8] + brand + bytes(4) + compatible.ljust(size - 16, b"\0")
    media, _ = publish(alice, head + content[size:])
    assert media["url"].endswith(".mp4")


def test_bytes_behind_an_mp4_are_removed(alice):
    content = make_film("mp4")
    for junk in (bytes(4), b"abc", b"x"):
        _, stored = publish(alice, content + junk)
        assert stored[len(content) :] in {b"", bytes(len(junk))}
        assert decoded(stored) == decoded(content)


@pytest.mark.parametrize("is_above", [False, True])
def test_a_film_that_is_too_long_to_be_converted_is_refused_with_the_reason(tmp_path, is_above):
    """The duration is given instead of encoded: a film at the limit would take minutes."""
    path = tmp_path / "film"
    path.write_bytes(make_film("mov", "libx265", ""))
    with path.open("rb") as source, (tmp_path / "output").open("w+b") as output:
        streams, _ = inspect_video(source, "video/quicktime")
        each_second = streams.width * streams.height * float(streams.frame_rate)
        seconds = MAX_CONVERTED_PIXELS / each_second + is_above
        arguments = (source, "video/quicktime", streams._replace(seconds=seconds), output)
        if is_above:
            with pytest.raises(InvalidMedia, match="too long or too large to be converted"):
                convert_video(*arguments)
            assert output.seek(0, 2) == 0
        else:
            assert convert_video(*arguments) == (96, 64)


def test_a_long_film_that_browsers_play_is_not_refused(tmp_path):
    path = tmp_path / "film"
    path.write_bytes(make_film("mov"))
    with path.open("rb") as source, (tmp_path / "output").open("w+b") as output:
        streams, _ = inspect_video(source, "video/quicktime")
        streams = streams._replace(seconds=10 * MAX_CONVERTED_PIXELS)
        assert convert_video(source, "video/quicktime", streams, output) == (96, 64)


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x14ftypqt  " + bytes(8),
        make_film("mov")[:200],
        make_film("mov")[: len(make_film("mov")) // 2],
        make_film("matroska")[:100],
        make_film("matroska")[: len(make_film("matroska")) // 3],
        make_mp4().replace(b"avc1", b"xxxx"),
    ],
)
def test_a_damaged_film_fails_and_leaves_no_file(alice, content):
    media = upload_and_process(alice, content, "video")
    if media["state"] == "ready":  # Matroska can be played up to where it ends.
        assert content[:4] == b"\x1a\x45\xdf\xa3"
        return
    assert media["state"] == "failed"
    assert media["error"]
    assert spooled_files() == public_files() == []


@pytest.mark.parametrize("container", ["mov", "mp4", "matroska"])
def test_random_changes_of_a_film_never_stop_the_worker(alice, container):
    content, source = make_film(container), random.Random(3)
    for _ in range(6):
        changed = bytearray(content)
        for _ in range(5):
            changed[source.randrange(40, len(changed))] = source.randrange(256)
        assert send_form(alice, "POST", "posts", video=bytes(changed)).status_code == 201
    process_due_media()
    assert spooled_files() == []
    states = {post["media"]["state"] for post in alice.get("posts").json()["posts"]}
    assert states <= {"ready", "failed"}


@pytest.mark.parametrize("content", [b"\0\0\0\x14ftypheic" + bytes(20), b"RIFF....AVI ", b"OggS"])
def test_other_files_are_no_films(alice, content):
    with assert_no_changes():
        response = send_form(alice, "POST", "posts", video=content)
    assert response.status_code == 415
    detail = response.json()["errors"][0]["detail"]
    assert detail == "The video must be an MP4, MOV, WebM or MKV."
    assert spooled_files() == []


def test_a_film_that_takes_too_long_fails_and_others_do_not(alice, settings):
    settings.VIDEO_CPU_SECONDS = 1
    content = make_film("mov", "libx265", "", size=(1280, 720), frames=300)
    media = upload_and_process(alice, content, "video")
    assert (media["state"], media["error"]) == ("failed", "This file takes too long to process.")
    assert upload_and_process(alice, WEBM, "video")["state"] == "ready"


def test_a_film_that_takes_too_much_memory_fails_and_others_do_not(alice, settings):
    settings.VIDEO_MEMORY_MB = 300
    content = make_film("mov", "libx265", "", size=(3840, 2160), frames=12)
    media = upload_and_process(alice, content, "video")
    assert media["state"] == "failed"
    settings.VIDEO_MEMORY_MB = 1024
    assert upload_and_process(alice, WEBM, "video")["state"] == "ready"
