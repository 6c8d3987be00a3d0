"""How values become JSON."""

from datetime import datetime
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Return `value` as JSON.

    Times are UTC and always have six decimals, so that their texts sort as they do.
    """
    return orjson.dumps(value, default=_text, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    raise TypeError(f"{type(value).__name__} is no JSON.")
