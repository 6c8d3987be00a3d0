"""Who may do what with media: plain predicates, used by every exit."""


def can_delete_image(user_id: str, *, owner_id: str) -> bool:
    """Tell whether the user may delete an image."""
    return user_id == owner_id
