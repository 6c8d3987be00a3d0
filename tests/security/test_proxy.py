"""A10, A5, A18: the protection by the production proxy, with our Caddyfile in a real Caddy."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Staff
from django.core.management import call_command
from websockets.sync.client import connect

from mysocial import settings as real_settings
from tests.images.pictures import make_video
from tests.security.slow_clients import (
    CLIENTS,
    MEBIBYTE,
    assert_responsive,
    half_a_json,
    half_an_upload,
    media_file,
    slow_connection,
)
from tests.support.caddy import CADDY, Proxy
from tests.support.people import PASSWORD
from tests.support.socket_clients import TIMEOUT_SECONDS, wait_for_new_event_log

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not CADDY, reason="there is no caddy on this machine"),
]
JSON = {"Content-Type": "application/json"}
HALF_A_BODY = (
    b"POST /api/v1/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 5000\r\n\r\n"
)


@pytest.fixture(scope="module")
def edge(_servers: None) -> Iterator[Proxy]:
    with Proxy(READ_HEADER="1s", READ_BODY="2s") as running:
        yield running


def is_cut_within(client: socket.socket, drop: bytes) -> float:
    """Send bytes slowly until the connection is closed; return the seconds it took."""
    begun = time.monotonic()
    client.settimeout(0.1)
    while time.monotonic() - begun < TIMEOUT_SECONDS:
        with contextlib.suppress(TimeoutError):
            try:
                client.sendall(drop)
                if client.recv(65536) == b"":
                    break
            except ConnectionError:
                break
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"", b""),
        (b"GET /api/v1/posts HTTP/1.1\r\nHost: localhost\r\n", b"X: y\r\n"),
        (HALF_A_BODY, b" "),
    ],
    ids=["nothing", "headers", "a body"],
)
def test_the_proxy_closes_slow_requests(edge, start, drop):
    with socket.create_connection(("127.0.0.1", edge.port), timeout=TIMEOUT_SECONDS) as client:
        client.sendall(start)
        assert is_cut_within(client, drop) < 10


def test_the_proxy_rejects_endless_headers(edge):
    response = httpx.get(f"{edge.url}/health/live", headers={"X-Big": "x" * 100_000})
    assert response.status_code == 431


def test_a_stream_and_a_socket_outlive_the_body_timeout(edge, alice, bob):
    headers = {"Authorization": f"Bearer {bob.access}"}
    url = f"ws://localhost:{edge.port}/ws"
    wait_for_new_event_log(url, alice)
    with (
        httpx.stream("GET", f"{edge.url}/api/v1/events?topics=feed", headers=headers) as stream,
        connect(url, subprotocols=["mysocial", bob.access]) as websocket,
    ):
        lines = stream.iter_lines()
        assert next(lines) == ": no cursor"
        assert json.loads(websocket.recv(TIMEOUT_SECONDS))["type"] == "ok"
        websocket.send('{"type": "subscribe", "cid": "1", "topic": "feed"}')
        assert json.loads(websocket.recv(TIMEOUT_SECONDS))["type"] == "ok"
        time.sleep(4)
        post = alice.create_post("Still received")
        line = next(line for line in lines if line.startswith("data: "))
        assert json.loads(line.removeprefix("data: "))["data"] == post
        assert json.loads(websocket.recv(TIMEOUT_SECONDS))["data"] == post


SCRIPT = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
SECURITY_HEADERS = [
    "Access-Control-Allow-Origin", "Cache-Control", "Content-Disposition",
    "Content-Security-Policy", "Content-Type",
    "Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options",
]  # fmt: skip


def test_the_proxy_sends_media_files_with_our_headers(edge):
    with media_file(3 * MEBIBYTE) as path, httpx.Client(base_url=edge.url) as client:
        content, url = path.read_bytes(), f"/media/{path.name}"
        direct = httpx.get(f"http://localhost:{edge.web.port}{url}")
        whole = client.get(url)
        assert (whole.status_code, whole.content) == (200, content)
        for name in SECURITY_HEADERS:
            assert whole.headers[name] == direct.headers[name], name
        part = client.get(url, headers={"Range": "bytes=1000-200999"})
        assert (part.status_code, part.content) == (206, content[1000:201_000])
        same = client.get(url, headers={"If-None-Match": whole.headers["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        edge.web.pause()
        edge.http.pause()
        try:
            assert client.get(url).content == content  # no process of ours is needed
        finally:
            edge.web.resume()
            edge.http.resume()
    for name in (path.name, "../incoming/x", "%2e%2e/incoming/x", "x.html", ".", ""):
        missing = httpx.get(f"{edge.url}/media/{name}")
        assert missing.status_code == 404, name
        assert "immutable" not in missing.headers.get("Cache-Control", "")


def test_slow_readers_of_files_do_not_stop_others(edge, alice):
    with media_file(20 * MEBIBYTE) as path, contextlib.ExitStack() as ends:
        for url in (
            f"/media/{path.name}",
            "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
        ):
            request = f"GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            for _ in range(CLIENTS):
                client = ends.enter_context(slow_connection(edge.port, request))
                assert client.recv(12) == b"HTTP/1.1 200"
        assert_responsive(edge.url, alice.access)


@pytest.mark.usefixtures("_servers")
@pytest.mark.parametrize("kind", ["video", "image as JSON", "small body", "medium body"])
def test_slow_writers_do_not_stop_others(alice, kind):
    begin = {
        "video": half_an_upload(alice.access, 50_000_000, 3_000_000),
        "image as JSON": half_a_json(alice.access, "/api/v1/posts", 10_000_000, 1_000_000),
        "small body": half_a_json(alice.access, "/api/v1/posts", 1000, 10),
        "medium body": half_a_json(alice.access, "/api/v1/posts", 262_999, 262_500),
    }[kind]
    with Proxy() as edge, contextlib.ExitStack() as ends:
        for _ in range(CLIENTS):
            ends.enter_context(slow_connection(edge.port, begin))
        assert_responsive(edge.url, alice.access)


def test_a_large_upload_passes_the_proxy(edge, alice):
    video = make_video(extra=bytes(5 * MEBIBYTE))
    headers = {"Authorization": f"Bearer {alice.access}"}
    response = httpx.post(
        f"{edge.url}/api/v1/posts", headers=headers, data={"text": "x"}, files={"video": video}
    )
    assert response.status_code == 201, response.text


def test_long_responses_are_compressed_and_unchanged_ones_are_304(edge, alice):
    for number in range(10):
        alice.create_post(f"{number} Hello to everybody who reads this")
    headers = {"Authorization": f"Bearer {alice.access}", "Accept-Encoding": "gzip"}
    with httpx.Client(base_url=edge.url, headers=headers) as client:
        plain = client.get("/api/v1/posts", headers={"Accept-Encoding": "identity"})
        packed = client.get("/api/v1/posts")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 4
        assert packed.json() == plain.json()
        for response in (plain, packed):
            tag = {"If-None-Match": response.headers["ETag"]}
            same = client.get("/api/v1/posts", headers=tag)
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["X-Event-Cursor"]
        assert "Content-Encoding" not in client.get("/health/live").headers


def test_the_proxy_logs_no_token(edge, alice, bob):
    url = f"ws://localhost:{edge.port}/ws"
    with connect(url, subprotocols=["mysocial", alice.access]):
        pass
    httpx.get(f"{edge.url}/api/v1/posts", headers={"Authorization": f"Bearer {bob.access}"})
    httpx.post(f"{edge.url}/api/v1/reset-password/{'t' * 43}", json={"password": PASSWORD})
    log = edge.log.read_text()
    for secret in (alice.access, bob.access, "t" * 43, PASSWORD):
        assert secret not in log


# Flower ------------------------------------------------------------------------------------------


@pytest.fixture
def sign_in_staff(edge, django_db_blocker, settings):
    """Sign staff in through the proxy and the login page; return the client."""
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS  # as the web process has them
    with django_db_blocker.unblock(), contextlib.ExitStack() as ends:
        call_command("migrate", verbosity=0)

        def sign_in(name, *permissions, **kind):
            Staff.objects.filter(username=name).delete()
            who = Staff.objects.create_user(name, password=PASSWORD, **kind)
            who.user_permissions.set(Permission.objects.filter(codename__in=permissions))
            browser = ends.enter_context(httpx.Client(base_url=edge.url, timeout=20))
            browser.get("/admin/login/")
            form = {"username": name, "password": PASSWORD, "next": "/admin/"}
            form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
            browser.post("/admin/login/", data=form)
            return browser

        yield sign_in


def test_strangers_and_members_are_redirected_to_the_staff_login(edge, alice):
    for headers in ({}, {"Authorization": f"Bearer {alice.access}"}):
        for path in ("/flower/", "/flower", "/flower/metrics", "/flower/api/tasks"):
            response = httpx.get(edge.url + path, headers=headers)
            assert response.status_code == 302
            assert response.headers["Location"] == "/admin/login/?next=/flower/"
        response = httpx.post(f"{edge.url}/flower/api/worker/shutdown/x", headers=headers)
        assert response.status_code == 302


def test_staff_with_the_queue_permission_can_use_flower(sign_in_staff):
    plain = sign_in_staff("plain", is_staff=True)
    member = sign_in_staff("pretender", "manage_queues")
    keeper = sign_in_staff("keeper", "manage_queues", is_staff=True)
    chief = sign_in_staff("chief", is_staff=True, is_superuser=True)
    assert plain.get("/flower/").status_code == 403
    assert member.get("/flower/").status_code == 302
    for browser in (keeper, chief):
        response = browser.get("/flower/dashboard?x=1")
        assert (response.status_code, response.text) == (200, "/flower/dashboard?x=1")


def test_the_authorization_endpoint_of_the_proxy_reveals_nothing(edge, alice):
    response = httpx.get(f"{edge.url}/staff/queues")
    assert (response.status_code, response.headers["Location"]) == (
        302,
        "/admin/login/?next=/flower/",
    )
    assert "no-store" in response.headers["Cache-Control"]


# Refused bodies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "length"),
    [
        ("POST", "comments/" + "0" * 24, 250_000),  # not read by `http`
        ("POST", "posts", 250_000),  # not read without a token
        ("POST", "posts", 60_000_000),  # not read by `ws`
    ],
)
def test_clients_whose_bodies_are_refused_unread_do_not_stop_others(
    edge, alice, method, path, length
):
    is_over, statuses = threading.Event(), set()

    def attack() -> None:
        with httpx.Client(base_url=edge.url, timeout=TIMEOUT_SECONDS) as client:
            while not is_over.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    response = client.request(
                        method, f"/api/v1/{path}", content=bytes(length), headers=JSON
                    )
                    statuses.add(response.status_code)

    threads = [threading.Thread(target=attack) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            assert_responsive(edge.url, alice.access)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    if length < MEBIBYTE:  # the whole body is read, so the connection remains usable
        assert statuses <= {401, 429}
