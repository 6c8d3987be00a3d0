"""Chat records in the data export of a member.

A conversation belongs to both members, so the messages of both are exported: those that the member
wrote, and those of the other member that the member can see now.
"""

from collections.abc import Iterator

from chat.models import Message, conversation_id
from chat.store import messages, open_chats, participants
from followers.selectors import who_can_interact
from mysocial.privacy import ExportSection, Owner, listed, register, walk


def _messages(owner: Owner) -> Iterator[Message]:
    """Yield the messages of a member's conversations."""
    for participant in walk(participants, "user", owner.id):
        other_id = participant.other_id
        sees_other = bool(who_can_interact(owner.id, {other_id}))
        for message in walk(messages, "conversation", conversation_id(owner.id, other_id)):
            if message.sender_id == owner.id or (sees_other and not message.hidden_for_receiver):
                if not sees_other:
                    message.reactions.pop(other_id, None)
                yield message


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
