"""JSON encoding with a fixed form of times."""

from datetime import datetime
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Return `value` as JSON.

    Times are in UTC and always have six decimals, so that their texts sort as they do.

    Raises:
        TypeError: A part of the value has no JSON form.
    """
    return orjson.dumps(value, default=_time_text, option=orjson.OPT_PASSTHROUGH_DATETIME)


def format_time(moment: datetime) -> str:
    """Return a time in UTC as JSON has it."""
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _time_text(value: Any) -> str:
    if isinstance(value, datetime):
        return format_time(value)
    raise TypeError(f"{type(value).__name__} has no JSON form.")
