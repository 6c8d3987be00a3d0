"""Who may do what in a conversation: plain predicates, used by every exit."""


def can_write_to(who_may_message: str, *, is_followed: bool, has_written: bool) -> bool:
    """Tell whether somebody may write to a member who set `who_may_message`.

    Whom the member has written to may always answer; else it may be for those whom they follow.
    """
    return (
        has_written
        or who_may_message == "everyone"
        or (who_may_message == "following" and is_followed)
    )


def can_see_message(
    viewer_id: str, *, sender_id: str, receiver_id: str, is_hidden: bool, is_blocked: bool
) -> bool:
    """Tell whether the viewer may see a message: one of the two, who did not hide it.

    A block hides all of it from both.
    """
    return viewer_id in {sender_id, receiver_id} and not is_hidden and not is_blocked


def can_change_message(user_id: str, *, sender_id: str) -> bool:
    """Tell whether the user may edit a message, or delete it for everyone."""
    return user_id == sender_id
