"""Errors as HTTP answers: every one is a problem body (RFC 9457), never a page, never a trace."""

import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, HttpResponseBase
from rest_framework import exceptions

from mysocial.core.errors import AppError, Invalid, NotAuthenticated, NotFound, TooLarge
from mysocial.core.metrics import record_problem

logger = logging.getLogger(__name__)
PROBLEM_CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 50  # a body can have a hundred thousand unknown fields


def problem_response(  # noqa: PLR0913 - what a problem says, by name
    code: int,
    name: str,
    detail: str,
    *,
    title: str = "",
    errors: list[dict[str, str]] | None = None,
    until: datetime | None = None,
) -> HttpResponse:
    """Return a problem body; of what ends at a moment it says `until` when."""
    record_problem(name)
    body = {
        "type": f"{settings.PUBLIC_URL}/docs/errors#{name}",
        "title": title or HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
        "code": name,
        "errors": [{**one, "field": one["field"][:200]} for one in (errors or [])[:MAX_ERRORS]],
    }
    more = {"until": f"{until:%Y-%m-%dT%H:%M:%S.%fZ}"} if until else {}
    answer = HttpResponse(orjson.dumps(body | more), status=code, content_type=PROBLEM_CONTENT_TYPE)
    # Django would log the path of every 5xx, and a path may hold a one-time token.
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own mark
    return answer


def error_response(error: AppError) -> HttpResponse:
    """Return the problem of a refusal."""
    fields = [{"field": k, "code": error.code, "detail": v} for k, v in error.errors.items()]
    answer = problem_response(
        error.status,
        error.code,
        error.detail,
        title=error.title,
        errors=fields,
        until=getattr(error, "until", None),
    )
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    if isinstance(error, NotAuthenticated):
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def exception_handler(error: Exception, _context: Mapping[str, Any]) -> HttpResponse:
    """Answer every exception of a view; what nobody expected is a 500 problem, logged once."""
    if isinstance(error, AppError):
        return error_response(error)
    if isinstance(error, exceptions.ValidationError):
        fields = flatten(error.detail)
        return problem_response(
            400, Invalid.code, Invalid.title, title=Invalid.title, errors=fields
        )
    if isinstance(error, Http404):
        return error_response(NotFound())
    if isinstance(error, RequestDataTooBig):
        return error_response(TooLarge())
    if isinstance(error, SuspiciousOperation):  # as a thousand parameters in a query
        return error_response(Invalid("The request can't be read."))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return error_response(NotAuthenticated())
    if isinstance(error, exceptions.APIException):
        return problem_response(error.status_code, str(error.default_code), str(error.detail))
    logger.error("A defect of ours", exc_info=error)
    return problem_response(500, "internal_error", "Something went wrong on our side.")


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return an answer as it is, or the problem that stands for an error page of Django's."""
    code = response.status_code
    if code < HTTPStatus.BAD_REQUEST or "json" in response.get("Content-Type", ""):
        return response
    if code == HTTPStatus.NOT_FOUND:
        answer = error_response(NotFound("There is no such path."))
    else:
        status = HTTPStatus(code)
        answer = problem_response(code, status.name.lower(), f"{status.phrase}.")
    for name, value in response.items():
        if name not in {"Content-Type", "Content-Length"}:
            answer[name] = value
    return answer


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Return DRF's nested errors as a list of field, code and detail."""
    if isinstance(detail, Mapping):
        return [
            one
            for name, inner in detail.items()
            for one in flatten(inner, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(detail, list | tuple):
        return [one for inner in detail for one in flatten(inner, path)]
    field = "" if path == "non_field_errors" else path
    return [{"field": field, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]
