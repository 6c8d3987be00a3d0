"""Routes of the API: each line maps a path and its HTTP methods to the methods of a viewset.

A trailing slash is optional.
"""

import re
from importlib import import_module
from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver, register_converter
from django.urls.converters import StringConverter
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

from mysocial.api.uploads import UPLOAD_PARSERS
from mysocial.api.viewsets import ApiViewSet
from mysocial.core.ids import ID_LENGTH

MAX_CACHED_SHAPES = 1000  # each path with a token has a shape of its own


class IdConverter(StringConverter):
    """The id of a record, as in `posts/<id:pk>`."""

    regex = f"[0-9a-f]{{{ID_LENGTH}}}"


class TokenConverter(StringConverter):
    """A token from an e-mail, as in `verify-email/<token:token>`."""

    regex = "[A-Za-z0-9_.-]{20,200}"


register_converter(IdConverter, "id")
register_converter(TokenConverter, "token")
_IDS = re.compile(IdConverter.regex)


class _OptionalSlashPattern(RoutePattern):
    """A route that matches with and without a trailing slash."""

    def match(self, path: str) -> Any:
        return super().match(path.removesuffix("/"))


def api_path(
    route: str, viewset: type[ApiViewSet], *, uploads: str = "", **actions: str
) -> URLPattern:
    """Return a URL pattern of the API.

    Args:
        route: The path under `/api/`, as for `django.urls.path`.
        viewset: The viewset.
        uploads: The kind of file that the route accepts, "image" or "video"; JSON only by default.
        actions: The viewset method for each HTTP method, as for DRF's `as_view`.
    """
    methods: dict[str, Any] = dict(actions)
    options: dict[str, Any] = {"parser_classes": UPLOAD_PARSERS[uploads]} if uploads else {}
    view: Any = viewset.as_view(methods, **options)
    return URLPattern(_OptionalSlashPattern(route, is_endpoint=True), view)


class _CachingResolver(URLResolver):
    """Routes under one prefix, cached by the shape of a path: the path without its ids.

    Django tries one route after the other, which takes up to a tenth of the time of a read.
    """

    def __init__(self, prefix: str, routes: list[URLPattern]) -> None:
        super().__init__(RoutePattern(prefix), routes)
        self._prefix = prefix
        self._cache: dict[str, URLPattern | URLResolver] = {}

    def resolve(self, path: str) -> ResolverMatch:
        rest = str(path).removeprefix(self._prefix)
        if rest == path:
            raise Resolver404({"path": path})
        shape = _IDS.sub("*", rest)
        cached = self._cache.get(shape)
        for route in (cached,) if cached else self.url_patterns:
            match = route.resolve(rest)
            if match:
                if len(self._cache) < MAX_CACHED_SHAPES:
                    self._cache[shape] = route
                return match
        raise Resolver404({"path": rest})


def api_routes(prefix: str, *modules: str) -> URLResolver:
    """Return a resolver of the `urlpatterns` of all these modules under one prefix."""
    return _CachingResolver(
        prefix, [route for name in modules for route in import_module(name).urlpatterns]
    )
