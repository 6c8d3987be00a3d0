"""Public JSON documents, served from memory."""

import functools
import gzip
import re
import threading
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from mysocial.store import to_json

TAG_BYTES = 12
ZERO = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)


class _Variant(NamedTuple):
    """One encoding of a document, and its entity tag."""

    body: bytes
    tag: str


class ServedDocument:
    """A document that is generated at the first request and then served from memory.

    A release does not change its documents, so clients and proxies may keep them; they ask
    with `If-None-Match` whether theirs is current.
    """

    def __init__(self, generate: Callable[[], Any]) -> None:
        self._generate = generate
        self._lock = threading.Lock()

    def response(self, request: HttpRequest) -> HttpResponse:
        """Return the document, compressed if the client accepts that."""
        with self._lock:  # many requests may come before the first is answered
            plain, compressed = self._variants
        is_compressed = accepts_gzip(request.headers.get("Accept-Encoding", ""))
        variant = compressed if is_compressed else plain
        response = HttpResponse(variant.body, content_type="application/json")
        response["ETag"] = variant.tag
        response["Vary"] = "Accept-Encoding"
        response["Cache-Control"] = "public, no-cache"
        if is_compressed:
            response["Content-Encoding"] = "gzip"
        return response

    @functools.cached_property
    def _variants(self) -> tuple[_Variant, _Variant]:
        body = to_json(self._generate())
        digest = blake2b(body, digest_size=TAG_BYTES).hexdigest()
        # Strong tags (RFC 9110, section 8.8.3) differ when the bytes differ.
        compressed = gzip.compress(body, mtime=0)
        return _Variant(body, f'"{digest}"'), _Variant(compressed, f'"{digest}-gzip"')


def accepts_gzip(header: str) -> bool:
    """Return whether an `Accept-Encoding` header names gzip (RFC 9110, section 12.5.3)."""
    for item in header.split(","):
        coding, _, weight = item.partition(";")
        if coding.strip().lower() == "gzip":
            return ZERO.fullmatch(weight) is None
    return False
