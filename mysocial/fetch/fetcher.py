"""Fetching a page: each step of its redirects is checked like the first."""

from typing import NamedTuple

from django.conf import settings

from mysocial.core.errors import TooManyRequests
from mysocial.core.rate_limits import MINUTE, RateLimit, check_rate_limits
from mysocial.fetch.addresses import resolve
from mysocial.fetch.exchange import Deadline, Exchange, Response
from mysocial.fetch.problems import FetchError
from mysocial.fetch.urls import Target, follow_redirect, parse_url

HTML = ("text/html", "application/xhtml+xml")
MAX_SECONDS = 10.0  # for everything: names, connections, redirects, the page
MAX_BYTES = 1024 * 1024  # of a page; the rest is not read
MAX_REDIRECTS = 3
REDIRECTS = frozenset((301, 302, 303, 307, 308))
OK = 200
TEMPORARY_STATUSES = frozenset((408, 425, 429, 500, 502, 503, 504))
# To one host, or to one address, by all workers together: others choose what we fetch.
REQUESTS_PER_HOST = RateLimit("fetch-host", 20, MINUTE)
REQUESTS_PER_ADDRESS = RateLimit("fetch-address", 60, MINUTE)


class Page(NamedTuple):
    """A page that was read, perhaps not to its end."""

    url: str  # after redirects
    content_type: str  # without parameters
    charset: str  # as declared in the header; empty if it is not
    body: bytes


def fetch(
    url: str,
    *,
    content_types: tuple[str, ...] = HTML,
    max_bytes: int = MAX_BYTES,
    seconds: float = MAX_SECONDS,
) -> Page:
    """Return a page of another site.

    Args:
        url: The URL, which anybody may have chosen.
        content_types: The types that the page may have.
        max_bytes: The most bytes that are read of it, compressed or decompressed.
        seconds: The time for everything.

    Raises:
        FetchError: The page was not read.
        Unavailable: Redis, which counts the requests, cannot be reached.
    """
    deadline = Deadline(seconds)
    target = parse_url(url)
    for _ in range(MAX_REDIRECTS + 1):
        response = _request(target, content_types, max_bytes, deadline)
        location = response.headers.get("location", "")
        if response.status not in REDIRECTS or not location:
            return _page(target, response, content_types)
        target = follow_redirect(target, location)
    raise FetchError("The site redirects too often.")


def _request(
    target: Target, content_types: tuple[str, ...], max_bytes: int, deadline: Deadline
) -> Response:
    addresses = resolve(target, seconds=deadline.remaining_seconds())
    _count_request(target, addresses)
    headers = {
        "User-Agent": f"MySocial (+{settings.PUBLIC_URL})",
        "Accept": ", ".join(content_types),
        "Accept-Encoding": "gzip, deflate",
    }
    with Exchange(target, addresses, deadline) as exchange:
        exchange.send_request(headers)
        return exchange.receive_response(max_bytes=max_bytes)


def _count_request(target: Target, addresses: list[str]) -> None:
    checks = [REQUESTS_PER_HOST.for_identity(target.host.lower())]
    checks += [REQUESTS_PER_ADDRESS.for_identity(address) for address in addresses]
    try:
        check_rate_limits(checks)
    except TooManyRequests:
        raise FetchError("The site was asked too often.", is_temporary=True) from None


def _page(target: Target, response: Response, content_types: tuple[str, ...]) -> Page:
    if response.status != OK:
        raise FetchError(
            f"The site responded with status {response.status}.",
            is_temporary=response.status in TEMPORARY_STATUSES,
        )
    content_type, _, parameters = response.headers.get("content-type", "").partition(";")
    content_type = content_type.strip().lower()
    if content_type not in content_types:
        raise FetchError("The page has another type.")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    return Page(target.url, content_type, charset, response.body)
