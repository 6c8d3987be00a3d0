"""The word filters, cached in the process."""

import time

from moderation.store import word_filters
from moderation.text_matching import Phrases, by_first_word
from mysocial.core.errors import Unavailable
from mysocial.core.request_context import detached
from mysocial.store import newest_records

MAX_FILTERS = 1000
FILTERS_TTL_SECONDS = 0.5
RETRY_SECONDS = 5.0  # between attempts to refresh while the store is unavailable

_cache: tuple[float, Phrases] | None = None  # when it expires (monotonic), and the filters


def phrases() -> Phrases:
    """Return the word filters, at most `FILTERS_TTL_SECONDS` old.

    While the store is unavailable the last known filters are returned.

    Raises:
        Unavailable: The store is unavailable and no filters are known.
    """
    global _cache  # noqa: PLW0603 - one copy for the process
    if _cache is None or _cache[0] < time.monotonic():
        if _cache is not None:
            # Other threads use the old filters meanwhile, and so does this one if the read fails.
            _cache = (time.monotonic() + RETRY_SECONDS, _cache[1])
        try:
            with detached():  # not a read of the request: it must not change the cursor of that
                filters, _ = newest_records(word_filters, "all", "", limit=MAX_FILTERS)
        except Unavailable:
            if _cache is None:
                raise
            return _cache[1]
        fresh = by_first_word((each.phrase, each.action) for each in filters)
        _cache = (time.monotonic() + FILTERS_TTL_SECONDS, fresh)
    return _cache[1]
