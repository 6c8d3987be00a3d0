"""Error responses: each is a problem body (RFC 9457), never an HTML page or a traceback."""

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

from mysocial.core import tracing
from mysocial.core.errors import (
    AppError,
    Invalid,
    NotAuthenticated,
    NotFound,
    TooLarge,
    TooManyRequests,
)
from mysocial.core.metrics import record_problem
from mysocial.security_log import Kind, Outcome, count_event

logger = logging.getLogger(__name__)
PROBLEM_CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 50  # a body can have a hundred thousand unknown fields
MAX_DESCRIBED, MAX_LABEL_LENGTH = 3, 40  # in `detail`


def problem_response(  # noqa: PLR0913 - the members of a problem
    status: int,
    code: str,
    detail: str,
    *,
    title: str = "",
    errors: list[dict[str, str]] | None = None,
    until: datetime | None = None,
) -> HttpResponse:
    """Return a problem (RFC 9457).

    Args:
        code: The name of the error; `/docs/errors` explains each.
        title: The summary of the error class; the phrase of the status by default.
        errors: The errors of single fields, each with `field`, `code` and `detail`.
        until: When the restriction that caused the problem ends.
    """
    record_problem(code)
    body = {
        "type": f"{settings.PUBLIC_URL}/docs/errors#{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [
            {**error, "field": error["field"][:200]} for error in (errors or [])[:MAX_ERRORS]
        ],
    }
    if until:
        body["until"] = f"{until:%Y-%m-%dT%H:%M:%S.%fZ}"
    response = HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM_CONTENT_TYPE)
    # Django would log the path of every 5xx response, and a path may contain a one-time token.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's flag
    return response


def error_response(error: AppError) -> HttpResponse:
    """Return the problem of an application error."""
    fields = [
        {"field": name, "code": error.code, "detail": detail}
        for name, detail in error.errors.items()
    ]
    response = problem_response(
        error.status,
        error.code,
        describe_errors(fields) if error.detail == error.title and fields else error.detail,
        title=error.title,
        errors=fields,
        until=getattr(error, "until", None),
    )
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    if isinstance(error, NotAuthenticated):
        response["WWW-Authenticate"] = "Bearer"
    return response


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Return the problem of any exception in a view; log unexpected ones once, as status 500."""
    if isinstance(error, AppError):
        if isinstance(error, TooManyRequests) and error.is_logged:
            _log_reached_limit(context)
        return error_response(error)
    if isinstance(error, exceptions.ValidationError):
        fields = [dict(each) for each in dict.fromkeys(map(_pairs, flatten(error.detail)))]
        return problem_response(
            400, Invalid.code, describe_errors(fields), title=Invalid.title, errors=fields
        )
    if isinstance(error, Http404):
        return error_response(NotFound())
    if isinstance(error, RequestDataTooBig):
        return error_response(TooLarge())
    if isinstance(error, SuspiciousOperation):  # such as too many query parameters
        return error_response(Invalid("Invalid request."))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return error_response(NotAuthenticated())
    if isinstance(error, exceptions.APIException):
        return problem_response(error.status_code, str(error.default_code), str(error.detail))
    logger.error("Unexpected error in a request", exc_info=error)
    return problem_response(500, "internal_error", "An unexpected error occurred.")


def _log_reached_limit(context: Mapping[str, Any]) -> None:
    request, view = context["request"], context["view"]
    trace = tracing.current()
    action = getattr(view, "action", "") or type(view).__name__
    count_event(
        Kind.RATE_LIMIT,
        Outcome.LIMITED,
        account_id=trace.member_id if trace else "",
        detail=f"{request.method} {type(view).__module__.partition('.')[0]}.{action}",
    )


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return a problem in place of an error page of Django; any other response as it is."""
    code = response.status_code
    if code < HTTPStatus.BAD_REQUEST or "json" in response.get("Content-Type", ""):
        return response
    if code == HTTPStatus.NOT_FOUND:
        problem = error_response(NotFound("There is no such path."))
    else:
        status = HTTPStatus(code)
        problem = problem_response(code, status.name.lower(), f"{status.phrase}.")
    for name, value in response.items():
        if name not in {"Content-Type", "Content-Length"}:
            problem[name] = value
    return problem


def describe_errors(errors: list[dict[str, str]]) -> str:
    """Return the first errors as sentences that name their fields, each sentence once."""
    fields_by_detail: dict[str, list[str]] = {}
    for error in errors:
        fields_by_detail.setdefault(error["detail"], []).append(_field_label(error["field"]))
    shown = list(fields_by_detail.items())[:MAX_DESCRIBED]
    sentences = [
        f"{', '.join(dict.fromkeys(labels))}: {detail}" if any(labels) else detail
        for detail, labels in ((detail, labels[:MAX_DESCRIBED]) for detail, labels in shown)
    ]
    rest = len(fields_by_detail) - len(shown)
    return " ".join([*sentences, f"And {rest} more."] if rest else sentences)


def _field_label(field: str) -> str:
    """Return the name of a field in words: `who_may_message` is "Who may message"."""
    words = field[:MAX_LABEL_LENGTH].replace("_", " ").replace(".", ", ")
    return words[:1].upper() + words[1:]


def _pairs(error: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(error.items())


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Return DRF's nested errors as a flat list of `field`, `code` and `detail`."""
    if isinstance(detail, Mapping):
        return [
            error
            for name, inner in detail.items()
            for error in flatten(inner, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(detail, list | tuple):
        return [error for inner in detail for error in flatten(inner, path)]
    field = path.removesuffix("non_field_errors").removesuffix(".")
    return [{"field": field, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]
