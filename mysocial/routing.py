"""One line a route: the path, the viewset, and the verb of each method.

A trailing slash is optional.
"""

from typing import Any

from django.urls import URLPattern
from django.urls.resolvers import RegexPattern
from rest_framework.viewsets import ViewSet

from mysocial.api import JsonOnly
from mysocial.ids import ID_LENGTH
from mysocial.uploads import TAKES

FORMS = {"id": f"[0-9a-f]{{{ID_LENGTH}}}", "token": r"[A-Za-z0-9_.-]{20,200}"}


class _Path(RegexPattern):
    """A pattern that describes itself, in the OpenAPI schema, without the optional slash."""

    def __str__(self) -> str:
        return super().__str__().replace("/?", "")


def route(path: str, viewset: type[ViewSet], *, takes: str = "", **verbs: str) -> URLPattern:
    """Return the route of `path`; `<id:name>` and `<token:name>` stand for their forms.

    It takes JSON; with `takes` ("image", "video") also files, as `mysocial/uploads.py` says.
    """
    pattern = path
    for kind, regex in FORMS.items():
        while f"<{kind}:" in pattern:
            before, _, rest = pattern.partition(f"<{kind}:")
            name, _, after = rest.partition(">")
            pattern = f"{before}(?P<{name}>{regex}){after}"
    actions: dict[str, Any] = dict(verbs)
    parsers: dict[str, Any] = {"parser_classes": TAKES[takes]} if takes else {}
    view: Any = viewset.as_view(actions, content_negotiation_class=JsonOnly, **parsers)
    return URLPattern(_Path(rf"^{pattern}/?\Z", is_endpoint=True), view)
