"""The networks from which somebody signed in: there, guesses elsewhere do not lock them out.

Redis keeps keyed hashes, so it contains neither the addresses nor the accounts that they belong to.
"""

import contextlib
import hashlib
import hmac
import time
from typing import NamedTuple

from django.conf import settings

from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.networks import networks_of
from mysocial.core.redis import available, client
from mysocial.core.secret_keys import derive_key

KNOWN_SECONDS = 30 * 24 * 3600
MAX_KNOWN_NETWORKS = 5  # per account: the latest


class KnownNetwork(NamedTuple):
    """The key of an account's known networks, and the hash of one network."""

    key: str
    network: str


def known_network(account: str, address: str) -> KnownNetwork:
    """Return the entry that exists if `account` is known at the network of `address`."""
    network = networks_of(address)[0].name
    return KnownNetwork(
        keys.known_networks(_keyed_hash(account)), _keyed_hash(f"{account}\n{network}")
    )


def remember_network(account: str, address: str) -> None:
    """Keep the network of a successful sign-in for `KNOWN_SECONDS`.

    If Redis cannot be reached, the network stays unknown, and the sign-in succeeds all the same.
    """
    if not settings.RATE_LIMITS:
        return
    entry = known_network(account, address)
    known_until_ms = round((time.time() + KNOWN_SECONDS) * 1000)
    with contextlib.suppress(Unavailable), available():
        pipe = client().pipeline(transaction=True)
        pipe.zadd(entry.key, {entry.network: known_until_ms})
        pipe.zremrangebyrank(entry.key, 0, -MAX_KNOWN_NETWORKS - 1)
        pipe.expire(entry.key, KNOWN_SECONDS)
        pipe.execute()


def _keyed_hash(text: str) -> str:
    return hmac.new(derive_key("known networks"), text.encode(), hashlib.sha256).hexdigest()[:32]
