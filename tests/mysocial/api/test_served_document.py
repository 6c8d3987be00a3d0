"""The API documents are served from memory, with strong tags and compressed."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.test import RequestFactory

from mysocial.api.served_document import ServedDocument, accepts_gzip
from tests.support.people import anonymous, new_client

DOCUMENTS = ["/api/v1/schema", "/api/v1/asyncapi", "/api/schema"]
COMPRESSED = {"Accept-Encoding": "br, gzip"}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_has_a_strong_tag_for_each_encoding(path):
    plain, packed = new_client().get(path), new_client().get(path, headers=COMPRESSED)
    assert plain.headers["ETag"].startswith('"')
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    for response in (plain, packed):
        assert response.headers["Vary"] == "Accept-Encoding, origin"
        assert response.headers["Cache-Control"] == "public, no-cache"
        assert response.headers["Content-Type"] == "application/json"
        assert int(response.headers["Content-Length"]) == len(response.content)
    assert len(packed.content) < 50_000


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("headers", [{}, COMPRESSED])
def test_a_client_that_has_the_document_gets_304(path, headers):
    first = new_client().get(path, headers=headers)
    again = new_client().get(path, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Vary"] == "Accept-Encoding, origin"
    other = new_client().get(path, headers={**headers, "If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_returns_the_headers_of_get(path):
    read, head = new_client().get(path), new_client().head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Length", "Vary"):
        assert head.headers[name] == read.headers[name]


def test_a_document_cannot_be_written():
    response = anonymous.post("schema")
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"


def test_concurrent_first_requests_generate_a_document_once():
    generated, barrier = [], Barrier(8)

    def generate():
        generated.append(1)
        return {"openapi": "3.1.0"}

    document = ServedDocument(generate)

    def read(_number):
        barrier.wait()
        return document.response(RequestFactory().get("/")).content

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(read, range(8))) == {b'{"openapi":"3.1.0"}'}
    assert len(generated) == 1


@pytest.mark.parametrize(
    ("header", "is_accepted"),
    [
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("deflate, gzip ; q=0.001", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("identity, *", False),
        ("x-gzipped", False),
        ("gzip;q=many", True),
        ("," * 1000, False),
    ],
)
def test_accept_encoding_is_parsed(header, is_accepted):
    assert accepts_gzip(header) is is_accepted
