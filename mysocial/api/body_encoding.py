"""Encodings of request bodies: what cannot be read is refused, and never taken for empty."""

from django.http import HttpRequest
from django.utils.http import parse_header_parameters
from rest_framework.permissions import SAFE_METHODS

from mysocial.core.errors import LengthRequired, UnsupportedMediaType

CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def require_length(request: HttpRequest) -> None:
    """Refuse a body of unknown length, which Django would take for an empty one.

    Raises:
        LengthRequired: The body is sent in chunks.
    """
    meta = request.META
    is_chunked = "HTTP_TRANSFER_ENCODING" in meta and not meta.get("CONTENT_LENGTH")
    if is_chunked and request.method not in SAFE_METHODS:
        raise LengthRequired


def require_readable_body(request: HttpRequest) -> None:
    """Refuse a body that no parser can read.

    Raises:
        LengthRequired: The body is sent in chunks.
        UnsupportedMediaType: The body is compressed, or its text is not UTF-8.
    """
    require_length(request)
    if request.META.get("CONTENT_LENGTH") in {None, "", "0"}:
        return
    coding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedMediaType(
            "Compressed bodies are not accepted: send the body without Content-Encoding."
        )
    content_type = request.META.get("CONTENT_TYPE", "")
    if "charset" in content_type.lower():
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        if str(charset).strip().lower() not in CHARSETS:
            raise UnsupportedMediaType("Only text in UTF-8 is accepted: change the charset.")
