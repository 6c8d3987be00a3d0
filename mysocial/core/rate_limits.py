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
from mysocial.core.errors import TooMany, Unavailable
from mysocial.core.redis import available, client

logger = logging.getLogger(__name__)
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class Limit(NamedTuple):
    """At most so many calls in so many seconds, of one person or from one address."""

    scope: str
    most: int
    seconds: int

    def key(self, who: str) -> str:
        return f"limit:{self.scope}:{who}"


def address_of(request: HttpRequest | Request) -> str:
    """Return the address a request comes from: what our own nearest proxies saw, if there are any.

    Only the entries that `TRUSTED_PROXIES` proxies of ours appended are believed.
    """
    proxies = settings.TRUSTED_PROXIES
    seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and len(seen) >= proxies and seen[-proxies]:
        return str(seen[-proxies])[:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def hit(limit: Limit, who: str) -> None:
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
    _note(limit.most, limit.most - count, left)
    if count > limit.most:
        raise TooMany(max(1, left))


def forget(limit: Limit, who: str) -> None:
    """Forget what was counted, as after a sign-in that succeeded."""
    if settings.RATE_LIMITS:
        with available():
            client().delete(limit.key(who))


def enforce(limit: Limit, who: str) -> None:
    """Let the script that carries out this call's write count it; then it raises `TooMany`."""
    call = request_context.current()
    if call is not None and settings.RATE_LIMITS:
        call.limits.append((limit.key(who), limit.most, limit.seconds))


def describe(call: request_context.Call, response: HttpResponseBase) -> None:
    """Put the closest limit of the call on its answer: calls left, and seconds until all are."""
    for (_, most, seconds), (count, left) in zip(call.limits, _counted(call), strict=False):
        _note(most, most - count, left if left > 0 else seconds)
    if call.closest is not None:
        most, remaining, seconds = call.closest
        response["X-RateLimit-Limit"] = str(most)
        response["X-RateLimit-Remaining"] = str(remaining)
        response["X-RateLimit-Reset"] = str(seconds)


def _counted(call: request_context.Call) -> list[tuple[int, int]]:
    """Return what was counted of each limit, calls and seconds left; nothing, if none can tell.

    What wrote has said it. The answer stands: a Redis gone since is no error.
    """
    if call.counted or not call.limits:
        return call.counted
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


def _note(most: int, remaining: int, seconds: int) -> None:
    call = request_context.current()
    if call is not None and (call.closest is None or remaining < call.closest[1]):
        call.closest = (most, max(0, remaining), max(1, seconds))
