"""Limits on guesses at the passwords of members; `docs/security.md` explains the design."""

from typing import NamedTuple

from accounts import selectors
from accounts.email_addresses import normalize_sign_in_name
from mysocial.core.errors import TooManyRequests
from mysocial.core.guess_limits import Guess, GuessLimits
from mysocial.core.rate_limits import DAY, HOUR, MINUTE, RateLimit

LIMITS = GuessLimits(
    by_network=RateLimit("signin", 300, HOUR),
    # After too many attempts, the name is blocked for this network for a quarter of an hour, and
    # later for a day.
    by_name_and_network=(
        RateLimit("signin-here", 20, 15 * MINUTE),
        RateLimit("signin-here-day", 60, DAY),
    ),
    by_account=(RateLimit("signin-account", 200, HOUR),),
)


class SignInAttempt(NamedTuple):
    """A guess at the password of a member; `user_id` is None if the name is unknown."""

    user_id: str | None
    guess: Guess


def count_attempt(*, name: str, address: str) -> SignInAttempt:
    """Count an attempt to sign in, alike whether or not there is an account with the name.

    Raises:
        TooManyRequests: A limit is exceeded.
    """
    LIMITS.count_address(address)
    name = normalize_sign_in_name(name)
    user_id = selectors.find_sign_in_id(name)
    guess = Guess(name, user_id or name, address)
    try:
        LIMITS.count_guess(guess)
    except TooManyRequests:
        if user_id is not None:
            selectors.look_up_unknown_name(name)
        raise
    return SignInAttempt(user_id, guess)


def accept_attempt(attempt: SignInAttempt) -> None:
    """Reset the limits of a name and network after the right password, and keep the network."""
    LIMITS.accept_guess(attempt.guess)
