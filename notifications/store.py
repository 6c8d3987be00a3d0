"""Stores of notifications."""

from mysocial.store import Counter, Index, Store
from notifications.models import Inbox, Notification

POST_KINDS = ("comment", "reaction", "mention")  # the kinds that belong to a post

notifications = Store(
    Notification,
    plain_fields=("user_id", "actor_id", "kind", "cause", "post_id", "read"),
    counted_in=(
        Counter("notifications.inbox", "unread_count", by="user_id", where={"read": (False,)}),
    ),
    indexes=(
        Index("user", "user_id", parent_label="users.user"),
        Index("kind", "user_id", second_field="kind", parent_label="users.user"),
        # By `read` too: MongoDB then has an index of its own and scans only unread entries.
        Index(
            "unread",
            "user_id",
            second_field="read",
            where={"read": (False,)},
            parent_label="users.user",
        ),
        Index("between", "user_id", second_field="actor_id"),
        Index("actor", "actor_id", parent_label="users.user"),
        Index("cause", "cause", second_field="kind"),
        Index("post", "post_id", where={"kind": POST_KINDS}, parent_label="posts.post"),
    ),
)
inboxes = Store(Inbox, counters=("unread_count",))


def cause_list_value(cause: str, kind: str) -> str:
    """Return the value of the `cause` list with the notifications of this cause and kind."""
    return f"{cause}:{kind}"


def unread_list_value(user_id: str) -> str:
    """Return the value of a member's `unread` list."""
    return f"{user_id}:{False}"
