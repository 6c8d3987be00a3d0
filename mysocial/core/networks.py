"""The networks of a client's address, which limits count.

A customer of an internet provider has one IPv4 address, but 2^64 IPv6 addresses or more. Limits
therefore count an IPv6 client by its /64, which is one network segment, and with larger limits by
its /56 and /48, which providers and tunnel brokers assign to one customer.
"""

import functools
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

MAX_CACHED_ADDRESSES = 4096  # that a process keeps, at most 1 KB each
MAX_ADDRESS_LENGTH = 100  # an IPv6 address with an IPv4 address, a zone, brackets and a port
UNKNOWN = "unknown"  # the network of clients whose address is missing or invalid
IPV6_PREFIXES = ((64, 1), (56, 4), (48, 16))  # lengths, and factors of the limits


class Network(NamedTuple):
    """A network, and how many times the requests of a limit it has."""

    name: str
    factor: int


def parse_address(text: str) -> str:
    """Return the address of an entry of `X-Forwarded-For`, in its usual form.

    Returns:
        The address; empty if the text is none.
    """
    return _parse_address(text) if len(text) <= MAX_ADDRESS_LENGTH else ""


@functools.lru_cache(maxsize=MAX_CACHED_ADDRESSES)
def _parse_address(text: str) -> str:
    """Parse an address.

    A port, brackets and the zone of a local address are removed. IPv4 addresses that are written
    as IPv6 addresses, or tunnelled in them (6to4, Teredo), are returned as IPv4 addresses.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except (AddressValueError, ValueError):
        return ""
    return str(_embedded_ipv4(address) or address)


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


@functools.lru_cache(maxsize=MAX_CACHED_ADDRESSES)
def networks_of(address: str) -> tuple[Network, ...]:
    """Return the networks by which limits count an address, the smallest first."""
    normalized = parse_address(address)
    if not normalized:
        return (Network(UNKNOWN, 1),)
    if ":" not in normalized:
        return (Network(normalized, 1),)
    return tuple(
        Network(str(IPv6Network((normalized, length), strict=False)), factor)
        for length, factor in IPV6_PREFIXES
    )
