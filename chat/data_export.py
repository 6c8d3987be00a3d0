"""What of chats is a member's own: both sides' messages, as long as they are kept for either."""

from collections.abc import Iterator

from chat.models import Message, conversation_id
from chat.store import messages, open_chats, participants
from mysocial.privacy import ExportSection, Owner, listed, register, walk


def _messages(owner: Owner) -> Iterator[Message]:
    """Yield the messages of a member's conversations."""
    for side in walk(participants, "user", owner.id):
        conversation = conversation_id(side.user_id, side.other_id)
        yield from walk(messages, "conversation", conversation)


# `hidden_for_…` and `unread_email_id` would tell what the other one did.
register(
    ExportSection(
        messages, "Messages", _messages, without=("hidden_for_sender", "hidden_for_receiver")
    )
)
register(
    ExportSection(
        participants,
        "Conversations",
        listed(participants, "user"),
        without=("unread_email_id", "first_unread_id"),
    )
)
register(ExportSection(open_chats, "Open chats", listed(open_chats, "user")))
