"""Cross-origin resource sharing (CORS): which pages of other origins may use the API.

The rules are those of django-cors-headers. The origins are `ALLOWED_ORIGINS`, with credentials. No
page may read a page of this site, such as the admin, and every page may read a public file.
"""

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult

from corsheaders.middleware import CorsMiddleware as BaseCorsMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from mysocial.api.middleware import is_api

PUBLIC_FILES = ("/media/", "/avatars/")


class CorsMiddleware(BaseCorsMiddleware):
    """Answers preflight requests to the API and sets the CORS headers of its responses.

    A request without an `Origin` gets nothing but `Vary`.
    """

    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._handler = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            if "HTTP_ORIGIN" in request.META:
                return super().__call__(request)  # type: ignore[return-value]  # not asynchronous
            response = self._handler(request)
            if "Vary" in response.headers:
                patch_vary_headers(response, ("origin",))
            else:
                response.headers["Vary"] = "origin"
            return response
        response = self._handler(request)
        if request.path.startswith(PUBLIC_FILES):
            # Their URLs are the capability, and no cookie is needed. Without credentials, caches
            # need not distinguish origins.
            response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def origin_found_in_white_lists(self, origin: str, url: SplitResult) -> bool:
        """Return whether an origin is allowed: exactly one of the list, as for WebSockets."""
        return origin in settings.ALLOWED_ORIGINS


_rules = CorsMiddleware(lambda _request: HttpResponse())


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request with these lowercase headers is a CORS preflight request."""
    return method == "OPTIONS" and "access-control-request-method" in headers


def add_cors_headers(
    response: HttpResponse, *, method: str, path: str, origin: str | None
) -> HttpResponse:
    """Add the CORS headers to a response that is made outside Django; return the response.

    Args:
        response: The response.
        method: The method of the request.
        path: The path of the request. Only responses of the API get the headers.
        origin: The `Origin` of the request; None if it has none.
    """
    request = HttpRequest()
    request.method, request.path, request.path_info = method, path, path
    if origin is not None:
        request.META["HTTP_ORIGIN"] = origin
    _rules.add_response_headers(request, response)
    return response
