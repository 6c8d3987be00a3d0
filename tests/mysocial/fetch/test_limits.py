"""The limits of a fetch: time and bytes."""

import contextlib
import gzip
import threading
import time
import tracemalloc
import zlib

import pytest

from mysocial.fetch import FetchError, fetch
from mysocial.fetch.exchange import CHUNK_BYTES, MAX_HEADER_BYTES
from mysocial.fetch.fetcher import MAX_BYTES
from tests.mysocial.fetch.refusals import refused
from tests.support.foreign_sites import foreign_site, response

PAGE = response(b"<p>A page</p>")


# Time --------------------------------------------------------------------------------------------


def drip(head):
    """Return a function that sends `head`, then a byte at a time."""

    def respond(connection, _request):
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    return respond


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n9999\r\n",
    ],
)
def test_a_site_that_sends_a_byte_at_a_time_is_left_after_the_time_for_everything(
    names, allow, head
):
    names["site.test"] = ["127.0.0.1"]
    with foreign_site(drip(head)) as site:
        allow(site)
        start = time.monotonic()
        refused(f"http://site.test:{site.port}/", seconds=0.5)
        assert 0.3 < time.monotonic() - start < 3


def test_a_site_that_is_silent_is_left(names, allow):
    names["site.test"] = ["127.0.0.1"]
    released = threading.Event()
    with foreign_site(lambda *_: released.wait(20)) as site:
        allow(site)
        start = time.monotonic()
        with pytest.raises(FetchError) as error:
            fetch(f"http://site.test:{site.port}/", seconds=0.5)
        assert error.value.is_temporary
        assert time.monotonic() - start < 3
        refused(f"https://site.test:{site.port}/", seconds=0.5)  # it does not begin TLS either
    released.set()


def test_a_name_that_is_not_resolved_in_time_is_given_up(names):
    names["site.test"] = lambda: time.sleep(2) or ["127.0.0.1"]
    start = time.monotonic()
    assert refused("http://site.test/", seconds=0.3) == "The name was not resolved in time."
    assert time.monotonic() - start < 1.5


def test_redirects_share_the_time(names, allow):
    names["site.test"] = ["127.0.0.1"]

    def respond(connection, _request):
        time.sleep(0.3)
        connection.sendall(response(status="302 Found", Location="/x"))

    with foreign_site(respond) as site:
        allow(site)
        assert refused(f"http://site.test:{site.port}/", seconds=0.7) != (
            "The site redirects too often."
        )


# Size --------------------------------------------------------------------------------------------


def test_a_page_is_read_up_to_the_limit(names, allow):
    names["site.test"] = ["127.0.0.1"]
    sent = []

    def respond(connection, _request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65536))

    with foreign_site(respond) as site:
        allow(site)
        page = fetch(f"http://site.test:{site.port}/")
        assert len(page.body) == MAX_BYTES
        assert len(fetch(f"http://site.test:{site.port}/", max_bytes=1000).body) == 1000
    assert sum(sent) < 64 * MAX_BYTES  # the kernel buffers some


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_page_is_decompressed_up_to_the_limit(names, allow, encoding):
    names["site.test"] = ["127.0.0.1"]
    compress = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = compress(bytes(200 * MAX_BYTES))
    assert len(bomb) < MAX_BYTES
    with foreign_site(response(bomb, Content_Encoding=encoding)) as site:
        allow(site)
        assert fetch(f"http://site.test:{site.port}/").body == bytes(MAX_BYTES)
    with foreign_site(response(compress(b"small"), Content_Encoding=encoding)) as site:
        allow(site)
        assert fetch(f"http://site.test:{site.port}/").body == b"small"


def test_a_bomb_takes_little_memory(names, allow):
    names["site.test"] = ["127.0.0.1"]
    bomb = gzip.compress(bytes(200 * MAX_BYTES))
    with foreign_site(response(bomb, Content_Encoding="gzip")) as site:
        allow(site)
        tracemalloc.start()
        fetch(f"http://site.test:{site.port}/")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 * MAX_BYTES


START = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
COMPRESSED = START + b"Content-Encoding: gzip\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "part"),
    [
        pytest.param(START, b"X: y\r\n" * 1000, id="headers"),
        pytest.param(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, id="interim responses"),
        pytest.param(START + b"\r\n", b"a" * 65536, id="a body without a length"),
        pytest.param(START + b"Content-Length: %d\r\n\r\n" % 10**18, b"a" * 65536, id="a body"),
        pytest.param(CHUNKED + b"1;", b"a" * 65536, id="an extension of a chunk"),
        pytest.param(CHUNKED, (b"1;" + b"e" * 2000 + b"\r\na\r\n") * 30, id="extensions"),
        pytest.param(CHUNKED, b"0" * 65536, id="the size of a chunk"),
        pytest.param(CHUNKED + b"f" * 16 + b"\r\n", b"a" * 65536, id="a chunk"),
        pytest.param(CHUNKED + b"0\r\n", b"X: y\r\n" * 1000, id="trailers"),
        pytest.param(COMPRESSED, gzip.compress(b"") * 500, id="empty gzip members"),
        pytest.param(
            COMPRESSED + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 9999, id="empty gzip blocks"
        ),
        pytest.param(b"HTTP/1.1 302 F\r\nLocation: /", b"a" * 65536, id="a redirect"),
    ],
)
def test_a_site_that_sends_without_end_is_left_within_the_limits(names, allow, head, part):
    names["site.test"] = ["127.0.0.1"]
    sent = []

    def respond(connection, _request):
        connection.sendall(head)
        while len(sent) * len(part) < 100 * MAX_BYTES:
            connection.sendall(part)
            sent.append(part)

    with foreign_site(respond) as site:
        allow(site)
        tracemalloc.start()
        with contextlib.suppress(FetchError):
            assert len(fetch(f"http://site.test:{site.port}/", seconds=30).body) <= MAX_BYTES
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(sent) * len(part) < 20 * MAX_BYTES  # with what the buffers of the kernel hold
    assert peak < 8 * MAX_BYTES


@pytest.mark.parametrize(
    "answer",
    [
        response(b"x", Content_Encoding="br"),
        response(b"x", Content_Encoding="gzip, gzip"),
        response(b"no gzip", Content_Encoding="gzip"),
        response(b"x", Content_Type="application/pdf"),
        response(b"x", Content_Type=""),
        response(b"x", status="404 Not Found"),
        response(b"x", status="500 Error"),
        response(b"x", status="204 No Content"),
        response(status="302 Found"),
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * (MAX_HEADER_BYTES + CHUNK_BYTES) + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10,
        b"220 smtp.example ESMTP\r\n",
        b"",
    ],
)
def test_an_answer_that_is_no_page_is_refused(names, allow, answer):
    names["site.test"] = ["127.0.0.1"]
    with foreign_site(answer) as site:
        allow(site)
        refused(f"http://site.test:{site.port}/", seconds=5)


@pytest.mark.parametrize(
    ("status", "is_temporary"),
    [("404 Not Found", False), ("410 Gone", False), ("500 E", True), ("429 E", True)],
)  # fmt: skip
def test_errors_that_may_pass_are_temporary(names, allow, status, is_temporary):
    names["site.test"] = ["127.0.0.1"]
    with foreign_site(response(status=status)) as site:
        allow(site)
        with pytest.raises(FetchError) as error:
            fetch(f"http://site.test:{site.port}/")
    assert error.value.is_temporary == is_temporary
    with pytest.raises(FetchError) as error:
        fetch("http://unknown.test/")
    assert error.value.is_temporary
