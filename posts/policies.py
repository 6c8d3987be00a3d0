"""Policies of posts: the viewer's reaction, which an app above stores, and the active members.

The ranking of active members is the answer of posts to `users`, which is below them.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mysocial.core.ids import now
from mysocial.policies import register_ranking
from mysocial.store import ViewerField, search
from posts.models import Privacy
from posts.store import posts

ACTIVE = "active"
PERIOD = timedelta(days=7)


class ViewerReactionPolicy:
    """Names the record of a viewer's reaction to a post. The app `reactions` implements it."""

    def field(self, viewer_id: str) -> ViewerField:
        """Return the field that is the type of the viewer's reaction to each post of a page."""
        raise NotImplementedError

    def placeholder(self, post_id: str, viewer_id: str) -> bytes | Sequence[Any]:
        """Return the JSON part of a write's response that is the type of the reaction, or null."""
        raise NotImplementedError


_policy = ViewerReactionPolicy()


def set_policy(policy: ViewerReactionPolicy) -> None:
    """Set the policy of this process."""
    global _policy  # noqa: PLW0603 - set once, when the apps are ready
    _policy = policy


def viewer_reaction_policy() -> ViewerReactionPolicy:
    """Return the policy of this process."""
    return _policy


def most_active_ids(limit: int) -> list[str]:
    """Return the ids of the members with the most public posts of the last seven days.

    Posts that MongoDB does not have yet do not count. Only posts that everybody may see count, so
    that the order reveals nothing else.

    Raises:
        Unavailable: MongoDB cannot be reached, or does not reply in time.
    """
    return search.most_frequent(
        posts,
        "author_id",
        where={"privacy": Privacy.PUBLIC.value},
        since=now() - PERIOD,
        limit=limit,
    )


register_ranking(ACTIVE, most_active_ids)
