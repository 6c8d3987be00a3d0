"""Content negotiation and rendering: JSON is the only media type of responses."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from mysocial.store import to_json


class JSONOnlyNegotiation(BaseContentNegotiation):
    """Selects JSON whatever the `Accept` header says."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> Any:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class BytesJSONRenderer(BaseRenderer):
    """Renders a DRF `Response`; most responses are stored as JSON bytes and never get here."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        return b"" if data is None else to_json(data)
