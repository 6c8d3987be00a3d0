"""A10: slow readers and slow writers take no thread of our server."""

import contextlib
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.images.pictures import encode_form, make_video
from tests.security.slow_clients import (
    CLIENTS,
    MEBIBYTE,
    assert_responsive,
    half_a_json,
    half_an_upload,
    media_file,
    slow_connection,
)
from tests.support.stack import wait_for
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def site(_servers: None) -> Iterator[WebProcess]:
    with WebProcess("--body-seconds", "30") as running:
        yield running


def url_of(site: WebProcess) -> str:
    return f"http://localhost:{site.port}"


def test_readers_of_a_file_that_take_nothing_do_not_stop_others(site, alice):
    with media_file(20 * MEBIBYTE) as path, contextlib.ExitStack() as ends:
        request = f"GET /media/{path.name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        before = site.resident_bytes()
        for _ in range(CLIENTS):
            client = ends.enter_context(slow_connection(site.port, request))
            assert client.recv(12) == b"HTTP/1.1 200"
        assert_responsive(url_of(site), alice.access)
        assert site.resident_bytes() - before < CLIENTS * MEBIBYTE // 2


@pytest.mark.parametrize(
    "kind", ["video", "image as JSON", "small body", "of a path that takes none"]
)
def test_uploads_that_stop_half_way_do_not_stop_others(site, alice, kind):
    begin = {
        "video": half_an_upload(alice.access, 50_000_000, 3_000_000),
        "image as JSON": half_a_json(alice.access, "/api/v1/posts", 10_000_000, 1_000_000),
        "small body": half_a_json(alice.access, "/api/v1/posts", 1000, 10),
        "of a path that takes none": half_a_json(alice.access, "/admin/login/", 1000, 10),
    }[kind]
    with contextlib.ExitStack() as ends:
        for _ in range(CLIENTS):
            ends.enter_context(slow_connection(site.port, begin))
        assert_responsive(url_of(site), alice.access)
        assert site.open_spools() == (CLIENTS if kind in {"video", "image as JSON"} else 0)
    wait_for(lambda: site.open_spools() == 0, within=20, name="the end of the uploads")


def test_a_client_that_must_wait_need_not_send_its_body(site, alice, bob):
    headers = {"Authorization": f"Bearer {alice.access}"}
    with httpx.Client(base_url=url_of(site), headers=headers) as client:
        for _ in range(600):
            assert client.post("/api/v1/posts", json={}).status_code == 400
    uploads = {
        "video": half_an_upload(alice.access, 50_000_000, 100_000),
        "image": half_a_json(alice.access, "/api/v1/posts", 10_000_000, 100_000),
    }
    for begin in uploads.values():
        with slow_connection(site.port, begin) as upload:
            assert upload.recv(12) == b"HTTP/1.1 429"
            assert site.open_spools() == 0
    with slow_connection(site.port, half_an_upload(bob.access, 50_000_000, 100_000)):
        wait_for(lambda: site.open_spools() == 1, within=20, name="the upload of another member")
    wait_for(lambda: site.open_spools() == 0, within=20, name="the end of the upload")


@pytest.mark.usefixtures("_servers")
def test_a_body_within_the_minimum_rate_may_take_longer_than_the_deadline(alice):
    video = make_video(extra=bytes(300_000))
    body = encode_form(video=video, text="slowly")
    head = (
        "POST /api/v1/posts HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {alice.access}\r\n"
        "Content-Type: multipart/form-data; boundary=BoUnDaRyStRiNg\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with (
        WebProcess("--body-seconds", "1") as site,
        socket.create_connection(("127.0.0.1", site.port), timeout=20) as client,
    ):
        client.sendall(head.encode())
        begun = time.monotonic()
        for start in range(0, len(body), 20_000):
            client.sendall(body[start : start + 20_000])
            time.sleep(0.25)
        assert time.monotonic() - begun > 3
        assert client.recv(1000).startswith(b"HTTP/1.1 201")


def test_a_media_file_is_sent_whole_and_in_ranges(site):
    with media_file(3 * MEBIBYTE) as path, httpx.Client(base_url=url_of(site)) as client:
        content, url = path.read_bytes(), f"/media/{path.name}"
        whole = client.get(url)
        assert (whole.status_code, whole.content) == (200, content)
        assert whole.headers["Content-Type"] == "video/mp4"
        assert whole.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        part = client.get(url, headers={"Range": "bytes=1000-200999"})
        assert (part.status_code, part.content) == (206, content[1000:201_000])
        assert part.headers["Content-Range"] == f"bytes 1000-200999/{len(content)}"
        end = client.get(url, headers={"Range": "bytes=-500"})
        assert (end.status_code, end.content) == (206, content[-500:])
        beyond = client.get(url, headers={"Range": f"bytes={len(content)}-"})
        assert beyond.status_code == 416
        head = client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(content))
        same = client.get(url, headers={"If-None-Match": whole.headers["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
    assert httpx.get(url_of(site) + url).status_code == 404
