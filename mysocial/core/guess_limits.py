"""Limits on guesses of passwords, for members and for staff.

Guesses are counted by network, by name and network, and by account. The limits by account do not
apply at the networks from which the account signed in before (`known_networks`), so guesses from
elsewhere do not lock its owner out.
"""

import hashlib
from typing import NamedTuple

from mysocial.core.known_networks import known_network, remember_network
from mysocial.core.rate_limits import RateLimit, check_rate_limits, reset_rate_limits
from mysocial.core.request_context import LimitCheck


class Guess(NamedTuple):
    """A password that is sent for a name, which may belong to no account."""

    name: str  # in the one spelling by which it is counted
    account: str  # the account of the name; if there is none, the name stands for it
    address: str


class GuessLimits(NamedTuple):
    """The limits on guesses of one kind of accounts."""

    by_network: RateLimit
    by_name_and_network: tuple[RateLimit, ...]
    by_account: tuple[RateLimit, ...]

    def count_address(self, address: str) -> None:
        """Count a guess by network alone, before anything is looked up.

        Raises:
            TooManyRequests: The limit is exceeded.
            Unavailable: Redis cannot be reached.
        """
        check_rate_limits(self.by_network.by_network(address))

    def count_guess(self, guess: Guess) -> None:
        """Count a guess against the other limits, or against none if one of them is exceeded.

        It must be all or none: otherwise one network alone could reach the limit of an account.

        Raises:
            TooManyRequests: A limit is exceeded.
            Unavailable: Redis cannot be reached.
        """
        smallest, larger = self._network_checks(guess)
        by_account = [limit.for_identity(_digest(guess.account)) for limit in self.by_account]
        check_rate_limits(
            smallest,
            network=known_network(guess.account, guess.address),
            unless_known=[*larger, *by_account],
        )

    def accept_guess(self, guess: Guess) -> None:
        """Reset the limits of a name and network after the right password, and keep the network.

        Raises:
            Unavailable: Redis cannot be reached.
        """
        smallest, _ = self._network_checks(guess)
        reset_rate_limits(smallest)
        remember_network(guess.account, guess.address)

    def _network_checks(self, guess: Guess) -> tuple[list[LimitCheck], list[LimitCheck]]:
        """Return the checks of the smallest network of a guess, and those of the larger ones."""
        checks = [
            limit.by_network(guess.address, _digest(guess.name))
            for limit in self.by_name_and_network
        ]
        smallest = [networks[0] for networks in checks]
        return smallest, [check for networks in checks for check in networks[1:]]


def _digest(name: str) -> str:
    """Return a short form of a name, which may be a long text, for keys."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
