"""What a post's totals are, and what they should be."""

from typing import Any

from posts.reaction_types import ReactionType
from tests.support.concurrency import live_records


def totals(**some: int) -> dict[str, int]:
    """Return all six totals, those that are not given as 0."""
    return {**dict.fromkeys(ReactionType.values, 0), **some}


def counted(post: dict[str, Any]) -> dict[str, int]:
    """Return the totals of a post, counted from the reactions in Redis."""
    found = totals()
    for fields in live_records("reactions.reaction").values():
        if fields[b"post_id"].decode() == post["id"]:
            found[fields[b"type"].decode()] += 1
    return found


def shown(person: Any, post: dict[str, Any]) -> dict[str, int]:
    """Return the totals of a post as they are shown to somebody."""
    answer = person.get(f"posts/{post['id']}")
    assert answer.status_code == 200
    return answer.json()["reactions"]
