"""Limits of open connections and their topics, per member and per network, in this process.

Nothing is shared with other processes, so nothing remains when one is killed.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from mysocial.api.client_address import trusted_address
from mysocial.core.errors import TooManyConnections
from mysocial.core.networks import networks_of
from mysocial.core.request_context import Origin
from mysocial.security_log import Kind, Outcome, count_event


class ConnectionLimits:
    """Counts the connections of one event loop."""

    def __init__(self) -> None:
        self._networks: Counter[str] = Counter()
        self._members: Counter[str] = Counter()
        self._topics: Counter[str] = Counter()  # by member

    def add_address(self, address: str) -> None:
        """Count a connection from an address; `remove_address` must follow.

        Connections within the machine are not limited: a proxy without `TRUSTED_PROXIES` would be
        one address for all members.

        Raises:
            TooManyConnections: The address, or a network that it is part of, has too many.
        """
        if _is_loopback(address):
            return
        networks = networks_of(address)
        for network in networks:
            maximum = settings.MAX_CONNECTIONS_PER_ADDRESS * network.factor
            if self._networks[network.name] >= maximum:
                raise TooManyConnections("There are too many connections from your network.")
        self._networks.update(network.name for network in networks)

    def remove_address(self, address: str) -> None:
        """Count a connection from an address as closed."""
        if not _is_loopback(address):
            _subtract(self._networks, (network.name for network in networks_of(address)))

    def add_member(self, user_id: str) -> None:
        """Count a connection of a member; `remove_member` must follow.

        Raises:
            TooManyConnections: The member has too many.
        """
        if self._members[user_id] >= settings.MAX_CONNECTIONS_PER_MEMBER:
            raise TooManyConnections("You have too many connections. Close others first.")
        self._members[user_id] += 1

    def remove_member(self, user_id: str) -> None:
        """Count a connection of a member as closed."""
        _subtract(self._members, [user_id])

    def may_add_topics(self, user_id: str, count: int) -> bool:
        """Return whether the connections of a member may have so many topics more."""
        return self._topics[user_id] + count <= settings.MAX_TOPICS_PER_MEMBER

    def add_topic(self, user_id: str) -> None:
        """Count a topic of a member."""
        self._topics[user_id] += 1

    def remove_topic(self, user_id: str) -> None:
        """Count a topic of a member as left."""
        _subtract(self._topics, [user_id])


def scope_address(scope: Mapping[str, Any]) -> str:
    """Return the address of the client of an ASGI connection; empty if it is not known."""
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    client = scope.get("client") or ("",)
    return trusted_address(b",".join(forwarded).decode("latin-1"), str(client[0]))


async def log_reached_limit(scope: Mapping[str, Any], detail: str, *, user_id: str = "") -> None:
    """Count in the security log that the client of an ASGI connection has reached a limit."""
    agents = [value for name, value in scope["headers"] if name == b"user-agent"]
    origin = Origin(scope_address(scope), b"".join(agents[:1]).decode("latin-1"))
    await asyncio.to_thread(
        count_event,
        Kind.RATE_LIMIT,
        Outcome.LIMITED,
        account_id=user_id,
        detail=detail,
        origin=origin,
    )


def _is_loopback(address: str) -> bool:
    return bool(address) and ipaddress.ip_address(address).is_loopback


def _subtract(counts: Counter[str], names: Iterable[str]) -> None:
    for name in names:
        counts[name] -= 1
        if counts[name] <= 0:
            del counts[name]  # a counter that is never cleared would grow
