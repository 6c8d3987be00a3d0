"""Shared components of the OpenAPI document: headers, parameters and error responses.

Each is described once, and operations refer to it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from mysocial.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    Invalid,
    NotAuthenticated,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)

Json = dict[str, Any]
EXAMPLE_SITE = "https://social.example"
RATE_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


class Problem(NamedTuple):
    """An error response: the name of its component, the error, and more headers."""

    name: str
    error: AppError
    description: str
    headers: tuple[str, ...] = ()


PROBLEMS = {
    "400": Problem(
        "BadRequest",
        Invalid(Invalid.title, errors={"limit": "This must be a whole number from 1 to 100."}),
        "Invalid input; `errors` names each field.",
    ),
    "401": Problem(
        "Unauthorized",
        NotAuthenticated(),
        "There is no valid access token, or its session has ended.",
        ("WWW-Authenticate",),
    ),
    "403": Problem("Forbidden", Forbidden(), "You may see the resource, but not do this with it."),
    "404": Problem("NotFound", NotFound(), "The resource does not exist or is not visible to you."),
    "409": Problem("Conflict", Conflict(), "The request conflicts with the current state."),
    "413": Problem(
        "ContentTooLarge",
        TooLarge(),
        "The body is too large. The limit is 256 KiB, or more where a file is accepted.",
    ),
    "415": Problem(
        "UnsupportedMediaType",
        UnsupportedMediaType(),
        "The media type of the body, or the type of the file in it, is not accepted.",
    ),
    "422": Problem(
        "UnprocessableContent",
        IdempotencyMismatch(),
        "The `Idempotency-Key` was used with another request.",
    ),
    "429": Problem(
        "TooManyRequests",
        TooManyRequests(30),
        "A rate limit is exceeded; see `Retry-After`.",
        ("Retry-After", *RATE_LIMIT_HEADERS),
    ),
    "503": Problem(
        "ServiceUnavailable",
        Unavailable(),
        "Unavailable. Repeat with the same `Idempotency-Key` after `Retry-After` seconds.",
        ("Retry-After",),
    ),
}
READ_STATUSES = ("400", "401", "404", "429", "503")
WRITE_STATUSES = tuple(PROBLEMS)


def _header(description: str, example: Any, kind: str = "string") -> Json:
    return {"description": description, "schema": {"type": kind}, "example": example}


HEADERS = {
    "ETag": _header(
        "Identifies this response; send it as `If-None-Match` to get 304 while it is unchanged.",
        'W/"2f1d0a6b8c9e4f7a5b3c1d0e"',
    ),
    "Link": _header(
        "The URL of the next page (RFC 8288); absent on the last page.",
        f'<{EXAMPLE_SITE}/api/v1/posts?cursor=MTc2ODQ2>; rel="next"',
    ),
    "Retry-After": _header("The seconds to wait before the next request.", 30, "integer"),
    "WWW-Authenticate": _header("The authentication scheme (RFC 6750).", "Bearer"),
    "X-Event-Cursor": _header(
        "The position in the event log before this response was read: resume events from here.",
        "5a0c11fe:1795000000000001",
    ),
    "X-RateLimit-Limit": _header(
        "The number of requests that the closest rate limit allows.", 60, "integer"
    ),
    "X-RateLimit-Remaining": _header("The number of requests that remain.", 59, "integer"),
    "X-RateLimit-Reset": _header(
        "The seconds until the next request is accepted; while requests remain, until the current "
        "window ends.",
        60,
        "integer",
    ),
    "X-Request-ID": _header(
        "The id of the request in the logs: yours if it is valid, else a new one.",
        "0b6f3c1d9e8a4f7b",
    ),
}
# Without examples, which the documentation page would send.
PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A unique value for each action of the user, such as a UUID. A repeated "
        "request with the same key gets the first response again, for 24 hours.",
        "schema": {"type": "string", "maxLength": 255},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of the response that you have.",
        "schema": {"type": "string"},
    },
}
NOT_MODIFIED = "NotModified"


def header_refs(names: Iterable[str]) -> Json:
    """Return the headers of a response, as references."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def parameter_ref(name: str) -> Json:
    """Return a reference to a parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def response_ref(name: str) -> Json:
    """Return a reference to a response."""
    return {"$ref": f"#/components/responses/{name}"}


def problem_refs(statuses: Iterable[str]) -> Json:
    """Return the error responses of an operation by status, as references."""
    return {status: response_ref(PROBLEMS[status].name) for status in statuses}


def _problem_response(problem: Problem) -> Json:
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "example": _problem_example(problem.error),
    }
    return {
        "description": problem.description,
        "headers": header_refs(("X-Request-ID", *problem.headers)),
        "content": {"application/problem+json": content},
    }


def _problem_example(error: AppError) -> Json:
    return {
        "type": f"{EXAMPLE_SITE}/docs/errors#{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "errors": [
            {"field": name, "code": error.code, "detail": detail}
            for name, detail in error.errors.items()
        ],
    }


def shared_components() -> Json:
    """Return the components that every operation may refer to, by kind."""
    responses = {problem.name: _problem_response(problem) for problem in PROBLEMS.values()}
    responses[NOT_MODIFIED] = {
        "description": "The response that `If-None-Match` identifies is current.",
        "headers": header_refs(("X-Request-ID", "X-Event-Cursor", "ETag")),
    }
    return {"headers": HEADERS, "parameters": PARAMETERS, "responses": responses}
