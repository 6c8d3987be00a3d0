"""Rate limits of the login of staff: stricter than those of members."""

import unicodedata

from mysocial.core.guess_limits import Guess, GuessLimits
from mysocial.core.rate_limits import DAY, HOUR, MINUTE, RateLimit

LIMITS = GuessLimits(
    by_network=RateLimit("staff", 60, HOUR),
    by_name_and_network=(
        RateLimit("staff-here", 5, 15 * MINUTE),
        RateLimit("staff-here-day", 20, DAY),
    ),
    by_account=(RateLimit("staff-name", 30, HOUR), RateLimit("staff-name-day", 100, DAY)),
)


def count_login(username: str, address: str) -> Guess:
    """Count an attempt to log in.

    Raises:
        TooManyRequests: A limit is exceeded.
        Unavailable: Redis cannot be reached.
    """
    LIMITS.count_address(address)
    name = f"staff {_one_spelling(username)}"
    guess = Guess(name, name, address)
    LIMITS.count_guess(guess)
    return guess


def accept_login(guess: Guess) -> None:
    """Reset the limits of a name and network after a login, and keep the network as known.

    Raises:
        Unavailable: Redis cannot be reached.
    """
    LIMITS.accept_guess(guess)


def _one_spelling(username: str) -> str:
    """Return a form of a username that is the same for all its spellings."""
    folded = unicodedata.normalize("NFKC", username).casefold()
    return unicodedata.normalize("NFKC", folded).strip()
