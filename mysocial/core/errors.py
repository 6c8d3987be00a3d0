"""Application errors that services raise; `api/problems.py` turns each into a response."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

FOREVER_MS = 253_402_300_799_999  # milliseconds: the end of the year 9999


def datetime_from_ms(milliseconds: int) -> datetime | None:
    """Return the moment that a number of milliseconds stands for; None when there is no end."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds < FOREVER_MS else None


def _until_text(until: datetime | None) -> str:
    return f"until {until:%Y-%m-%d %H:%M:%S} UTC" if until else "for good"


class AppError(Exception):
    """A request that is not carried out. Nothing was changed and nothing was announced."""

    status = 400
    code = "refused"
    title = "The request was refused."

    def __init__(self, detail: str = "", *, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = dict(errors or {})


class Invalid(AppError):
    """The input breaks a rule; `errors` names each field."""

    code = "invalid"
    title = "The input is not valid."


class NotAuthenticated(AppError):
    """There is no valid access token, or its session has ended."""

    status = 401
    code = "not_authenticated"
    title = "Sign in first."


class Forbidden(AppError):
    """You may see it, but not do this with it."""

    status = 403
    code = "forbidden"
    title = "You may not do this."


class Silenced(AppError):
    """You may read, but show others nothing new; the problem says until when."""

    status = 403
    code = "silenced"
    title = "You may not write for now."

    def __init__(self, milliseconds: int) -> None:
        self.until = datetime_from_ms(milliseconds)
        super().__init__(
            f"You are silenced {_until_text(self.until)}: you may read, but not write."
        )


class Suspended(AppError):
    """Your account is suspended; the problem says until when, and why."""

    status = 403
    code = "suspended"
    title = "This account is suspended."

    def __init__(self, milliseconds: int, words: str = "") -> None:
        self.milliseconds = milliseconds
        self.until = datetime_from_ms(milliseconds)
        why = f": {words}" if words else "."
        super().__init__(f"This account is suspended {_until_text(self.until)}{why}")


# By the raw field that holds the moment.
ERRORS_BY_FIELD: dict[str, type[Silenced | Suspended]] = {
    "silenced_until": Silenced,
    "suspended_until": Suspended,
}


class NotFound(AppError):
    """It does not exist, or is not visible to you; the two are never told apart."""

    status = 404
    code = "not_found"
    title = "There is no such thing."


class Conflict(AppError):
    """It clashes with what is there: taken, or changed by somebody else meanwhile."""

    status = 409
    code = "conflict"
    title = "It clashes with what is there."


class AlreadyExists(Conflict):
    """A record with this id, or a unique value of it, is there already."""

    code = "already_exists"
    title = "It is there already."

    def __init__(self, detail: str = "", *, field: str = "") -> None:
        super().__init__(detail, errors={field: "This is taken."} if field else None)
        self.field = field


class TooLarge(AppError):
    """The body is larger or deeper than this route takes."""

    status = 413
    code = "too_large"
    title = "The body is too large."


class UnsupportedMediaType(AppError):
    """The file is of no type that this route takes, whatever it says of itself."""

    status = 415
    code = "unsupported_media_type"
    title = "This type of file is not taken."


class IdempotencyMismatch(AppError):
    """The Idempotency-Key was used before with another request."""

    status = 422
    code = "idempotency_mismatch"
    title = "This Idempotency-Key was used with another request."


class IdempotentReplay(Exception):
    """The request was carried out before; this is the response that it got then."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class TooManyRequests(AppError):
    """A rate limit is reached; `retry_after` is in seconds."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests."

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests. Try again in {retry_after} s.")
        self.retry_after = retry_after


class Unavailable(AppError):
    """Redis, or a MongoDB that this request needs, does not answer. Repeat with the same key."""

    status = 503
    code = "unavailable"
    title = "The service is not available right now. Try again."
    retry_after = 2


def error_classes(of: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Yield each kind of refusal that has a code of its own."""
    for kind in of.__subclasses__():
        if "code" in vars(kind):
            yield kind
        yield from error_classes(kind)
