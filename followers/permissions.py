"""Permissions to follow a member and to see follows."""

from mysocial.policies import account_audience, can_see


def can_follow(user_id: str, other_id: str, *, is_private: bool) -> bool:
    """Return whether a member may follow another without a request."""
    return user_id != other_id and not is_private


def can_see_follows(
    viewer_id: str, owner_id: str, *, is_private: bool, follows: bool, blocked: bool
) -> bool:
    """Return whether the viewer may see a member's followers and the members they follow.

    For a private account only followers may, as for its posts. A block hides both lists.
    """
    return can_see(
        account_audience(is_private=is_private),
        is_owner=viewer_id == owner_id,
        follows=follows,
        blocked=blocked,
    )
