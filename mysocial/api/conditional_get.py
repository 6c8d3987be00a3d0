"""Conditional requests (RFC 9110): a client that has the current response gets 304.

Clients keep responses themselves. They stay `no-store`, because a cache would keep private data
after the sign-out.
"""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

TAGGED_METHODS = ("GET", "HEAD")
TAG_BYTES = 12  # of a digest; long enough that collisions do not occur


def conditional_response(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Set the ETag of a successful read; return 304 when `If-None-Match` contains it.

    The tag is weak (RFC 9110, section 8.8.1), because a proxy may compress the body. A view that
    serves from memory has set its own.
    """
    if (
        request.method not in TAGGED_METHODS
        or response.status_code != 200  # noqa: PLR2004
        or not isinstance(response, HttpResponse)
    ):
        return response
    tag = response.headers.get("ETag")
    if tag is None:
        tag = f'W/"{blake2b(response.content, digest_size=TAG_BYTES).hexdigest()}"'
        response.headers["ETag"] = tag
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return response
    return get_conditional_response(request, etag=tag, response=response) or response
