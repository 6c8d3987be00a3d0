"""Permissions of chat: predicates without I/O, shared by responses and events."""


def can_write_to(who_may_message: str, *, is_followed: bool, has_written: bool) -> bool:
    """Return whether a member may write to another.

    Args:
        who_may_message: The receiver's setting: "everyone", "following" or "nobody".
        is_followed: Whether the receiver follows the sender.
        has_written: Whether the receiver has written to the sender, who may then always reply.
    """
    return (
        has_written
        or who_may_message == "everyone"
        or (who_may_message == "following" and is_followed)
    )


def can_see_message(
    viewer_id: str, *, sender_id: str, receiver_id: str, is_hidden: bool, is_blocked: bool
) -> bool:
    """Return whether a viewer may see a message.

    Only its sender and its receiver may, unless they deleted it for themselves (`is_hidden`) or a
    block separates the two.
    """
    return viewer_id in {sender_id, receiver_id} and not is_hidden and not is_blocked


def can_change_message(user_id: str, *, sender_id: str) -> bool:
    """Return whether a member may edit a message or delete it for everyone."""
    return user_id == sender_id
