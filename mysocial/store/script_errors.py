"""What the write script says when it carries nothing out, as the error that it means."""

from typing import Any

from mysocial.core.errors import (
    ERRORS_BY_FIELD,
    AlreadyExists,
    Conflict,
    IdempotencyMismatch,
    IdempotentReplay,
    NotAuthenticated,
    NotFound,
    TooManyRequests,
)
from mysocial.store.store import parse_unique


def error_from_result(verdict: bytes, rest: list[Any]) -> Exception:
    """Return the error that stands for a verdict of `apply.lua` other than `ok`."""
    if verdict == b"replay":
        return IdempotentReplay(int(rest[0]), rest[1])
    if verdict == b"mismatch":
        return IdempotencyMismatch()
    if verdict == b"session":
        return NotAuthenticated("The session has ended.")
    if verdict == b"limited":
        return TooManyRequests(max(1, int(rest[0])))
    if verdict == b"not_expired":
        return ERRORS_BY_FIELD[rest[0].decode()](int(rest[1]))
    if verdict == b"missing":
        return NotFound()
    if verdict == b"exists":
        return AlreadyExists()
    if verdict == b"taken":
        return AlreadyExists(field=parse_unique(rest[1].decode())[1])
    return Conflict("It was changed by somebody else meanwhile. Read it again.")
