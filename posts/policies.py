"""The policy by which posts show the viewer's reaction, which an app above them stores."""

from collections.abc import Sequence
from typing import Any

from mysocial.store import NULL, ViewerField


class ViewerReactionPolicy:
    """Names the record of a viewer's reaction to a post. By default, there are no reactions."""

    def field(self, viewer_id: str) -> ViewerField | None:
        """Return the field that is the type of the viewer's reaction to each post of a page."""
        return None

    def placeholder(self, post_id: str, viewer_id: str) -> bytes | Sequence[Any]:
        """Return the JSON part of a write's response that is the type of the reaction, or null."""
        return NULL


_policy = ViewerReactionPolicy()


def set_policy(policy: ViewerReactionPolicy) -> None:
    """Set the policy of this process."""
    global _policy  # noqa: PLW0603 - set once, when the apps are ready
    _policy = policy


def viewer_reaction_policy() -> ViewerReactionPolicy:
    """Return the policy of this process."""
    return _policy
