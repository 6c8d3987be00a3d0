"""Logging to standard error, in lines or as JSON; connection errors are logged without traceback.

With `LOG_FORMAT=json` each record is one line of JSON, with the ids of the request and the member.
"""

import logging
import os
from datetime import UTC, datetime
from typing import Any

import orjson

from mysocial.core import tracing

LINES, JSON = "lines", "json"
EXTRA_FIELDS = "fields"  # additional fields of the JSON: `extra={EXTRA_FIELDS: {…}}`
# By name, because a process that logs may not have imported the drivers.
CONNECTION_ERRORS = frozenset({
    "asyncio.exceptions.CancelledError",
    "billiard.exceptions.WorkerLostError",
    "builtins.ConnectionError",
    "kombu.exceptions.OperationalError",
    "mysocial.core.errors.Unavailable",
    "pymongo.errors.ConnectionFailure",
    "redis.exceptions.BusyLoadingError",
    "redis.exceptions.ConnectionError",
    "redis.exceptions.OutOfMemoryError",
    "redis.exceptions.ReadOnlyError",
    "redis.exceptions.TimeoutError",
})  # fmt: skip
# They log each task at the level INFO, and their start-up.
QUIET_LOGGERS = ("celery.worker.strategy", "celery.app.trace", "flower.command", "kombu.mixins")
LEVELS = {  # of loggers that would log too much
    "daphne": "WARNING",
    "django.request": "ERROR",
    "django.security.DisallowedHost": "CRITICAL",  # any client could cause a traceback per request
    "flower.inspector": "ERROR",  # it inspects workers that start, with four lines about each
    "pymongo": "WARNING",
    "uvicorn": "WARNING",
    "watchfiles": "WARNING",
}


def is_connection_error(error: BaseException | None) -> bool:
    """Return whether an error means that a server cannot be reached or a process was killed."""
    names = (f"{base.__module__}.{base.__name__}" for base in type(error).__mro__)
    return error is not None and not CONNECTION_ERRORS.isdisjoint(names)


class ShortenConnectionErrors(logging.Filter):
    """Replaces the traceback of a connection error, which is no defect, with one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record if needed; accept every record."""
        error = record.exc_info[1] if record.exc_info else None
        error = getattr(error, "exc", error)  # Celery's pool wraps the errors of its processes
        if is_connection_error(error):
            lines = [*record.getMessage().splitlines(), ""]
            record.msg, record.args = "%s: %s: %s", (lines[0], type(error).__name__, error)
            record.exc_info = record.exc_text = None
        return True


class DropRetries(logging.Filter):
    """Drops Celery's lines about retries, of which an outage causes many.

    The workers log its start and end.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be logged."""
        data = getattr(record, "data", None)  # of Celery's lines about tasks
        if not isinstance(data, dict) or record.levelno != logging.INFO:
            return True
        return not data.get("eta") and "] retry: " not in str(record.msg)


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": os.getpid(),
        }
        context = tracing.current()
        if context is not None:
            names = ("request_id", "member_id", "task")
            values = {name: getattr(context, name) for name in names}
            fields |= {name: value for name, value in values.items() if value}
        fields |= getattr(record, EXTRA_FIELDS, {})
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(fields, default=str).decode()


def logging_config(level: str, form: str = LINES) -> dict[str, Any]:
    """Return Django's `LOGGING`.

    Args:
        level: The level of the root logger.
        form: `LINES` or `JSON`. In lines, which people read as they appear, tasks that succeed are
            not logged.
    """
    quiet = QUIET_LOGGERS if form == LINES and level == "INFO" else ()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "shorten": {"()": ShortenConnectionErrors},
            "drop_retries": {"()": DropRetries},
        },
        "formatters": {
            LINES: {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            JSON: {"()": JsonFormatter},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["shorten"] if level == "DEBUG" else ["shorten", "drop_retries"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django has a handler of its own with DEBUG; each line would appear twice.
            "django": {"handlers": [], "level": level},
            **{name: {"level": minimum} for name, minimum in LEVELS.items()},
            **{name: {"level": "WARNING"} for name in quiet},
        },
    }
