"""Leaderboard policy: apps above `users` rank members by what they store."""

from collections.abc import Callable

RankedIds = Callable[[int], list[str]]  # takes how many; returns ids of members, the first first
_rankings: dict[str, RankedIds] = {}


def register_ranking(kind: str, ranked_ids: RankedIds) -> None:
    """Register how the members of a leaderboard are ranked. Called when the apps are ready."""
    _rankings[kind] = ranked_ids


def ranked_ids(kind: str, *, limit: int) -> list[str]:
    """Return the ids of the first members of a leaderboard, in order; none if nobody ranks them.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    ranking = _rankings.get(kind)
    return ranking(limit) if ranking else []
