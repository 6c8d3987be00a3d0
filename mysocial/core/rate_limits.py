"""Rate limits. A domain declares each as a `Limit` beside the endpoints that it guards.

`hit` counts before the work, for calls that may not write at all. A limit given to
`api.responses.carry_out` is counted by the write script: a refused request costs nothing.
"""

import logging
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

from mysocial.core import request_context
from mysocial.core.errors import TooManyRequests, Unavailable
from mysocial.core.redis import available, client

logger = logging.getLogger(__name__)
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class RateLimit(NamedTuple):
    """At most so many calls in so many seconds, of one person or from one address."""

    scope: str
    max_requests: int
    seconds: int

    def key(self, who: str) -> str:
        return f"limit:{self.scope}:{who}"


def client_address(request: HttpRequest | Request) -> str:
    """Return the address a request comes from: what our own nearest proxies saw, if there are any.

    Only the entries that `TRUSTED_PROXIES` proxies of ours appended are believed.
    """
    proxies = settings.TRUSTED_PROXIES
    seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and len(seen) >= proxies and seen[-proxies]:
        return str(seen[-proxies])[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def check_rate_limit(limit: RateLimit, who: str) -> None:
    """Count one call of `who`; `TooMany` past the limit."""
    if not settings.RATE_LIMITS:
        return
    key = limit.key(who)
    with available():
        pipe = client().pipeline(transaction=True)
        pipe.set(key, 0, ex=limit.seconds, nx=True)
        pipe.incr(key)
        pipe.ttl(key)
        _, count, left = pipe.execute()
    _keep_tightest(limit.max_requests, limit.max_requests - count, left)
    if count > limit.max_requests:
        raise TooManyRequests(max(1, left))


def reset_rate_limit(limit: RateLimit, who: str) -> None:
    """Forget what was counted, as after a sign-in that succeeded."""
    if settings.RATE_LIMITS:
        with available():
            client().delete(limit.key(who))


def enforce_in_write(limit: RateLimit, who: str) -> None:
    """Let the script that carries out this call's write count it; then it raises `TooMany`."""
    call = request_context.current()
    if call is not None and settings.RATE_LIMITS:
        call.limits.append((limit.key(who), limit.max_requests, limit.seconds))


def set_rate_limit_headers(
    call: request_context.RequestContext, response: HttpResponseBase
) -> None:
    """Put the closest limit of the call on its answer: calls left, and seconds until all are."""
    for (_, most, seconds), (count, left) in zip(call.limits, _read_counts(call), strict=False):
        _keep_tightest(most, most - count, left if left > 0 else seconds)
    if call.tightest_limit is not None:
        most, remaining, seconds = call.tightest_limit
        response["X-RateLimit-Limit"] = str(most)
        response["X-RateLimit-Remaining"] = str(remaining)
        response["X-RateLimit-Reset"] = str(seconds)


def _read_counts(call: request_context.RequestContext) -> list[tuple[int, int]]:
    """Return what was counted of each limit, calls and seconds left; nothing, if none can tell.

    What wrote has said it. The answer stands: a Redis gone since is no error.
    """
    if call.limit_counts or not call.limits:
        return call.limit_counts
    try:
        with available():
            pipe = client().pipeline(transaction=False)
            for key, _, _ in call.limits:
                pipe.get(key)
                pipe.ttl(key)
            found = pipe.execute()
    except Unavailable as error:
        logger.warning("The limits of an answer are unknown: %s", error)
        return []
    return [(int(count or 0), left) for count, left in zip(found[::2], found[1::2], strict=True)]


def _keep_tightest(most: int, remaining: int, seconds: int) -> None:
    call = request_context.current()
    if call is not None and (call.tightest_limit is None or remaining < call.tightest_limit[1]):
        call.tightest_limit = (most, max(0, remaining), max(1, seconds))
