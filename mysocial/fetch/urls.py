"""The URLs that a fetch accepts, parsed once: what is checked is what is connected to."""

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import idna

from mysocial.fetch.problems import FetchError

MAX_URL_LENGTH = 2000
SCHEME_PORTS = {"http": 80, "https": 443}
# What `urlsplit` and other parsers read in different ways.
AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
HOST = re.compile(r"[A-Za-z0-9._-]{1,253}", re.ASCII)
IPV6_HOST = re.compile(r"[0-9A-Fa-f:.]{2,45}", re.ASCII)


class Target(NamedTuple):
    """The parts of a URL."""

    scheme: str
    host: str  # in ASCII; an IPv6 address without brackets
    port: int
    path: str  # with the query

    @property
    def url(self) -> str:
        """The URL, without a fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """The host and, unless it is the usual one, the port; for the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == SCHEME_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_url(url: str) -> Target:
    """Return the parts of a URL.

    Raises:
        FetchError: It is not an http or https URL, is ambiguous, or has credentials.
    """
    if len(url) > MAX_URL_LENGTH or AMBIGUOUS.search(url):
        raise FetchError("The URL is not valid.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError("The URL is not valid.") from None
    if parts.scheme not in SCHEME_PORTS or "@" in parts.netloc:
        raise FetchError("The URL is not valid.")
    path = _ascii_path(parts.path or "/") + (f"?{_ascii_path(parts.query)}" if parts.query else "")
    return Target(
        parts.scheme, _ascii_host(parts.hostname or ""), port or SCHEME_PORTS[parts.scheme], path
    )


def follow_redirect(target: Target, location: str) -> Target:
    """Return the target of a redirect.

    Raises:
        FetchError: The URL is not valid, or it leaves HTTPS.
    """
    try:
        parts = urlsplit(location)
        if AMBIGUOUS.search(location) or (parts.scheme and not parts.netloc):
            raise FetchError("The URL is not valid.")
        redirected = parse_url(urljoin(target.url, location))
    except ValueError:
        raise FetchError("The URL is not valid.") from None
    if target.scheme == "https" and redirected.scheme != "https":
        raise FetchError("The redirect leaves HTTPS.")
    return redirected


def _ascii_host(host: str) -> str:
    try:
        text = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise FetchError("The host is not valid.") from None
    if not (HOST.fullmatch(text) or IPV6_HOST.fullmatch(text)):
        raise FetchError("The host is not valid.")
    return text


def _ascii_path(path: str) -> str:
    """Return a path or query whose characters outside of ASCII are percent-encoded."""
    return "".join(
        character if character.isascii() else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in path
    )
