"""Who may follow whom, and who may see whom they follow."""


def can_follow(user_id: str, other_id: str, *, is_private: bool) -> bool:
    """Tell whether a member may follow another without asking."""
    return user_id != other_id and not is_private


def can_see_follows(
    viewer_id: str, owner_id: str, *, is_private: bool, follows: bool, blocked: bool
) -> bool:
    """Tell whether the viewer may see who follows a member, and whom the member follows.

    Of a private account, as with its posts, followers may. A block hides all of it.
    """
    if viewer_id == owner_id:
        return True
    return not blocked and (follows or not is_private)
