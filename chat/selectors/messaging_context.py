"""The messaging context of two members: settings, relation, and their conversation."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chat.models import Participant
from chat.store import participants
from followers.selectors import relation_query
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id
from mysocial.store import Query, gather, reads
from users.selectors import (
    preferences_query,
    require_not_self,
    suspension_check,
    wants_notification,
)


class Pair(NamedTuple):
    """The two participants of a conversation, from the point of view of one of them."""

    mine: Participant
    theirs: Participant


class MessagingContext(NamedTuple):
    """What decides whether a member may write to another, and their conversation, if any."""

    who_may_message: str  # the other's setting
    wants_email: bool  # whether the other wants e-mails about messages
    is_followed: bool  # whether the other follows the member
    pair: Pair | None

    @property
    def has_written(self) -> bool:
        """Whether the other has written to the member."""
        return self.pair is not None and self.pair.theirs.has_written


def get_messaging_context(
    user_id: str, other_id: str, *with_queries: Query[Any]
) -> MessagingContext:
    """Return the messaging context of two members.

    `with_queries` are executed in the same round trip.

    Raises:
        NotFound: There is no such member, they are suspended, or a block separates the two.
    """
    preferences, relation = preferences_query([other_id]), relation_query(other_id, user_id)
    suspension = reads.checks_query(other_id, [suspension_check()])
    pair = _participant_queries(user_id, other_id)
    gather(preferences, relation, suspension, *pair, *with_queries)
    other = preferences.result().get(other_id)
    if other is None or relation.result().blocked or any(suspension.result()):
        raise NotFound
    return MessagingContext(
        who_may_message=other.who_may_message,
        wants_email=wants_notification(other, "message", "email"),
        is_followed=relation.result().follows,
        pair=_pair_of_results(*pair),
    )


def find_pair(user_id: str, other_id: str) -> Pair | None:
    """Return both participants even if a block separates them; None without a conversation."""
    pair = _participant_queries(user_id, other_id)
    gather(*pair)
    return _pair_of_results(*pair)


def get_pair(user_id: str, other_id: str, *with_queries: Query[Any]) -> Pair:
    """Return both participants of a conversation.

    `with_queries` are executed in the same round trip.

    Raises:
        Invalid: Both ids are the same.
        NotFound: There is no such member or no conversation, or a block separates the two.
    """
    require_not_self(user_id, other_id, "message")
    pair = get_messaging_context(user_id, other_id, *with_queries).pair
    if pair is None:
        raise NotFound
    return pair


def _participant_queries(user_id: str, other_id: str) -> Sequence[Query[Participant | None]]:
    ids = (pair_id(user_id, other_id), pair_id(other_id, user_id))
    return [reads.optional_record_query(participants, pk) for pk in ids]


def _pair_of_results(
    mine_query: Query[Participant | None], theirs_query: Query[Participant | None]
) -> Pair | None:
    mine, theirs = mine_query.result(), theirs_query.result()
    return Pair(mine, theirs) if mine and theirs else None
