"""What lives in Redis of notifications."""

from mysocial.store import Counter, Index, Store
from notifications.models import Inbox, Notification

ON_POSTS = ("comment", "reaction", "mention")  # kinds that hang on a post

notifications = Store(
    Notification,
    plain_fields=("user_id", "actor_id", "kind", "cause", "post_id", "read"),
    counted_in=(
        Counter("notifications.inbox", "unread_count", by="user_id", where={"read": (False,)}),
    ),
    indexes=(
        Index("user", "user_id", parent_label="users.user"),
        Index("kind", "user_id", by="kind", parent_label="users.user"),
        # By `read` as well: MongoDB has its own index for it, and reads no more than it answers.
        Index("unread", "user_id", by="read", where={"read": (False,)}, parent_label="users.user"),
        Index("between", "user_id", by="actor_id"),
        Index("actor", "actor_id", parent_label="users.user"),
        Index("cause", "cause", by="kind"),
        Index("post", "post_id", where={"kind": ON_POSTS}, parent_label="posts.post"),
    ),
)
inboxes = Store(Inbox, counters=("unread_count",))


def cause_list_value(cause: str, kind: str) -> str:
    """Return the value that names the list of those whom a cause has told so."""
    return f"{cause}:{kind}"


def unread_list_value(user_id: str) -> str:
    """Return the value that names a member's list of what is unread."""
    return f"{user_id}:{False}"
