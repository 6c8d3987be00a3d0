"""One line a route: the path, the viewset, and the verb of each method.

A trailing slash is optional.
"""

import re
from importlib import import_module
from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RegexPattern, RoutePattern

from mysocial.api.uploads import UPLOAD_PARSERS
from mysocial.api.viewsets import ApiViewSet
from mysocial.core.ids import ID_LENGTH

CONVERTERS = {"id": f"[0-9a-f]{{{ID_LENGTH}}}", "token": r"[A-Za-z0-9_.-]{20,200}"}
_IDS = re.compile(CONVERTERS["id"])
MAX_CACHED_SHAPES = 1000  # paths with tokens have shapes of their own


class _OptionalSlashPattern(RegexPattern):
    """A pattern that describes itself, in the OpenAPI schema, without the optional slash."""

    def __str__(self) -> str:
        return super().__str__().replace("/?", "")


def api_path(path: str, viewset: type[ApiViewSet], *, takes: str = "", **verbs: str) -> URLPattern:
    """Return the route of `path`; `<id:name>` and `<token:name>` stand for their forms.

    It takes JSON; with `takes` ("image", "video") also files, as `mysocial/api/uploads.py` says.
    """
    pattern = path
    for kind, regex in CONVERTERS.items():
        while f"<{kind}:" in pattern:
            before, _, rest = pattern.partition(f"<{kind}:")
            name, _, after = rest.partition(">")
            pattern = f"{before}(?P<{name}>{regex}){after}"
    actions: dict[str, Any] = dict(verbs)
    parsers: dict[str, Any] = {"parser_classes": UPLOAD_PARSERS[takes]} if takes else {}
    view: Any = viewset.as_view(actions, **parsers)
    return URLPattern(_OptionalSlashPattern(rf"^{pattern}/?\Z", is_endpoint=True), view)


class _CachingResolver(URLResolver):
    """Routes with one prefix. Which one a path has is remembered by the path without its ids.

    Django tries one after the other, at a cost of a tenth of a read.
    """

    def __init__(self, prefix: str, routes: list[URLPattern]) -> None:
        super().__init__(RoutePattern(prefix), routes)
        self._prefix = prefix
        self._remembered: dict[str, URLPattern | URLResolver] = {}

    def resolve(self, path: str) -> ResolverMatch:
        """Return the view and the arguments of a path; `Resolver404`."""
        rest = str(path).removeprefix(self._prefix)
        if rest == path:
            raise Resolver404({"path": path})
        shape = _IDS.sub("*", rest)
        remembered = self._remembered.get(shape)
        for route in (remembered,) if remembered else self.url_patterns:
            match = route.resolve(rest)
            if match:
                if len(self._remembered) < MAX_CACHED_SHAPES:
                    self._remembered[shape] = route
                return match
        raise Resolver404({"path": rest})


def api_routes(prefix: str, *modules: str) -> URLResolver:
    """Return the routes of all of these modules under one prefix."""
    return _CachingResolver(
        prefix, [one for name in modules for one in import_module(name).urlpatterns]
    )
