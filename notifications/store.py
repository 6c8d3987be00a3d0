"""What lives in Redis of notifications."""

from mysocial.store import Index, Store
from notifications.models import Inbox, Notification

ON_POSTS = ("comment", "reaction", "mention")  # kinds that hang on a post

notifications = Store(
    Notification,
    raw=("user_id", "actor_id", "kind", "cause", "post_id", "read"),
    indexes=(
        Index("user", "user_id"),
        Index("kind", "user_id", by="kind"),
        # By `read` as well: MongoDB has its own index for it, and reads no more than it answers.
        Index("unread", "user_id", by="read", where={"read": (False,)}),
        Index("between", "user_id", by="actor_id"),
        Index("actor", "actor_id"),
        Index("cause", "cause"),
        Index("post", "post_id", where={"kind": ON_POSTS}),
    ),
)
inboxes = Store(Inbox, counters=("unread_count",))


def unread_of(user_id: str) -> str:
    """Return the value that names a member's list of what is unread."""
    return f"{user_id}:{False}"
