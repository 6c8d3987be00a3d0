"""Limits of each process on reads, and on writes that are refused again and again.

Both are counted by member or, without a sign-in, by network. An accepted write counts against
neither. `docs/security.md` explains why Redis does not count them.
"""

import functools

from django.conf import settings
from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS

from mysocial.api.client_address import get_client_address
from mysocial.api.inputs import declared_length
from mysocial.core import request_context
from mysocial.core.errors import TooManyRequests
from mysocial.core.process_limits import ProcessLimits
from mysocial.core.rate_limits import MINUTE, RateLimit, keep_tightest
from mysocial.core.request_context import LimitCheck, RequestContext

REFUSALS = RateLimit("refusals", 600, 10 * MINUTE)
BYTES_PER_REFUSAL = 1024 * 1024  # of a refused body, which was received for nothing
# An entry of the security log is a write to Redis, which these limits avoid.
LOGGED = RateLimit("logged-limits", 1, MINUTE)
# Not 401: a client learns by it that it must refresh its token, and wrong passwords have limits of
# their own. Not 500: it is not the client's fault.
REFUSED_STATUSES = frozenset({400, 403, 404, 405, 409, 413, 415, 422, 429, 503})
MAX_CACHED_CHECKS = 4096  # that a process keeps, at most 1 KB each
OUTCOME = "mysocial.limit_outcome"  # in the WSGI environment of a read that was counted
limits = ProcessLimits()


def enforce_request_limits(request: HttpRequest) -> None:
    """Count a read; refuse a write if too many were refused before.

    Raises:
        TooManyRequests: A limit is exceeded.
    """
    seconds = count_request(request)
    context = request_context.current()
    if seconds and context is not None:
        is_logged = not limits.count(_checks(LOGGED, context, request)).seconds
        raise TooManyRequests(seconds, is_logged=is_logged)


def count_request(request: HttpRequest) -> int:
    """Count a read, or check whether too many writes were refused before.

    A request is counted once, even if a fast read leaves it to DRF.

    Returns:
        How many seconds the client must wait; 0 if the request is accepted.
    """
    context = request_context.current()
    if context is None or not settings.RATE_LIMITS:
        return 0
    if request.method not in SAFE_METHODS:
        outcome = limits.check(_checks(REFUSALS, context, request))
    elif max_reads := settings.READ_LIMIT_PER_MINUTE:
        outcome = request.META.get(OUTCOME)
        if outcome is None:
            outcome = limits.count(_checks(_read_limit(max_reads), context, request))
            request.META[OUTCOME] = outcome
    else:
        return 0
    if outcome is None:
        return 0
    keep_tightest(context, outcome.status)
    return outcome.seconds


def count_refusal(request: HttpRequest, status_code: int, max_bytes: int) -> None:
    """Count the response to a write if the write was refused, and what was received for it.

    Args:
        request: The request.
        status_code: The status of the response.
        max_bytes: The largest body that is read.
    """
    if status_code not in REFUSED_STATUSES or request.method in SAFE_METHODS:
        return
    context = request_context.current()
    if context is not None and settings.RATE_LIMITS:
        times = 1 + _received_bytes(request, max_bytes) // BYTES_PER_REFUSAL
        limits.count(_checks(REFUSALS, context, request), times)


def must_wait(member_id: str, address: str) -> bool:
    """Return whether a client has to wait with writes, so that no body need be received.

    Args:
        member_id: The member; empty without a valid token.
        address: The address of the client.
    """
    if not settings.RATE_LIMITS:
        return False
    checks = (
        (_member_check(REFUSALS, member_id),) if member_id else _network_checks(REFUSALS, address)
    )
    return limits.check(checks) is not None


def _received_bytes(request: HttpRequest, max_bytes: int) -> int:
    """Return the size of the body, if its route accepts so large a one."""
    length = declared_length(request)
    return length if length <= max_bytes else 0


def _checks(
    limit: RateLimit, context: RequestContext, request: HttpRequest
) -> tuple[LimitCheck, ...]:
    if context.member_id:
        return (_member_check(limit, context.member_id),)
    return _network_checks(limit, get_client_address(request))


@functools.lru_cache(maxsize=1)
def _read_limit(max_requests: int) -> RateLimit:
    return RateLimit("reads", max_requests, MINUTE)


@functools.lru_cache(maxsize=MAX_CACHED_CHECKS)
def _member_check(limit: RateLimit, member_id: str) -> LimitCheck:
    return limit.for_identity(member_id)


@functools.lru_cache(maxsize=MAX_CACHED_CHECKS)
def _network_checks(limit: RateLimit, address: str) -> tuple[LimitCheck, ...]:
    return tuple(limit.by_network(address))
