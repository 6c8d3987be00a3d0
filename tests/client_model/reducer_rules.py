"""Which function does what an event asks of a client, and what a client reads again.

Where an event tells that there is more to see than was, which no event could carry, a client notes
which parts of its state it is to read again.
"""

from collections.abc import Callable

from tests.client_model.client import Data, Holder

Handler = Callable[[Holder, Data], None]
HANDLERS: dict[str, Handler] = {}
# What there is more to see of, by what tells so; `{}` is the member whom it is about.
SEEN_AGAIN = (
    "profile:{}", "relation:{}", "wall:{}", "gallery:{}", "messages:{}", "feed", "post:*",
    "comments:*", "mutes", "open_chats", "conversations", "unread", "notifications",
)  # fmt: skip
AGAIN = {
    "follow.created by oneself": ("feed", "home", "wall:{}", "gallery:{}", "notifications"),
    "mute.deleted of a member": ("feed", "home", "wall:{}", "notifications"),
    "block.deleted of a member": SEEN_AGAIN,
    "user.shown of a member": SEEN_AGAIN,
    "user.shown of the posts": ("feed", "wall:{}", "gallery:{}", "notifications"),
    "user.updated with a new picture": ("gallery:{}",),
    "post.created with a picture": ("gallery:{}",),
    "post.updated with a new picture": ("gallery:{}",),
    "post.updated of one not held": ("gallery:{}", "comments:[]", "mine:[]", "notifications"),
    # Written and deleted while the client was away; one's own profile counts its posts.
    "post.deleted of one not held": ("profile:{}",),
    "message.deleted of one not held": ("messages:*",),
}

# Where each kind of part is read.
PATHS = {
    "feed": "posts",
    "home": "posts/home",
    "wall": "users/{id}/posts",
    "gallery": "users/{id}/images",
    "profile": "users/{id}",
    "relation": "users/relationships",
    "messages": "chat/messages/{user_id}",
    "post": "posts/{id}",
    "comments": "posts/{id}/comments",
    "mine": "posts/{id}/reactions/mine",
    "mutes": "users/me/mutes",
    "open_chats": "chat/users",
    "conversations": "chat/conversations",
    "unread": "chat/unread",
    "notifications": "notifications",
}


def on(kind: str) -> Callable[[Handler], Handler]:
    """Say what is done with the events of a type."""

    def note(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return note


def read_again(h: Holder, why: str, user_id: str = "", post_id: str = "") -> None:
    """Note what is to be read again, of which member and which post."""
    h.stale |= {name.replace("{}", user_id).replace("[]", post_id) for name in AGAIN[why]}
