"""Which function does what an event asks of a client, and what a client reads again.

Where an event tells that there is more to see than was, which no event could carry, a client notes
which parts of its state it is to read again.
"""

from collections.abc import Callable

from tests.states.holder import Data, Holder

Handler = Callable[[Holder, Data], None]
HANDLERS: dict[str, Handler] = {}
# What there is more to see of, by what tells so; `{}` is the member whom it is about.
SEEN_AGAIN = (
    "profile:{}", "relation:{}", "wall:{}", "gallery:{}", "messages:{}", "feed", "comments:*",
    "mutes", "open_chats", "conversations", "unread", "notifications",
)  # fmt: skip
AGAIN = {
    "follow.created": ("feed", "home", "wall:{}", "gallery:{}", "notifications"),
    "mute.deleted": ("feed", "home", "wall:{}", "notifications"),
    "block.deleted": SEEN_AGAIN,
    "user.shown": SEEN_AGAIN,
    "user.shown, of the posts": ("feed", "wall:{}", "gallery:{}", "notifications"),
    "user.updated": ("gallery:{}",),  # a new picture is shown
    "post.created": ("gallery:{}",),  # it brings a picture
    "post.updated": ("gallery:{}",),
    "post.updated, of one not held": ("gallery:{}", "comments:[]", "mine:[]", "notifications"),
    "message.deleted": ("messages:*",),  # it was sent and deleted while the client was away
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
