"""Fast reads: plain GET requests to the busiest routes, without the dispatch of Django and DRF.

A method of a viewset is declared once, with `@fast_read`. Django's own middleware surrounds it in
any case. Only what lies between the middleware and the method is left out: resolving the URL, the
view function and DRF's request. If the method raises, or anything else does, Django repeats the
request, so that all refusals and errors are DRF's.
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_started
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import ResolverMatch, resolve, set_script_prefix
from django.utils.functional import cached_property

from mysocial.api.page_middleware import PageMiddleware
from mysocial.api.paths import API_PREFIX
from mysocial.api.request_limits import count_request
from mysocial.api.routing import IDS, api_patterns
from mysocial.core.errors import NotAuthenticated, TooManyRequests
from mysocial.core.ids import ID_LENGTH
from mysocial.store import require_session

MAX_CACHED_QUERY_LENGTH, MAX_CACHED_QUERIES = 100, 1000  # about 1 KB each
# A body, and a prefix of all paths.
UNUSUAL = (
    *("CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_TRANSFER_ENCODING"),
    *("SCRIPT_NAME", "SCRIPT_URL", "REDIRECT_URL"),
)
ID_PARAMETER = re.compile(r"<id:\w+>")


class _Route(NamedTuple):
    """A route with a fast read."""

    viewset: Any
    read: Callable[..., HttpResponseBase]
    parameters: tuple[str, ...]
    authenticator: Any
    permissions: tuple[Any, ...]


class FastRequest(WSGIRequest):
    """A GET request without a body, with those attributes of DRF's request that reads use."""

    content_type, content_params = "", None
    _body, _read_started = b"", False

    def __init__(self, environ: dict[str, Any], route: _Route, ids: Mapping[str, str]) -> None:
        # Not that of the base class, which prepares for a body and for any path.
        self.environ = self.META = environ
        self.path = self.path_info = environ["PATH_INFO"]
        self.method = "GET"
        self._route, self._ids = route, ids

    @cached_property
    def GET(self) -> QueryDict:  # type: ignore[override]  # noqa: N802 - Django's name
        """The parameters of the query string."""
        query = self.META.get("QUERY_STRING", "")
        return _cached_query(query) if len(query) <= MAX_CACHED_QUERY_LENGTH else _query(query)

    @property
    def query_params(self) -> QueryDict:
        """DRF's name of `GET`."""
        return self.GET

    @cached_property
    def resolver_match(self) -> ResolverMatch:  # type: ignore[override]
        """The route, which only the access log and spans need."""
        return resolve(self.path_info)

    def respond(self) -> HttpResponseBase:
        """Return the response, as `ApiViewSet.dispatch` does.

        Raises:
            Exception: Django must respond instead.
        """
        viewset, read, _, authenticator, permissions = self._route
        credentials = authenticator.authenticate(self)
        if credentials is None:
            raise NotAuthenticated
        self.user, self.auth = credentials
        if seconds := count_request(self):
            raise TooManyRequests(seconds)
        if not all(permission.has_permission(self, viewset) for permission in permissions):
            raise NotAuthenticated
        response = read(self, **self._ids)
        require_session()
        return response


class FastReadHandler(WSGIHandler):
    """Django's WSGI application, with fast reads."""

    def __init__(self) -> None:
        super().__init__()
        self.routes = {} if self._has_foreign_hooks() else _find_routes()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Respond to a request, as the base class does."""
        request = self._find_fast_read(environ)
        if request is None:
            return super().__call__(environ, start_response)
        request_started.send(sender=type(self), environ=environ)
        response: Any = self.get_response(request)
        cookies = (("Set-Cookie", cookie.output(header="")) for cookie in response.cookies.values())
        start_response(
            f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies]
        )
        if response.streaming:  # by middleware of an operator
            return response
        body = [response.content]  # servers send a list at once
        response.close()
        return body

    def _find_fast_read(self, environ: dict[str, Any]) -> FastRequest | None:
        """Return the request if it is plain and its route has a fast read, else None."""
        if environ["REQUEST_METHOD"] != "GET" or any(map(environ.get, UNUSUAL)):
            return None
        path = environ["PATH_INFO"]
        route = self.routes.get(IDS.sub("*", path))
        if route is None:
            return None
        ids = IDS.findall(path)
        if len(ids) != len(route.parameters):  # there is an asterisk in the path
            return None
        return FastRequest(environ, route, dict(zip(route.parameters, ids, strict=True)))

    def _get_response(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request, FastRequest):
            try:
                return request.respond()
            except Exception:  # noqa: BLE001 - DRF handles it when it occurs again
                set_script_prefix("/")
                request = WSGIRequest(request.environ)
        response: HttpResponseBase = super()._get_response(request)  # type: ignore[misc]
        return response

    def _has_foreign_hooks(self) -> bool:
        """Return whether middleware of other settings wants to be called around views."""
        handler: Any = self  # the stubs have no private attributes
        hooks = [
            *handler._view_middleware,  # noqa: SLF001
            *handler._exception_middleware,  # noqa: SLF001
            *handler._template_response_middleware,  # noqa: SLF001
        ]
        return not all(isinstance(hook.__self__, PageMiddleware) for hook in hooks)


def _find_routes() -> dict[str, _Route]:
    """Return the routes with fast reads by their paths, in which `*` is an id."""
    routes: dict[str, _Route] = {}
    for pattern in api_patterns():
        view: Any = pattern.callback
        read: Any = getattr(view.cls, view.actions.get("get", ""), None)
        path = f"/{API_PREFIX}{ID_PARAMETER.sub('*', str(pattern.pattern))}"
        if not getattr(read, "is_fast_read", False):
            continue
        match = resolve(path.replace("*", "0" * ID_LENGTH))
        viewset = view.cls(**view.initkwargs)
        authenticators = viewset.get_authenticators()
        if match.func is view and len(authenticators) == 1:
            routes[path] = _Route(
                viewset,
                getattr(viewset, read.__name__),
                tuple(match.kwargs),
                authenticators[0],
                tuple(viewset.get_permissions()),
            )
    return routes


def _query(text: str) -> QueryDict:
    return QueryDict(text.encode("latin-1"))


_cached_query = functools.lru_cache(maxsize=MAX_CACHED_QUERIES)(_query)
