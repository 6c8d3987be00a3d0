r"""Addresses of the files of this site: stored as paths, and made absolute when they are sent.

A record holds `/media/<name>`, so that the site may change its domain or port. In stored JSON, the
name of such a field ends in `url` and its value begins with `"\/`, which `insert_public_url`
replaces. It is valid JSON for `"/`, but the encoder never escapes a slash, and it always escapes
the quotation marks and backslashes of a text. So no text of a member contains it.
"""

import functools

import orjson
from django.conf import settings

NAME_END, MARK = b'url":"', b'url":"\\/'


def insert_public_url(body: bytes) -> bytes:
    """Return JSON in which the addresses of this site are absolute.

    All JSON that leaves the process passes through here: responses and frames of events. This
    takes half the time of `bytes.replace`.
    """
    return _prefix(settings.PUBLIC_URL).join(body.split(MARK))


@functools.lru_cache(maxsize=8)
def _prefix(public_url: str) -> bytes:
    return NAME_END + orjson.dumps(f"{public_url}/")[1:-1]


def absolute_address(address: str) -> str:
    """Return an address as it is sent. Those of other hosts, and empty ones, stay as they are."""
    return f"{settings.PUBLIC_URL}{address}" if address.startswith("/") else address


def stored_address(address: str) -> str:
    """Return an address as it is stored: a path if the file is of this site.

    Addresses that are not made by this version begin with `PUBLIC_URL`, or with one of
    `FORMER_PUBLIC_URLS`.
    """
    for public_url in (settings.PUBLIC_URL, *settings.FORMER_PUBLIC_URLS):
        if address.startswith(f"{public_url}/"):
            return address[len(public_url) :]
    return address


def mark_addresses(fragment: bytes) -> bytes:
    """Return encoded JSON with marked addresses: the paths of members whose names end in `url`."""
    return fragment.replace(NAME_END + b"/", MARK)


def mark_address(address: str) -> str:
    r"""Return an address in the form that a literal `"` precedes in JSON: `\/media/...`."""
    return f"\\{address}" if address.startswith("/") else address


def unmark_address(text: str) -> str:
    """Return the address that `mark_address` returned the text for."""
    return text.removeprefix("\\")
