"""Routes of the API: each line maps a path and its HTTP methods to the methods of a viewset.

The documented paths begin with `/api/v1/`. The same paths below `/api/` are aliases. A trailing
slash is optional.
"""

import re
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import (
    ResolverMatch,
    URLPattern,
    URLResolver,
    get_resolver,
    register_converter,
    resolve,
)
from django.urls.converters import StringConverter
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

from mysocial.api.inputs import StrictJSONParser
from mysocial.api.paths import ALIAS_PREFIX, API_PREFIX
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
IDS = re.compile(IdConverter.regex)


class _OptionalSlashPattern(RoutePattern):
    """A route that matches with and without a trailing slash."""

    def match(self, path: str) -> Any:
        return super().match(path.removesuffix("/"))


def api_path(
    route: str,
    viewset: type[ApiViewSet],
    *,
    uploads: str = "",
    is_alias: bool = False,
    **actions: str,
) -> URLPattern:
    """Return a URL pattern of the API.

    Args:
        route: The path under `/api/v1/`, as for `django.urls.path`.
        viewset: The viewset.
        uploads: The kind of file that the route accepts, "image" or "video"; JSON only by default.
        is_alias: Whether another route is the documented one.
        actions: The viewset method for each HTTP method, as for DRF's `as_view`.
    """
    methods: dict[str, Any] = dict(actions)
    options: dict[str, Any] = {"parser_classes": UPLOAD_PARSERS[uploads]} if uploads else {}
    if is_alias:
        options["schema"] = None  # DRF's way to leave a view out of the document
    view: Any = viewset.as_view(methods, **options)
    return URLPattern(_OptionalSlashPattern(route, is_endpoint=True), view)


def max_body_bytes(path: str) -> int:
    """Return the maximum size of a body that a route reads; it refuses a larger one unread."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    parsers = getattr(view, "initkwargs", {}).get("parser_classes", (StrictJSONParser,))
    return max(int(parser().max_body_bytes()) for parser in parsers)


class _CachingResolver(URLResolver):
    """The routes of the API, cached by the shape of a path: the path without its ids.

    Django tries one route after the other, which takes up to a tenth of the time of a read.
    """

    def __init__(self, routes: list[URLPattern]) -> None:
        super().__init__(RoutePattern(API_PREFIX), routes)
        self._cache: dict[str, URLPattern | URLResolver] = {}

    def resolve(self, path: str) -> ResolverMatch:
        path = str(path)
        if not path.startswith(ALIAS_PREFIX):
            raise Resolver404({"path": path})
        rest = path.removeprefix(API_PREFIX if path.startswith(API_PREFIX) else ALIAS_PREFIX)
        shape = IDS.sub("*", rest)
        cached = self._cache.get(shape)
        for route in (cached,) if cached else self.url_patterns:
            match = route.resolve(rest)
            if match:
                if len(self._cache) < MAX_CACHED_SHAPES:
                    self._cache[shape] = route
                return match
        raise Resolver404({"path": rest})


def api_patterns() -> list[URLPattern]:
    """Return all routes of the API, in the order in which they are tried."""
    return [
        pattern
        for resolver in get_resolver().url_patterns
        if isinstance(resolver, _CachingResolver)
        for pattern in resolver.url_patterns
        if isinstance(pattern, URLPattern)
    ]


def api_routes(*modules: str, mounted: Mapping[str, str] = MappingProxyType({})) -> URLResolver:
    """Return a resolver of the `urlpatterns` of modules below the prefix of the API.

    Args:
        modules: Modules whose routes begin at the prefix.
        mounted: By the first segment of their paths: modules whose routes begin below it.
    """
    routes = [route for name in modules for route in import_module(name).urlpatterns]
    for segment, name in mounted.items():
        routes += _mounted_routes(segment, name)
    return _CachingResolver(routes)


def _mounted_routes(segment: str, name: str) -> list[URLPattern]:
    """Return the routes of a module below a path segment; none if it has no route of the API.

    Raises:
        ImproperlyConfigured: Some of its routes are not made by `api_path`.
    """
    routes = import_module(name).urlpatterns
    foreign = [route for route in routes if not _is_api_route(route)]
    if len(foreign) == len(routes):  # of a package that is not made for MySocial
        return []
    if foreign:
        raise ImproperlyConfigured(
            f"{name}: every route must be made by `api_path`, but {foreign[0]} is not. Put other "
            "pages into a root URLconf of your own (ROOT_URLCONF)."
        )
    return [
        URLPattern(
            _OptionalSlashPattern(f"{segment}/{route.pattern}".removesuffix("/"), is_endpoint=True),
            route.callback,
        )
        for route in routes
    ]


def _is_api_route(route: URLPattern | URLResolver) -> bool:
    return isinstance(route, URLPattern) and isinstance(route.pattern, _OptionalSlashPattern)
