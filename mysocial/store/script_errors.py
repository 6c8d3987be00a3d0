"""The errors that the results of the write script stand for."""

from collections.abc import Callable
from typing import Any

from mysocial.core.errors import (
    ERRORS_BY_FIELD,
    ERRORS_BY_PAST_FIELD,
    AlreadyExists,
    Conflict,
    IdempotencyMismatch,
    IdempotentReplay,
    NotAuthenticated,
    NotFound,
    StorageBudgetExceeded,
    TooManyRequests,
    Unavailable,
)
from mysocial.core.stored_responses import parse_stored_response
from mysocial.store.store import parse_unique

SESSION_ENDED = "The session has ended."
RESPONSES_FULL = "No more responses can be stored for Idempotency-Keys right now. Try again later."


def _not_expired(field: bytes, until_ms: bytes) -> Exception:
    return ERRORS_BY_FIELD[field.decode()](int(until_ms))


def _taken(_position: int, unique_key: bytes) -> Exception:
    return AlreadyExists(field=parse_unique(unique_key.decode())[1])


def _replay(stored: bytes) -> Exception:
    response = parse_stored_response(stored)
    return IdempotentReplay(response.status, response.body)


# By the first item of a result: what makes the error of the other items.
_ERRORS: dict[bytes, Callable[..., Exception]] = {
    b"replay": _replay,
    b"mismatch": IdempotencyMismatch,
    b"session": lambda: NotAuthenticated(SESSION_ENDED),
    b"limited": lambda seconds_left: TooManyRequests(max(1, int(seconds_left))),
    b"over_budget": lambda seconds_left: StorageBudgetExceeded(int(seconds_left)),
    b"responses_full": lambda: Unavailable(RESPONSES_FULL),
    b"not_expired": _not_expired,
    b"expired": lambda field: ERRORS_BY_PAST_FIELD[field.decode()](),
    b"missing": lambda _position: NotFound(),
    b"exists": lambda _position: AlreadyExists(),
    b"taken": _taken,
    b"conflict": lambda _position: Conflict(
        "It was changed by somebody else meanwhile. Read it again."
    ),
}


def error_from_result(code: bytes, details: list[Any]) -> Exception:
    """Return the error for a result of write.lua other than `ok` and `unknown`."""
    return _ERRORS[code](*details)
