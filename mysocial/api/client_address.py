"""The network address of a client, for rate limits and lists of sessions."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

MAX_LENGTH = 45  # an IPv6 address that embeds an IPv4 address, in text


def get_client_address(request: HttpRequest | Request) -> str:
    """Return the address that a request comes from.

    Of `X-Forwarded-For`, only the entries that our own proxies appended are trusted: as many as
    `TRUSTED_PROXIES` says.
    """
    proxies = settings.TRUSTED_PROXIES
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and len(entries) >= proxies and entries[-proxies].strip():
        return str(entries[-proxies].strip())[:MAX_LENGTH]
    return str(request.META.get("REMOTE_ADDR", ""))
