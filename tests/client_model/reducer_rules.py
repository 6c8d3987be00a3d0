"""Registry of reducers, and rules for the state that a client must read again.

Some events reveal more than they can carry, for example when a member is unblocked. A client then
marks the affected parts of its state as stale and reads them again.
"""

from collections.abc import Callable

from tests.client_model.client import ClientState, Data

Handler = Callable[[ClientState, Data], None]
HANDLERS: dict[str, Handler] = {}
# The parts that a newly visible member affects; `{}` is the member's id.
MEMBER_PARTS = (
    "profile:{}", "relation:{}", "wall:{}", "gallery:{}", "messages:{}", "feed", "post:*",
    "comments:*", "replies:*", "mutes", "open_chats", "conversations", "unread", "notifications",
)  # fmt: skip
# The parts to read again, by event; `{}` is the id of the member and `[]` the id of the post.
REREAD_RULES = {
    "follow.created by this member": ("feed", "home", "wall:{}", "gallery:{}", "notifications"),
    "mute.deleted of a member": ("feed", "home", "wall:{}", "notifications"),
    "block.deleted of a member": MEMBER_PARTS,
    "user.shown of a member": MEMBER_PARTS,
    "user.shown of the posts": ("feed", "wall:{}", "gallery:{}", "notifications"),
    "user.updated with a new picture": ("gallery:{}",),
    "post.created with a picture": ("gallery:{}",),
    "post.updated with a new picture": ("gallery:{}",),
    "post.updated of an unknown post": (
        "gallery:{}",
        "post:[]",
        "comments:[]",
        "replies:[]:*",
        "notifications",
    ),
    # Created and deleted while the client was away; the member's profile counts posts.
    "post.deleted of an unknown post": ("profile:{}",),
    "message.deleted of an unknown message": ("messages:*",),
}

# The path from which each kind of part is read.
PATHS = {
    "feed": "posts",
    "home": "posts/home",
    "wall": "users/{id}/posts",
    "gallery": "users/{id}/images",
    "profile": "users/{id}",
    "relation": "users/relationships",
    "messages": "chat/conversations/{user_id}/messages",
    "post": "posts/{id}",
    "comments": "posts/{id}/comments",
    "replies": "comments/{id}/replies",
    "mutes": "users/me/mutes",
    "open_chats": "chat/users",
    "conversations": "chat/conversations",
    "unread": "chat/unread",
    "notifications": "notifications",
}


def on(event_type: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the reducer of an event type."""

    def register(handler: Handler) -> Handler:
        HANDLERS[event_type] = handler
        return handler

    return register


def mark_stale(client: ClientState, rule: str, user_id: str = "", post_id: str = "") -> None:
    """Mark the parts of the state that a rule names as stale, for a member or a post."""
    client.stale |= {
        name.replace("{}", user_id).replace("[]", post_id) for name in REREAD_RULES[rule]
    }
