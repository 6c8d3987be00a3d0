"""Permissions of media."""


def can_delete_image(user_id: str, *, owner_id: str) -> bool:
    """Return whether the user may delete an image."""
    return user_id == owner_id
