"""Cursor pagination: query parameters, pages of rows and their `Link` header."""

import re
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from mysocial.api.responses import json_response
from mysocial.core.errors import Invalid
from mysocial.core.ids import ID_LENGTH, is_id
from mysocial.store import Entry, JsonTemplate, Row, decode_cursor, encode_cursor, to_json

PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
PLAIN_QUERY = re.compile(r"[\w=&.-]*", re.ASCII)  # a query string that needs no encoding
MAX_SCORE_MS = 253_402_300_799_999  # the end of the year 9999
MAX_ID_LENGTH = 64
MAX_IDS = 100
LIMIT_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}
ID_SCHEMA = {"type": "string", "pattern": f"^[0-9a-f]{{{ID_LENGTH}}}$"}
PAGINATION_PARAMETERS = [
    OpenApiParameter("limit", LIMIT_SCHEMA, description="Page size, from 1 to 100; 20 by default."),
    OpenApiParameter("cursor", str, description="The value of `next` in the previous page."),
]
IDS_PARAMETER = OpenApiParameter(
    "id",
    {"type": "array", "items": ID_SCHEMA, "minItems": 1, "maxItems": MAX_IDS},
    required=True,
    description="From 1 to 100 ids.",
)


class NextField(serializers.CharField):
    """The field `next` of a page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            allow_null=True,
            help_text="The `cursor` of the next page; null if this is the last one.",
            **kwargs,
        )


def id_params(request: Request) -> list[str]:
    """Return the ids in the query string, without duplicates.

    Raises:
        Invalid: There are none or too many, or one of them is not an id.
    """
    ids = request.query_params.getlist("id")
    if not 1 <= len(ids) <= MAX_IDS or not all(map(is_id, ids)):
        raise Invalid(errors={"id": f"Give from 1 to {MAX_IDS} ids."})
    return list(dict.fromkeys(ids))


def pagination_params(request: Request) -> tuple[int, "Entry | None"]:
    """Return the page size, and the entry after which the page begins.

    Raises:
        Invalid: `limit` is out of range or `cursor` is not a cursor.
    """
    limit = int_param(request, "limit", default=PAGE_SIZE, max_value=MAX_PAGE_SIZE)
    return limit, cursor_param(request, "cursor")


def cursor_param(request: Request, name: str) -> "Entry | None":
    """Return the entry that a query parameter stands for; None if it is absent or empty.

    Raises:
        Invalid: The parameter is not a cursor.
    """
    cursor = request.query_params.get(name)
    after = decode_cursor(cursor, name) if cursor else None
    if after and (
        after[1] > MAX_SCORE_MS or len(after[0]) > MAX_ID_LENGTH or not after[0].isascii()
    ):
        raise Invalid(errors={name: "Invalid cursor."})
    return after


def int_param(request: Request, name: str, *, default: int, max_value: int) -> int:
    """Return a query parameter that is a whole number from 1 to `max_value`.

    Raises:
        Invalid: The parameter is anything else.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(max_value))
    if not digits or not 1 <= int(text) <= max_value:
        raise Invalid(errors={name: f"This must be a whole number from 1 to {max_value}."})
    return int(text)


def choice_param(request: Request, name: str, choices: tuple[str, str], default: str = "") -> str:
    """Return a query parameter with one of two values.

    Raises:
        Invalid: It has another value, or there is neither a value nor a default.
    """
    value = request.query_params.get(name, default)
    if value not in choices:
        raise Invalid(errors={name: f"This must be `{choices[0]}` or `{choices[1]}`."})
    return value


def filter_param(request: Request, name: str, choices: Collection[str]) -> str:
    """Return a query parameter that selects a part of a list; empty if it is absent.

    Raises:
        Invalid: It is none of the choices.
    """
    value = request.query_params.get(name)
    if value is not None and value not in choices:
        raise Invalid(errors={name: f"This must be one of: {', '.join(choices)}."})
    return value or ""


def list_response(
    request: Request,
    name: str,
    template: JsonTemplate,
    page: tuple[list[Row], "Entry | None"],
    **extra: Any,
) -> HttpResponse:
    """Return a page of rows rendered with `template`; see `page_response`."""
    rows, after = page
    return page_response(request, name, map(template.render, rows), after, **extra)


def page_response(
    request: Request, name: str, items: Iterable[bytes], after: "Entry | None", **extra: Any
) -> HttpResponse:
    """Return `{"<name>": [...], "next": ...}` with a `Link` header (RFC 8288).

    Args:
        items: The rendered members of the list.
        after: The last entry of this page, or None when no page follows.
        extra: Further members of the object.
    """
    cursor = encode_cursor(after)
    more = b"".join(b',"%s":%s' % (key.encode(), to_json(value)) for key, value in extra.items())
    listed = b",".join(items)
    body = b'{"%s":[%s],"next":%s%s}' % (name.encode(), listed, to_json(cursor), more)
    response = json_response(body)
    if cursor:
        query = _next_page_query(request, cursor)
        response["Link"] = f'<{settings.PUBLIC_URL}{request.path}?{query}>; rel="next"'
    return response


def _next_page_query(request: Request, cursor: str) -> str:
    """Return the query string of the next page."""
    query = request.META.get("QUERY_STRING", "")
    if PLAIN_QUERY.fullmatch(query) and "page=" not in query and "cursor=" not in query:
        return f"{query}&cursor={cursor}" if query else f"cursor={cursor}"
    replaced = {"page", "anchor", "cursor"}
    kept = [pair for pair in request.query_params.lists() if pair[0] not in replaced]
    return urlencode([*kept, ("cursor", cursor)], doseq=True)
