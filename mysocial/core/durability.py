"""The settings of Redis on which the durability of a write depends."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.conf import settings

from mysocial.core.errors import Unavailable

logger = logging.getLogger(__name__)
INTERVAL_SECONDS = 1.0
STRICTER = {"everysec": "always"}


class ConfigMismatch(NamedTuple):
    """A directive of Redis' configuration that does not have the required value."""

    directive: str
    actual: str
    required: str


def find_mismatches(config: Mapping[Any, Any]) -> list[ConfigMismatch]:
    """Return the directives of `REQUIRED_REDIS_CONFIG` that a reply to `CONFIG GET` lacks.

    A stricter value than the required one is accepted.
    """
    values = {_text(name): _text(value) for name, value in config.items()}
    return [
        ConfigMismatch(name, values.get(name, "unknown"), required)
        for name, required in settings.REQUIRED_REDIS_CONFIG.items()
        if values.get(name) not in {required, STRICTER.get(required)}
    ]


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


class Durability:
    """Whether the Redis of a process has the required settings.

    They are read for each new connection, and once a second: an operator may change them.
    """

    def __init__(self, read_config: Callable[[], Mapping[Any, Any]]) -> None:
        self._read_config = read_config
        self._due_at = 0.0  # time.monotonic()
        self._failure = ""

    def forget(self) -> None:
        """Read the settings again before the next script."""
        self._due_at = 0.0

    def require(self) -> None:
        """Raise an error if the settings are wrong; read them if that was a second ago.

        Raises:
            Unavailable: They are; the detail names each directive that differs.
        """
        now = time.monotonic()
        if self._failure or now >= self._due_at:
            self._compare()
            self._due_at = now + INTERVAL_SECONDS
        if self._failure:
            raise Unavailable(f"Redis does not have the required configuration: {self._failure}.")

    def _compare(self) -> None:
        failure = "; ".join(
            f"{mismatch.directive} is {mismatch.actual!r}, must be {mismatch.required!r}"
            for mismatch in find_mismatches(self._read_config())
        )
        if failure and failure != self._failure:
            logger.critical("Refusing to serve, the Redis configuration is wrong: %s.", failure)
        elif self._failure and not failure:
            logger.warning("Redis has the required configuration again.")
        self._failure = failure
