"""Tags of what is read (RFC 9110, 8.8.3): a client that has the bytes still is sent none of them.

It keeps them itself: what is private stays `no-store`, for caches would keep it past a sign-out.
"""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

TAGGED_METHODS = ("GET", "HEAD")
TAG_BYTES = 12  # of a digest: no two answers that anybody has ever read share one


def conditional_response(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Tag a whole answer to a read; 304 instead of it where the client names its tag.

    The tag is weak: a proxy may compress what it stands for.
    """
    if (
        request.method not in TAGGED_METHODS
        or response.status_code != 200  # noqa: PLR2004
        or not isinstance(response, HttpResponse)
    ):
        return response
    tag = f'W/"{blake2b(response.content, digest_size=TAG_BYTES).hexdigest()}"'
    response["ETag"] = tag
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return response
    return get_conditional_response(request, etag=tag, response=response) or response
