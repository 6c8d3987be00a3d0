"""Attacks by uploaded files: expensive to decode, and with hidden places."""

import functools
import io
import time
from collections import Counter
from typing import Any

import httpx
import psutil
from PIL import Image

from tests.attack.registry import attack, expect
from tests.attack.target import OTHERS_WITHIN_SECONDS, Outsider, Target, served_within, wait_until
from tests.images.attacks import make_gif_with_large_frames, make_progressive_jpeg, make_slow_png
from tests.images.videos import LOCATION, add_boxes, add_telemetry, make_box, make_mp4
from tests.support.servers import PASSWORD

MEBIBYTE = 1024 * 1024
MEDIA_WITHIN_SECONDS = 40.0
MEDIA_PATH = (b"moov", b"trak", b"mdia")
MAX_MEDIA_BYTES = 1536 * MEBIBYTE
UPLOAD_SECONDS = 60.0
LAST_SECONDS = 15.0


def make_png(width: int, height: int) -> bytes:
    """Return an ordinary picture."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(file, "PNG")
    return file.getvalue()


def upload(member: Outsider, field: str, content: bytes) -> dict[str, Any]:
    """Post a file and return the post; it need not be accepted."""
    files = {field: ("file", content)}
    response = member.call("POST", "posts", data={"text": "x"}, files=files)
    return {"status": response.status_code, **(response.json().get("post") or {})}


def processed(member: Outsider, post_id: str) -> dict[str, Any]:
    """Return the media of a post once a worker has processed them."""

    def media() -> dict[str, Any] | None:
        media_now: dict[str, Any] = member.done("GET", f"posts/{post_id}")["media"]
        return media_now if media_now["state"] != "processing" else None

    return dict(wait_until(media, within=MEDIA_WITHIN_SECONDS, name="the file is processed"))


def send_expensive_files(target: Target, content: bytes) -> str:
    """Upload a file again and again; others upload an ordinary picture meanwhile."""
    attacker, other = target.sign_up(), target.sign_up()
    begun, states, slowest, waits = time.monotonic(), [], 0.0, []
    media_peak = 0
    for number in target.rounds():
        posts = [upload(attacker, "image", content) for _ in range(2)]
        ordinary = upload(other, "image", make_png(300, 200))
        sent = time.monotonic()
        if ordinary["status"] == 201:  # up to 30 posts a minute
            assert processed(other, ordinary["id"])["state"] == "ready"
            waits.append(time.monotonic() - sent)
        states += [processed(attacker, p["id"])["state"] for p in posts if p["status"] == 201]
        slowest = max(slowest, served_within(other, OTHERS_WITHIN_SECONDS))
        if target.site:
            media_peak = max(media_peak, target.site.process_bytes()["media"])
        if not states and number == 0:  # refused before it is stored
            states += [str(posts[0]["status"])]
        if time.monotonic() - begun > target.seconds:
            break
        time.sleep(1)
    is_ready, wait = target.is_ready(), max(waits, default=0.0)
    text = f"{len(states)} files: {sorted(set(states))}; ordinary pictures within {wait:.1f} s; "
    text += f"media worker {media_peak / MEBIBYTE:.0f} MB"
    return expect(is_ready and waits and media_peak < MAX_MEDIA_BYTES, text)


@attack(expected="it fails at once; others' pictures are ready soon", resource=True)
def jpeg_of_many_scans(target: Target) -> str:
    """Upload a progressive JPEG of 366 KB with 6,000 scans."""
    return send_expensive_files(target, _jpeg())


@attack(expected="it fails at once; the worker stays below its limit", resource=True, quick=False)
def gif_with_large_frames(target: Target) -> str:
    """Upload a GIF with a canvas of one pixel and 41 frames of 40 million."""
    return send_expensive_files(target, _gif())


@attack(expected="the worker stays below its limit", resource=True, quick=False)
def animation_at_the_limit(target: Target) -> str:
    """Upload a WebP of 24 frames of 2040 x 2040 pixels."""
    return send_expensive_files(target, _webp())


@attack(expected="the worker stays below its limit", resource=True, quick=False)
def png_with_many_comments(target: Target) -> str:
    """Upload a PNG of 40 million pixels with 750,000 comments."""
    return send_expensive_files(target, _png())


@functools.cache
def _jpeg() -> bytes:
    return make_progressive_jpeg(6000)


@functools.cache
def _gif() -> bytes:
    return make_gif_with_large_frames(41)


@functools.cache
def _png() -> bytes:
    return make_slow_png()


@functools.cache
def _webp() -> bytes:
    file = io.BytesIO()
    gradient = Image.linear_gradient("L").resize((2040, 2040)).convert("RGB")
    frames = [gradient.rotate(15 * number) for number in range(24)]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], method=0, quality=10)
    return file.getvalue()


@attack(expected="it fails; the account exists", quick=False)
def jpeg_of_many_scans_at_sign_up(target: Target) -> str:
    """Sign up with the JPEG as a picture."""
    outsider = target.outsider()
    name = f"j{target.sign_up().name}"
    body = {"username": name, "email": f"{name}@attack.example", "password": PASSWORD}
    files = {"avatar_image": ("a.jpg", _jpeg())}
    response = outsider.call("POST", "signup", data=body, files=files)
    time.sleep(2)
    return expect(target.is_ready(), f"{response.status_code}; the site is ready")


@attack(expected="no place is left in the file that is served")
def places_in_videos(target: Target) -> str:
    """Publish a video with its place in ten kinds of boxes and in a track of positions."""
    member, secret, kept = target.sign_up(), LOCATION.encode(), {}
    boxes = [
        ((*MEDIA_PATH, b"minf"), b"meta"), (MEDIA_PATH, b"udta"), ((b"moov", b"trak"), b"udta"),
        ((b"moov",), b"meta"), ((b"moov",), b"XMP_"), ((b"moov",), b"free"),
        ((b"moov",), b"skip"), ((b"moov",), b"cust"),
    ]  # fmt: skip
    content = make_mp4()
    for path, kind in boxes:
        content = add_boxes(content, path, make_box(kind, secret * 3))
    content += b"".join(make_box(kind, secret * 3) for kind in (b"skip", b"free", b"XMP_", b"cust"))
    for name, video in {"boxes": content, "gpmd": add_telemetry(make_mp4()),
                        "camm": add_telemetry(make_mp4(), b"camm")}.items():  # fmt: skip
        assert secret in video
        post = upload(member, "video", video)
        media = processed(member, post["id"])
        served = member.client.get(httpx.URL(media["url"]).path).content
        kept[name] = (media["state"], served.count(secret))
    held = all(state == "ready" and count == 0 for state, count in kept.values())
    return expect(held, f"state and number of places: {kept}")


@attack(expected="after 600 MB, no more is received", local=True, quick=False)
def refused_uploads(target: Target) -> str:
    """Upload pictures of 9 MB for a minute, beyond the limit of 30 a minute."""
    member, ws = target.sign_up(), psutil.Process(target.local.pid_of("ws-1"))
    picture = make_png(2, 2) + bytes(9 * MEBIBYTE)
    codes, begun = Counter[int](), time.monotonic()
    stored: list[tuple[float, int]] = []  # what the server has written to disk, by time
    while time.monotonic() - begun < UPLOAD_SECONDS:
        try:
            response = member.call(
                "POST", "users/me/images/background", files={"image": ("a.png", picture)}
            )
            codes[response.status_code] += 1
        except httpx.HTTPError:  # the server responds without receiving the body
            codes[0] += 1
        stored.append((time.monotonic(), ws.io_counters().write_chars))  # type: ignore[attr-defined]
    late = [size for at, size in stored if at > begun + UPLOAD_SECONDS - LAST_SECONDS]
    late_bytes, waiting = late[-1] - late[0], target.local.spooled_bytes()
    text = f"{dict(codes)}; {late_bytes >> 20} MB stored in the last {LAST_SECONDS:.0f} s"
    held = set(codes) <= {0, 201, 429} and len(late) > 5
    return expect(held and late_bytes < 30 * MEBIBYTE and waiting < 100 * MEBIBYTE, text)


@attack(expected="another member's picture is ready within 30 s", quick=False)
def exports_of_large_accounts(target: Target) -> str:
    """Request exports of several accounts with large files at the same time."""
    members, other = [target.sign_up() for _ in range(4)], target.sign_up()
    video = make_mp4() + (90 * MEBIBYTE).to_bytes(4, "big") + b"free" + bytes(90 * MEBIBYTE - 8)
    for member in members:
        processed(member, upload(member, "video", video)["id"])
        member.done("POST", "accounts/me/export", {"password": PASSWORD})
    begun = time.monotonic()
    media = processed(other, upload(other, "image", make_png(300, 200))["id"])
    waited = time.monotonic() - begun

    def are_ready() -> bool:
        exports = [member.done("GET", "accounts/me/export")["export"] for member in members]
        return all(export["status"] == "ready" for export in exports)

    wait_until(are_ready, within=180, name="all exports are ready")
    text = f"a picture within {waited:.1f} s; exports within {time.monotonic() - begun:.0f} s"
    return expect(media["state"] == "ready" and waited < 30 and target.is_ready(), text)
