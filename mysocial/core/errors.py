"""Application errors, which services raise and `api/problems.py` turns into responses."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

FOREVER_MS = 253_402_300_799_999  # the end of the year 9999


def datetime_from_ms(milliseconds: int) -> datetime | None:
    """Return a moment given in milliseconds since 1970; None for a moment that never comes."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds < FOREVER_MS else None


def _until_text(until: datetime | None) -> str:
    return f"until {until:%Y-%m-%d %H:%M:%S} UTC" if until else "permanently"


class AppError(Exception):
    """A request that is refused. Nothing was changed and no event was published."""

    status = 400
    code = "refused"
    title = "The request was refused."

    def __init__(self, detail: str = "", *, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = dict(errors or {})


class Invalid(AppError):
    """The input is invalid; `errors` names each field."""

    code = "invalid"
    title = "Invalid input."


class NotAuthenticated(AppError):
    """There is no valid access token, or its session has ended."""

    status = 401
    code = "not_authenticated"
    title = "Authentication required."


class Forbidden(AppError):
    """The member may see the record, but not do this with it."""

    status = 403
    code = "forbidden"
    title = "Permission denied."


class SignUpClosed(AppError):
    """The site accepts no sign-ups."""

    status = 403
    code = "signup_closed"
    title = "This site does not accept new members."


class AwaitingApproval(AppError):
    """The sign-up was not approved by staff yet."""

    status = 403
    code = "awaiting_approval"
    title = "Your sign-up waits for an approval. You get an e-mail when you can sign in."


class Silenced(AppError):
    """The member may read but not publish; the problem says until when."""

    status = 403
    code = "silenced"
    title = "Your account is silenced."

    def __init__(self, until_ms: int) -> None:
        self.until = datetime_from_ms(until_ms)
        super().__init__(
            f"Your account is silenced {_until_text(self.until)}: you can read, but not write."
        )


class Suspended(AppError):
    """The account is suspended; the problem says until when, and why."""

    status = 403
    code = "suspended"
    title = "This account is suspended."

    def __init__(self, until_ms: int, reason: str = "") -> None:
        self.until_ms = until_ms
        self.until = datetime_from_ms(until_ms)
        why = f": {reason}" if reason else "."
        super().__init__(f"This account is suspended {_until_text(self.until)}{why}")


class NotFound(AppError):
    """The record does not exist or is not visible; the response never says which."""

    status = 404
    code = "not_found"
    title = "Not found."


class Conflict(AppError):
    """The request conflicts with the current state, such as a concurrent change."""

    status = 409
    code = "conflict"
    title = "The request conflicts with the current state."


class AlreadyExists(Conflict):
    """A record with this id or unique value exists."""

    code = "already_exists"
    title = "Already exists."

    def __init__(self, detail: str = "", *, field: str = "") -> None:
        super().__init__(detail, errors={field: "This is taken."} if field else None)
        self.field = field


class PollEnded(AppError):
    """The poll has ended, by the clock of Redis."""

    status = 409
    code = "poll_ended"
    title = "This poll has ended."


class PollNotEnded(AppError):
    """The poll has not ended, by the clock of Redis. Only workers get this error."""


class LengthRequired(AppError):
    """The body is sent in chunks, so its length is unknown."""

    status = 411
    code = "length_required"
    title = "Send the length of the body in a Content-Length header."


# By the stored field that holds the end of the restriction, in ms since 1970: what makes the error.
ERRORS_BY_FIELD: dict[str, Callable[[int], AppError]] = {
    "silenced_until": Silenced,
    "suspended_until": Suspended,
    "email_reserved_until": lambda _until_ms: AlreadyExists(field="email"),
    "username_reserved_until": lambda _until_ms: AlreadyExists(field="username"),
    "ends_ms": lambda _end_ms: PollNotEnded(),
}
# The same for a time that must not be past.
ERRORS_BY_PAST_FIELD: dict[str, Callable[[], AppError]] = {"ends_ms": PollEnded}


class TooLarge(AppError):
    """The body or the file is larger than the route accepts."""

    status = 413
    code = "too_large"
    title = "The request body is too large."


class UnsupportedMediaType(AppError):
    """The file, or the body, is in no form that the route accepts."""

    status = 415
    code = "unsupported_media_type"
    title = "This type of file is not supported."


class IdempotencyMismatch(AppError):
    """The Idempotency-Key was used with another request."""

    status = 422
    code = "idempotency_mismatch"
    title = "This Idempotency-Key was used with a different request."


class IdempotentReplay(Exception):
    """The request was carried out before; this is the response that it got then."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class TooManyRequests(AppError):
    """A rate limit is exceeded; `retry_after` is in seconds.

    `is_logged` says whether the security log records it.
    """

    status = 429
    code = "too_many_requests"
    title = "Too many requests."

    def __init__(self, retry_after: int, *, is_logged: bool = True) -> None:
        super().__init__(f"Too many requests. Try again in {retry_after} s.")
        self.retry_after, self.is_logged = retry_after, is_logged


class StorageBudgetExceeded(TooManyRequests):
    """The client has written as many bytes today as allowed; `retry_after` is in seconds."""

    code = "storage_budget_exceeded"
    title = "You have written as much as is allowed in a day."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.detail = f"{self.title} Try again in {retry_after} s."


class TooManyConnections(AppError):
    """The member, or the network, has too many WebSockets and event streams."""

    status = 429
    code = "too_many_connections"
    title = "Too many connections."


class Unavailable(AppError):
    """Redis, or a MongoDB that this request needs, does not respond.

    Repeat the request with the same Idempotency-Key.
    """

    status = 503
    code = "unavailable"
    title = "The service is not available right now. Try again."
    retry_after = 2


def error_classes(base: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Yield each error class that has a code of its own."""
    for error_class in base.__subclasses__():
        if "code" in vars(error_class):
            yield error_class
        yield from error_classes(error_class)
