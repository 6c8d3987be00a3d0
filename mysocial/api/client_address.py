"""The network address of a client, for rate limits and lists of sessions."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from mysocial.core.networks import parse_address
from mysocial.core.rate_limits import RateLimit, check_rate_limits
from mysocial.core.request_context import Origin


def get_client_address(request: HttpRequest | Request) -> str:
    """Return the address that a request comes from; empty if it is not known.

    Limits count its networks: see `RateLimit.by_network`.

    Of `X-Forwarded-For`, only the entries that our own proxies appended are trusted: as many as
    `TRUSTED_PROXIES` says.
    """
    forwarded_for = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    return trusted_address(forwarded_for, str(request.META.get("REMOTE_ADDR", "")))


def trusted_address(forwarded_for: str, peer: str) -> str:
    """Return the address of a client from `X-Forwarded-For` and the address of the connection."""
    proxies = settings.TRUSTED_PROXIES
    entries = forwarded_for.split(",")
    if proxies and len(entries) >= proxies and entries[-proxies].strip():
        return parse_address(entries[-proxies])
    return parse_address(peer)


def check_network_limit(limit: RateLimit, request: HttpRequest | Request) -> None:
    """Count a request against a limit of the networks that it comes from.

    Raises:
        TooManyRequests: The limit of one of them is exceeded.
        Unavailable: Redis cannot be reached.
    """
    check_rate_limits(limit.by_network(get_client_address(request)))


def get_origin(request: HttpRequest | Request) -> Origin:
    """Return the address and the user agent of a request."""
    return Origin(get_client_address(request), request.META.get("HTTP_USER_AGENT", ""))
