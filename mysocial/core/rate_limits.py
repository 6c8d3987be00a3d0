"""Rate limits. An app declares each `RateLimit` beside the endpoints that it limits.

`check_rate_limit` counts before the work, for requests that may not write. A limit given to
`mysocial.api.write_action` is counted by the write script: a request that fails costs nothing.
"""

import logging
from typing import NamedTuple

from django.conf import settings

from mysocial.core import keys, request_context
from mysocial.core.errors import TooManyRequests, Unavailable
from mysocial.core.redis import available, client
from mysocial.core.request_context import LimitCheck, LimitCount, LimitStatus, RequestContext

logger = logging.getLogger(__name__)
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class RateLimit(NamedTuple):
    """At most `max_requests` in `seconds`, counted per member, address or name."""

    scope: str
    max_requests: int
    seconds: int

    def key(self, identity: str) -> str:
        """Return the Redis key that counts the requests of `identity`."""
        return keys.rate_limit(self.scope, identity)


def check_rate_limit(limit: RateLimit, identity: str) -> None:
    """Count one request of `identity`.

    Raises:
        TooManyRequests: The limit is exceeded.
        Unavailable: Redis cannot be reached.
    """
    if not settings.RATE_LIMITS:
        return
    key = limit.key(identity)
    with available():
        pipe = client().pipeline(transaction=True)
        pipe.set(key, 0, ex=limit.seconds, nx=True)
        pipe.incr(key)
        pipe.ttl(key)
        _, count, seconds_left = pipe.execute()
    context = request_context.current()
    if context is not None:
        remaining = limit.max_requests - count
        _keep_tightest(context, LimitStatus(limit.max_requests, remaining, seconds_left))
    if count > limit.max_requests:
        raise TooManyRequests(max(1, seconds_left))


def reset_rate_limit(limit: RateLimit, identity: str) -> None:
    """Reset the count of `identity`, as after a successful sign-in.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    if settings.RATE_LIMITS:
        with available():
            client().delete(limit.key(identity))


def enforce_in_write(limit: RateLimit, identity: str) -> None:
    """Let the script of this request's write count the limit.

    The write then raises `TooManyRequests` if the limit is exceeded.
    """
    context = request_context.current()
    if context is not None and settings.RATE_LIMITS:
        check = LimitCheck(limit.key(identity), limit.max_requests, limit.seconds)
        context.limits.append(check)


def tightest_limit(context: RequestContext) -> LimitStatus | None:
    """Return the limit of a request that has the fewest requests left; None if it has no limit."""
    for check, count in zip(context.limits, _read_counts(context), strict=False):
        remaining = check.max_requests - count.requests
        reset_seconds = count.seconds_left if count.seconds_left > 0 else check.window_seconds
        _keep_tightest(context, LimitStatus(check.max_requests, remaining, reset_seconds))
    return context.tightest_limit


def _read_counts(context: RequestContext) -> list[LimitCount]:
    """Return the count of each limit in `context.limits`; none if Redis cannot be reached.

    A write has already returned them. A failure does not change the response.
    """
    if context.limit_counts or not context.limits:
        return [LimitCount(*count) for count in context.limit_counts]
    try:
        with available():
            pipe = client().pipeline(transaction=False)
            for check in context.limits:
                pipe.get(check.key)
                pipe.ttl(check.key)
            replies = pipe.execute()
    except Unavailable as error:
        logger.warning("The response has no rate limit headers: %s", error)
        return []
    counts = zip(replies[::2], replies[1::2], strict=True)
    return [LimitCount(int(requests or 0), seconds_left) for requests, seconds_left in counts]


def _keep_tightest(context: RequestContext, limit: LimitStatus) -> None:
    if context.tightest_limit is None or limit.remaining < context.tightest_limit.remaining:
        context.tightest_limit = LimitStatus(
            limit.max_requests, max(0, limit.remaining), max(1, limit.reset_seconds)
        )
