"""Leaderboards: the members with the most followers, and the most active ones of the week.

Only candidates are cached: the ids of the first members. Who may be shown, and with which numbers,
is read for each viewer, so privacy takes effect at once.
"""

from typing import Any, NamedTuple

from mysocial.core import keys
from mysocial.core.cache import cached
from mysocial.core.ids import now
from mysocial.policies import ranked_ids, register_ranking, relationship_policy
from mysocial.store import Row, reads, search
from users.representations import profile_template
from users.store import users

FOLLOWERS, ACTIVE = "followers", "active"
KINDS = (FOLLOWERS, ACTIVE)
MAX_CANDIDATES = 200
MAX_RANKED = 50
# How old the candidates may be. Ranking the active members takes longer.
CANDIDATE_SECONDS = {FOLLOWERS: 60, ACTIVE: 300}


class Leaderboard(NamedTuple):
    """The members that a viewer may see, the first first, and when they were ranked."""

    rows: list[Row]
    ranked_at: str


def leaderboard(kind: str, *, viewer_id: str, limit: int) -> Leaderboard:
    """Return the first members of a leaderboard.

    It has only members whose accounts are public, who have not opted out, and that the viewer may
    interact with. Those with the most followers are in the order of their numbers as they are now.

    Raises:
        Unavailable: The members are not ranked yet, and MongoDB cannot be reached.
    """
    candidates = _candidates(kind)
    rows: list[Row] = []
    ids = candidates["ids"]
    checks = {"": relationship_policy().relationship_checks(viewer_id)}
    for first in range(0, len(ids), MAX_RANKED):
        page = reads.get_rows(profile_template, ids[first : first + MAX_RANKED], checks=checks)
        rows += [row for row in page if _is_shown(row)]
        if len(rows) >= limit:
            break
    if kind == FOLLOWERS:
        rows.sort(key=lambda row: int(row.value("followers_count") or 0), reverse=True)
    return Leaderboard(rows[:limit], candidates["ranked_at"])


def most_followed_ids(*, limit: int) -> list[str]:
    """Return the ids of the members with the most followers, as they were about a minute ago.

    Raises:
        Unavailable: MongoDB cannot be reached, and the members are not cached.
    """
    ids: list[str] = _candidates(FOLLOWERS)["ids"]
    return ids[:limit]


def _candidates(kind: str) -> dict[str, Any]:
    value: dict[str, Any] = cached(
        keys.leaderboard(kind), seconds=CANDIDATE_SECONDS[kind], compute=lambda: _rank(kind)
    )
    return value


def _rank(kind: str) -> dict[str, Any]:
    return {
        "ids": ranked_ids(kind, limit=MAX_CANDIDATES),
        "ranked_at": f"{now():%Y-%m-%dT%H:%M:%S.%fZ}",
    }


def _is_shown(row: Row) -> bool:
    """Return whether a member takes part, and the viewer may see them."""
    return (
        relationship_policy().can_interact(row.flags)
        and row.value("is_private") == "false"
        and row.value("shows_in_leaderboards") != "false"
    )


register_ranking(
    FOLLOWERS, lambda limit: search.top_by_counter(users, "followers_count", limit=limit)
)
