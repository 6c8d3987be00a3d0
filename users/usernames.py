"""The usernames that nobody may have: those that look like ids, and reserved ones.

Usernames are ASCII letters, digits and underscores (`USERNAME_PATTERN`), so letters of
other scripts cannot imitate them.
"""

import functools

from django.conf import settings

from mysocial.core.ids import is_id

USERNAME_PATTERN = r"^[A-Za-z0-9_]{3,30}\Z"
# What is easily read as something else. A reserved name and its imitations have the same skeleton.
_LOOKALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "_": None})
_LOOKALIKE_PAIRS = (("rn", "m"), ("vv", "w"))


def find_username_problem(username: str) -> str:
    """Return why nobody may have this username, or an empty string."""
    if is_id(username.lower()):
        return "This name looks like an id. Choose another one."
    if skeleton(username) in _reserved_skeletons(tuple(settings.RESERVED_USERNAMES)):
        return "This name is reserved, or looks like a reserved one. Choose another one."
    return ""


def skeleton(username: str) -> str:
    """Return a form of a username that is equal for names that look alike."""
    text = username.lower().translate(_LOOKALIKES)
    for pair, letter in _LOOKALIKE_PAIRS:
        text = text.replace(pair, letter)
    return text


@functools.lru_cache(maxsize=1)
def _reserved_skeletons(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(skeleton, names))
