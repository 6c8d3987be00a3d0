"""Networks of client addresses for the security log: coarser than an address, less personal."""

import ipaddress

from mysocial.core.networks import parse_address

IPV4_PREFIX, IPV6_PREFIX = 24, 48  # bits


def network_of(address: str) -> str:
    """Return the network of an address, such as `192.0.2.0/24`; "" if it is not an address."""
    normalized = parse_address(address)
    if not normalized:
        return ""
    prefix = IPV6_PREFIX if ":" in normalized else IPV4_PREFIX
    return str(ipaddress.ip_network((normalized, prefix), strict=False))
