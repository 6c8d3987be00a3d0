"""The addresses that a fetch may reach: public ones only, resolved once and in bounded time."""

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookupTimeoutError
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from django.conf import settings

from mysocial.fetch.problems import FetchError
from mysocial.fetch.urls import Target

MAX_ADDRESSES = 16  # of a host, that are considered
MAX_LOOKUPS = 8  # at once in a process; a slow one keeps its thread beyond its deadline
_lookups = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="lookup")

# The IANA special-purpose address registries (RFC 6890), without what is globally reachable, and
# the metadata service of Azure, whose address is a public one. Those of others are link-local
# (169.254.169.254), shared (100.100.100.200) or unique-local (fd00:ec2::254).
BLOCKED_IPV4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32"),
            *("169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
# Of IPv6, only global unicast addresses are public (RFC 4291), except for these: protocols and
# tunnels (Teredo, ORCHID), documentation, 6to4.
GLOBAL_UNICAST = IPv6Network("2000::/3")
BLOCKED_IPV6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Translators reach the IPv4 address in the last 32 bits (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")


def resolve(target: Target, *, seconds: float) -> list[str]:
    """Return the addresses of a host, all of which a fetch may reach.

    The caller connects to one of them, and never to the name: a second lookup could return others.

    Raises:
        FetchError: The name has no address, or one that must not be reached.
    """
    lookup = _lookups.submit(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM)
    try:
        results = lookup.result(timeout=seconds)
    except LookupTimeoutError:
        lookup.cancel()
        raise FetchError("The name was not resolved in time.", is_temporary=True) from None
    except (OSError, UnicodeError):
        raise FetchError("The name has no address.", is_temporary=True) from None
    addresses = list(dict.fromkeys(str(result[4][0]) for result in results))[:MAX_ADDRESSES]
    # One forbidden address is enough: a name with both kinds is made for an attack.
    if not addresses or not all(is_allowed(address, target.port) for address in addresses):
        raise FetchError("The address is not a public one.")
    return addresses


def is_allowed(address: str, port: int) -> bool:
    """Return whether a fetch may connect to an address and port."""
    try:
        parsed = _actual_address(ip_address(address))
    except ValueError:  # also with a zone, which only local addresses have
        return False
    if parsed.is_loopback:
        return port in settings.FETCH_LOOPBACK_PORTS
    return port in settings.FETCH_PORTS and _is_public(parsed)


def _actual_address(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that a mapped or translated IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id:
        raise ValueError
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast or _is_blocked_by_setting(address):
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in BLOCKED_IPV4)
    return address in GLOBAL_UNICAST and not any(address in network for network in BLOCKED_IPV6)


def _is_blocked_by_setting(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.FETCH_BLOCKED_NETWORKS)
