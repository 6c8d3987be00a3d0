"""Suggestions of members to follow.

Only the candidates are cached. Each read judges them again, so privacy takes effect at once.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from followers.selectors.people import with_relationship
from followers.selectors.relations import Relationship, relationship_checks
from followers.store import follows
from mysocial.core import keys
from mysocial.core.cache import cached, forget_cached
from mysocial.core.ids import split_pair_id
from mysocial.store import reads
from users.representations import person_template
from users.selectors import most_followed_ids

MAX_FRIENDS, MAX_FOLLOWS_PER_FRIEND, MAX_CANDIDATES, MAX_SUGGESTIONS = 50, 30, 200, 10
CANDIDATE_SECONDS = 600  # how old the candidates may be, unless the friends have changed
BATCH = 20  # candidates that are judged in one round trip


def suggestions(*, viewer_id: str) -> list[bytes]:
    """Return people to follow: those that the viewer's friends follow, then the most followed.

    Only people without a relationship to the viewer are suggested; they may follow the viewer.

    Raises:
        Unavailable: A server that is needed does not respond.
    """
    suggested: list[bytes] = []
    for candidate_ids in _batches(viewer_id):
        suggested += _strangers(viewer_id, candidate_ids)
        if len(suggested) >= MAX_SUGGESTIONS:
            break
    return suggested[:MAX_SUGGESTIONS]


def _batches(viewer_id: str) -> Iterator[list[str]]:
    """Yield the candidates, the best first; the most followed only if the others are too few."""
    friends_of_friends = _friends_of_friends(viewer_id)
    yield from _in_batches(friends_of_friends)
    known = set(friends_of_friends)
    popular = most_followed_ids(limit=MAX_CANDIDATES)
    yield from _in_batches([pk for pk in popular if pk not in known])


def _in_batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(ids), BATCH):
        yield list(ids[first : first + BATCH])


def _friends_of_friends(user_id: str) -> list[str]:
    """Return the ids that the followed members follow most often, within the bounds above."""
    (edges,) = reads.head_ids(follows, "follower", [user_id], limit=MAX_FRIENDS)
    friend_ids = [split_pair_id(pk)[1] for pk in edges]
    if not friend_ids:
        return []
    name, digest = f"{keys.SUGGESTIONS_PREFIX}{user_id}", _digest(friend_ids)

    def compute() -> dict[str, Any]:
        return {"friends": digest, "ids": _count_follows(friend_ids)}

    candidates = cached(name, seconds=CANDIDATE_SECONDS, compute=compute)
    if candidates["friends"] != digest:
        forget_cached(name)
        candidates = cached(name, seconds=CANDIDATE_SECONDS, compute=compute)
    ids: list[str] = candidates["ids"]
    return ids


def _digest(ids: Sequence[str]) -> str:
    """Return a short hash of ids in their order."""
    return hashlib.blake2b(" ".join(ids).encode(), digest_size=12).hexdigest()


def _count_follows(friend_ids: Sequence[str]) -> list[str]:
    edges_by_friend = reads.head_ids(follows, "follower", friend_ids, limit=MAX_FOLLOWS_PER_FRIEND)
    counts = Counter(split_pair_id(pk)[1] for edges in edges_by_friend for pk in edges)
    return [pk for pk, _ in counts.most_common(MAX_CANDIDATES)]


def _strangers(viewer_id: str, candidate_ids: list[str]) -> list[bytes]:
    """Return the JSON objects of those candidates that the viewer has no relationship to."""
    checks = {"": relationship_checks(viewer_id)}
    rows = reads.get_rows(person_template, candidate_ids, checks=checks)
    relationships = [(row, Relationship.from_flags(row.id, row.flags)) for row in rows]
    return [
        with_relationship(person_template.render(row), relationship)
        for row, relationship in relationships
        if row.id != viewer_id
        and not (
            relationship.following
            or relationship.requested
            or relationship.muting
            or relationship.blocked
        )
    ]
