"""Stores of notifications."""

from mysocial.store import Counter, Index, Store
from notifications.models import Inbox, Notification

# The kinds that belong to a post.
POST_KINDS = ("comment", "reply", "reaction", "comment_reaction", "mention", "poll")

notifications = Store(
    Notification,
    plain_fields=("user_id", "actor_id", "kind", "cause", "post_id", "read", "read_mark"),
    counted_in=(
        Counter(
            "notifications.inbox",
            "unread_count",
            by="user_id",
            where={"read": (False,)},
            same="read_mark",
        ),
    ),
    indexes=(
        Index("user", "user_id", parent_label="users.user"),
        Index("kind", "user_id", second_field="kind", parent_label="users.user"),
        Index("between", "user_id", second_field="actor_id"),
        Index("actor", "actor_id", parent_label="users.user"),
        Index("cause", "cause", second_field="kind"),
        Index("post", "post_id", where={"kind": POST_KINDS}, parent_label="posts.post"),
    ),
)
inboxes = Store(Inbox, plain_fields=("read_mark",), counters=("unread_count",))


def cause_list_value(cause: str, kind: str) -> str:
    """Return the value of the `cause` list with the notifications of this cause and kind."""
    return f"{cause}:{kind}"
