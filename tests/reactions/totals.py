"""Reaction totals of a post: expected, counted and shown."""

from typing import Any

from posts.reaction_types import ReactionType
from tests.support.concurrency import live_records


def expected_totals(**counts: int) -> dict[str, int]:
    """Return totals of all six types; those that are not given are 0."""
    return {**dict.fromkeys(ReactionType.values, 0), **counts}


def counted_totals(post: dict[str, Any]) -> dict[str, int]:
    """Return the totals of a post, counted from the reactions in Redis."""
    counts = expected_totals()
    for fields in live_records("reactions.reaction").values():
        if fields[b"post_id"].decode() == post["id"]:
            counts[fields[b"type"].decode()] += 1
    return counts


def shown_totals(person: Any, post: dict[str, Any]) -> dict[str, int]:
    """Return the totals of a post that are shown to a member."""
    response = person.get(f"posts/{post['id']}")
    assert response.status_code == 200
    return response.json()["reactions"]
