"""Chat records in the data export of a member.

A conversation belongs to both members, so the messages of both are exported.
"""

from collections.abc import Iterator

from chat.models import Message, conversation_id
from chat.store import messages, open_chats, participants
from mysocial.privacy import ExportSection, Owner, listed, register, walk


def _messages(owner: Owner) -> Iterator[Message]:
    """Yield the messages of a member's conversations."""
    for participant in walk(participants, "user", owner.id):
        conversation = conversation_id(participant.user_id, participant.other_id)
        yield from walk(messages, "conversation", conversation)


# The `hidden_for_...` fields would disclose what the other member deleted, and the history what the
# other member wrote before an edit.
register(
    ExportSection(
        messages,
        "Messages",
        _messages,
        without=("hidden_for_sender", "hidden_for_receiver", "history"),
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
