"""What all HTTP endpoints share: the call, answers, idempotency, limits, pages.

What comes in is in `input.py`, errors are in `problems.py`; both are offered from here as well.
"""

import functools
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from mysocial.api.client_address import get_client_address
from mysocial.api.conditional_get import conditional_response
from mysocial.api.idempotency import bind_key, decrypt_secret, encrypt_secret
from mysocial.api.inputs import StrictJSONParser, StrictSerializer, declared_length, validated_body
from mysocial.api.problems import as_problem, error_response, exception_handler, problem_response
from mysocial.api.rate_limit_headers import set_rate_limit_headers
from mysocial.core import metrics, request_context
from mysocial.core.errors import Invalid, TooLarge
from mysocial.core.ids import ID_LENGTH, is_id
from mysocial.core.rate_limits import RateLimit, enforce_in_write
from mysocial.core.request_context import ResponsePlan
from mysocial.store import (
    Entry,
    IdempotentReplay,
    JsonTemplate,
    Row,
    decode_cursor,
    encode_cursor,
    reads,
    to_json,
    write,
)

__all__ = [
    "IDS_PARAMETER",
    "PAGE_NUMBER_SCHEMA",
    "PAGINATION_PARAMETERS",
    "ApiMiddleware",
    "BytesJSONRenderer",
    "JSONOnlyNegotiation",
    "MessageSerializer",
    "RateLimit",
    "StrictJSONParser",
    "StrictSerializer",
    "current_user_id",
    "exception_handler",
    "id_params",
    "int_param",
    "json_response",
    "list_response",
    "message_envelope",
    "page_response",
    "pagination_params",
    "problem_response",
    "validated_body",
    "write_response",
]

PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
PLAIN_QUERY = re.compile(r"[\w=&.-]*", re.ASCII)  # a query that stands in a URL as it came
MAX_SCORE_MS = 253_402_300_799_999  # milliseconds: the end of the year 9999
MAX_ID_LENGTH = 64
MAX_IDS = 100
Pieces = list[Any]
ViewMethod = Callable[..., Any]
PAGE_NUMBER_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}
ID_SCHEMA = {"type": "string", "pattern": f"^[0-9a-f]{{{ID_LENGTH}}}$"}
PAGINATION_PARAMETERS = [
    OpenApiParameter("limit", PAGE_NUMBER_SCHEMA, description="How many, 1 to 100; 20 by default."),
    OpenApiParameter("cursor", str, description="`next` of the page before."),
]
IDS_PARAMETER = OpenApiParameter(
    "id",
    {"type": "array", "items": ID_SCHEMA, "minItems": 1, "maxItems": MAX_IDS},
    required=True,
    description="1 to 100 ids.",
)


def is_api(request: HttpRequest) -> bool:
    """Tell whether a request is to the API; anything else is a page, a file or a probe."""
    return request.path.startswith("/api/") or request.path == "/api"


class ApiMiddleware:
    """Opens and closes the call of each request under /api; answers every error as a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            # Django would keep the files of any form on disk, of whatever size.
            large = declared_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return error_response(TooLarge()) if large else self.get_response(request)
        since = time.perf_counter()
        call = request_context.RequestContext()
        token = request_context.push(call)
        try:
            response = conditional_response(request, as_problem(self.get_response(request)))
            set_rate_limit_headers(call, response)
        finally:
            request_context.pop(token)
        if call.cursor:
            response["X-Event-Cursor"] = call.cursor
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            # Not every server leaves the body out; its length stays said.
            response.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        metrics.record_request(request.method, response.status_code, since)
        return response


def current_user_id(request: Request) -> str:
    """Return the id of the member who calls."""
    return cast("str", request.user.pk)


# Answers -----------------------------------------------------------------------------------------


class MessageSerializer(serializers.Serializer[Any]):
    """What was done."""

    message = serializers.CharField()


class JSONOnlyNegotiation(BaseContentNegotiation):
    """Answers JSON whatever the client would like better: there is nothing else to choose."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        said = (request.content_type or "").partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == said), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> Any:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class BytesJSONRenderer(BaseRenderer):
    """Renders what is not stored as bytes."""

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


def json_response(body: bytes, code: int = 200) -> HttpResponse:
    """Return bytes that are JSON already."""
    return HttpResponse(body, status=code, content_type="application/json")


def message_envelope(message: str, **nouns: Callable[[Any], Pieces]) -> Callable[[Any], Pieces]:
    """Return a renderer of `{"message": …, "<noun>": {…}}` for what a service returns."""

    def render(result: Any) -> Pieces:
        pieces: Pieces = [b'{"message":' + to_json(message)]
        for noun, template in nouns.items():
            pieces += [b',"' + noun.encode() + b'":', *template(result)]
        return [*pieces, b"}"]

    return render


def write_response(  # noqa: PLR0913 - what an endpoint says of a write
    request: Request,
    code: int,
    render: Callable[[Any], Pieces],
    verb: Callable[[], Any],
    *,
    limit: RateLimit | None = None,
    secret: bool = False,
    who: str = "",
) -> HttpResponse:
    """Carry out a service and answer with `render` of its result.

    The answer is composed and stored by the script that applies the write, so that a repeat under
    the same Idempotency-Key gets the same bytes; the same script counts the `limit`. Of a `secret`
    answer, the last piece is stored encrypted. Keys belong to the member, or to `who` it is that
    calls without being signed in, else to the address.
    """
    call = request_context.current() or request_context.RequestContext()
    who = who or getattr(request.user, "pk", "") or get_client_address(request)
    try:
        bind_key(call, request, who)
        if limit:
            enforce_in_write(limit, who)
        render_stored = (lambda result: encrypt_secret(render(result))) if secret else render
        call.response_plan = ResponsePlan(code, render_stored)
        result = verb()
        body = (
            call.stored_response
            if call.stored_response is not None
            else _response_without_write(call, result)
        )
    except IdempotentReplay as stored:
        code, body = stored.status, stored.body
    return json_response(decrypt_secret(body) if secret else body, code)


def write_action(
    message: str,
    *,
    status: int = 200,
    limit: RateLimit | None = None,
    secret: bool = False,
    **representations: Callable[[Any], Pieces],
) -> Callable[[ViewMethod], ViewMethod]:
    """Turn a viewset method that calls one service into an endpoint that writes.

        @write_action("Post created", status=201, limit=NEW_POSTS, post=post_representation)
        def create(self, request):
            return services.create_post(author_id=current_user_id(request), **body)

    The method returns what the service returned. The response is
    `{"message": ..., "<name>": ...}` with one member per representation; see `write_response` for
    idempotency, `limit` and `secret`.
    """
    render = message_envelope(message, **representations)

    def decorate(method: ViewMethod) -> ViewMethod:
        @functools.wraps(method)
        def view(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            return write_response(
                request,
                status,
                render,
                lambda: method(self, request, *args, **kwargs),
                limit=limit,
                secret=secret,
            )

        return view

    return decorate


def _response_without_write(call: request_context.RequestContext, result: Any) -> bytes:
    """Return the answer of a verb that found nothing to write; kept as any other is."""
    assert call.response_plan  # noqa: S101 - set by write_response
    if not call.idempotency:
        return reads.render_placeholders(call.response_plan.render(result))
    with write() as w:
        w.respond_with(result)
    return call.stored_response or b""


# Pages -------------------------------------------------------------------------------------------


def id_params(request: Request) -> list[str]:
    """Return the ids that a read is about, each once."""
    ids = request.query_params.getlist("id")
    if not 1 <= len(ids) <= MAX_IDS or not all(map(is_id, ids)):
        raise Invalid(errors={"id": f"These must be 1 to {MAX_IDS} ids."})
    return list(dict.fromkeys(ids))


def pagination_params(request: Request) -> tuple[int, "Entry | None"]:
    """Return the limit and the place that a list request asks for; `Invalid` names the wrong."""
    limit = int_param(request, "limit", default=PAGE_SIZE, most=MAX_PAGE_SIZE)
    cursor = request.query_params.get("cursor")
    after = decode_cursor(cursor) if cursor else None
    if after and (
        after[1] > MAX_SCORE_MS or len(after[0]) > MAX_ID_LENGTH or not after[0].isascii()
    ):
        raise Invalid(errors={"cursor": "This is not a cursor of ours."})
    return limit, after


def int_param(request: Request, name: str, *, default: int, most: int) -> int:
    """Return a query parameter from 1 to `most`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not digits or not 1 <= int(text) <= most:
        raise Invalid(errors={name: f"This must be a whole number from 1 to {most}."})
    return int(text)


def list_response(
    request: Request,
    noun: str,
    wire: JsonTemplate,
    found: tuple[list[Row], "Entry | None"],
    **extra: Any,
) -> HttpResponse:
    """Return a page of rows as `page_answer` does."""
    rows, after = found
    return page_response(request, noun, map(wire.render, rows), after, **extra)


def page_response(
    request: Request, noun: str, items: Iterable[bytes], after: "Entry | None", **extra: Any
) -> HttpResponse:
    """Return `{"<noun>": […], "next": …}` with its Link header (RFC 8288)."""
    cursor = encode_cursor(after)
    more = b"".join(b',"%s":%s' % (name.encode(), to_json(value)) for name, value in extra.items())
    listed = b",".join(items)
    body = b'{"%s":[%s],"next":%s%s}' % (noun.encode(), listed, to_json(cursor), more)
    answer = json_response(body)
    if cursor:
        query = _next_page_query(request, cursor)
        answer["Link"] = f'<{settings.PUBLIC_URL}{request.path}?{query}>; rel="next"'
    return answer


def _next_page_query(request: Request, cursor: str) -> str:
    """Return the query that asks for the following page."""
    asked = request.META.get("QUERY_STRING", "")
    if PLAIN_QUERY.fullmatch(asked) and "page=" not in asked and "cursor=" not in asked:
        return f"{asked}&cursor={cursor}" if asked else f"cursor={cursor}"
    kept = [pair for pair in request.query_params.lists() if pair[0] not in {"page", "cursor"}]
    return urlencode([*kept, ("cursor", cursor)], doseq=True)
