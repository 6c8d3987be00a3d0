"""Who may follow whom."""


def can_follow(user_id: str, other_id: str, *, is_private: bool) -> bool:
    """Tell whether a member may follow another without asking."""
    return user_id != other_id and not is_private
