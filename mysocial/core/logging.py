"""How the processes log: lines, to standard error; what is no defect of ours is one line, too.

With `LOG_FORMAT=json` each record is one line of JSON, with the request and the member it is of.
"""

import logging
import os
from datetime import UTC, datetime
from typing import Any

import orjson

from mysocial.core import tracing

LINES, JSON = "lines", "json"
EXTRA_FIELDS = "facts"  # what a record says beside its message: `extra={FACTS: {…}}`
# By name: whoever logs need not have loaded the drivers.
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
# What these say below a warning: each task that comes and goes, what there is, where it listens.
QUIET_LOGGERS = ("celery.worker.strategy", "celery.app.trace", "flower.command", "kombu.mixins")
# It asks workers that are just being started, and says so in four lines.
FLOWER_INSPECTOR = "flower.inspector"


def is_connection_error(error: BaseException | None) -> bool:
    """Tell whether an error says that a server is away or a process was killed."""
    names = (f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__)
    return error is not None and not CONNECTION_ERRORS.isdisjoint(names)


class ShortenConnectionErrors(logging.Filter):
    """Says in a line that a server is away or a process was killed, where a library would show
    the way to where it noticed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        error = record.exc_info[1] if record.exc_info else None
        error = getattr(error, "exc", error)  # as Celery's pool hands over those of its processes
        if is_connection_error(error):
            lines = [*record.getMessage().splitlines(), ""]
            record.msg, record.args = "%s: %s: %s", (lines[0], type(error).__name__, error)
            record.exc_info = record.exc_text = None
        return True


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": os.getpid(),
        }
        track = tracing.current()
        if track is not None:
            told = (("request_id", track.request_id), ("member_id", track.member_id))
            said |= {name: value for name, value in (*told, ("task", track.task)) if value}
        said |= getattr(record, EXTRA_FIELDS, {})
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str).decode()


def logging_config(level: str, form: str = LINES) -> dict[str, Any]:
    """Return Django's `LOGGING`, with records in lines or as JSON.

    In lines, which people read as they come, nothing is said of work that went well.
    """
    quiet = QUIET_LOGGERS if form == LINES and level == "INFO" else ()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"brief": {"()": ShortenConnectionErrors}},
        "formatters": {
            LINES: {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            JSON: {"()": JsonFormatter},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["brief"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            # Anybody may cause a trace each.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "uvicorn": {"level": "WARNING"},
            "pymongo": {"level": "WARNING"},
            FLOWER_INSPECTOR: {"level": "ERROR"},
            **{name: {"level": "WARNING"} for name in quiet},
        },
    }
