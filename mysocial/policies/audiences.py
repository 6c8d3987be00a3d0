"""Audiences: the one rule of who may see something now, and what it was before.

An audience is everyone, the followers, the owner or nobody. Each audience includes the following
ones, so they are ordered, and so are viewers: a follower belongs to the followers and to everyone.
Content that was replaced is shown only to those who may see its record now and could see it then.
"""

from enum import IntEnum


class Audience(IntEnum):
    """Those who may see something; a larger value includes all smaller ones."""

    NOBODY = 0
    OWNER = 1
    FOLLOWERS = 2
    EVERYONE = 3

    @property
    def stored(self) -> str:
        """The form in which records keep it."""
        return self.name.lower()

    @classmethod
    def from_stored(cls, value: str) -> "Audience":
        """Return the audience that a record keeps; the owner for records that keep none."""
        return cls[value.upper()] if value else cls.OWNER


_BLOCKED = 4  # belongs to no audience


def narrowest_audience(*, is_owner: bool, follows: bool, blocked: bool) -> int:
    """Return the narrowest audience that a viewer belongs to.

    A blocked viewer belongs to none: the result is greater than each of them. No block hides from
    owners what is theirs.
    """
    if is_owner:
        return Audience.OWNER.value
    if blocked:
        return _BLOCKED
    return Audience.FOLLOWERS.value if follows else Audience.EVERYONE.value


def account_audience(*, is_private: bool) -> Audience:
    """Return who may see what an account shows, such as its follows and reactions."""
    return Audience.FOLLOWERS if is_private else Audience.EVERYONE


def can_see(*audiences: int, is_owner: bool, follows: bool, blocked: bool) -> bool:
    """Return whether a viewer belongs to all of `audiences`.

    Pass the present audience, and for content of the past also the audience that it had.
    """
    return min(audiences) >= narrowest_audience(is_owner=is_owner, follows=follows, blocked=blocked)
