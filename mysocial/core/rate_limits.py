"""Rate limits. An app declares each `RateLimit` beside the endpoints that it limits.

`check_rate_limit` counts before the work, for requests that may not write. A limit given to
`mysocial.api.write_action` is counted by the write script: a request that fails costs nothing.
Both count in sliding windows (`mysocial/lua/rate_limits.lua`).
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from mysocial.core import keys, request_context
from mysocial.core.errors import TooManyRequests, Unavailable
from mysocial.core.known_networks import KnownNetwork
from mysocial.core.networks import networks_of
from mysocial.core.redis import Script, available, client
from mysocial.core.request_context import LimitCheck, LimitStatus, RequestContext

logger = logging.getLogger(__name__)
COUNT_REQUEST = Script("common", "rate_limits", "count_request")
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class RateLimit(NamedTuple):
    """At most `max_requests` in `seconds`, counted per member, network or name."""

    scope: str
    max_requests: int
    seconds: int

    def key(self, identity: str) -> str:
        """Return the Redis key that counts the requests of `identity`."""
        return keys.rate_limit(self.scope, identity)

    def for_identity(self, identity: str) -> LimitCheck:
        """Return the check that counts the requests of `identity`."""
        return LimitCheck(self.key(identity), self.max_requests, self.seconds)

    def by_network(self, address: str, subject: str = "") -> list[LimitCheck]:
        """Return the checks that count the requests from the networks of a client's address.

        Args:
            address: The address, as `mysocial.api.get_client_address` returns it.
            subject: What the requests are about, such as a name, if it is counted apart.
        """
        return [
            LimitCheck(
                self.key(f"{network.name} {subject}".rstrip()),
                self.max_requests * network.factor,
                self.seconds,
            )
            for network in networks_of(address)
        ]


def check_rate_limit(limit: RateLimit, identity: str) -> None:
    """Count one request of `identity`; raises as `check_rate_limits` does."""
    check_rate_limits([limit.for_identity(identity)])


def check_rate_limits(
    checks: Sequence[LimitCheck],
    *,
    network: KnownNetwork | None = None,
    unless_known: Sequence[LimitCheck] = (),
) -> None:
    """Count a request against several limits in one step, or against none if one is exceeded.

    Args:
        checks: The limits.
        network: The network of the client, if it may be known.
        unless_known: More limits. They apply only if the account never signed in from `network`.

    Raises:
        TooManyRequests: A limit is exceeded.
        Unavailable: Redis cannot be reached.
    """
    if not settings.RATE_LIMITS:
        return
    request = {"limits": checks, "unless_known": unless_known, "count": True}
    if network:
        request["known_network"] = network
    seconds, statuses = COUNT_REQUEST(request)
    context = request_context.current()
    if context is not None:
        keep_tightest(context, *(LimitStatus(*status) for status in statuses))
    if seconds:
        raise TooManyRequests(seconds)


def reset_rate_limits(checks: Sequence[LimitCheck]) -> None:
    """Forget what was counted, as after a successful sign-in.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    if settings.RATE_LIMITS:
        with available():
            client().delete(*(check.key for check in checks))


def count_rate_limit_in_write(limit: RateLimit, identity: str) -> None:
    """Count this request against a limit in its write; see `count_checks_in_write`."""
    count_checks_in_write([limit.for_identity(identity)])


def count_checks_in_write(checks: Sequence[LimitCheck]) -> None:
    """Count this request against limits in the script of its write.

    The write then raises `TooManyRequests` if one of them is exceeded.
    """
    context = request_context.current()
    if context is not None and settings.RATE_LIMITS:
        context.limits += checks


def tightest_limit(context: RequestContext) -> LimitStatus | None:
    """Return the limit of a request that has the fewest requests left; None if it has no limit."""
    if context.limits:
        keep_tightest(context, *_write_statuses(context))
    return context.tightest_limit


def _write_statuses(context: RequestContext) -> list[LimitStatus]:
    """Return what remains of each limit in `context.limits`; none if Redis cannot be reached.

    A write has already returned it. A failure does not change the response.
    """
    if context.limit_statuses:
        limits = zip(context.limits, context.limit_statuses, strict=False)
        return [LimitStatus(check.max_requests, *status) for check, status in limits]
    try:
        _, statuses = COUNT_REQUEST({"limits": context.limits, "unless_known": [], "count": False})
    except Unavailable as error:
        logger.warning("The response has no rate limit headers: %s", error)
        return []
    return [LimitStatus(*status) for status in statuses]


def keep_tightest(context: RequestContext, *statuses: LimitStatus) -> None:
    """Keep the limit with the fewest requests left; of several, the one that takes longest."""
    tightest = context.tightest_limit
    for status in statuses:
        if tightest is None or _tightness(status) < _tightness(tightest):
            tightest = status
    context.tightest_limit = tightest


def _tightness(status: LimitStatus) -> tuple[int, int]:
    return status.remaining, -status.reset_seconds
