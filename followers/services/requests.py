"""Accepting and declining requests to follow a private account."""

from followers import selectors
from followers.selectors import Relationship
from followers.services.edges import (
    accept_request_record,
    add_follow,
    cancel_request,
    delete_edge,
    get_counterpart,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from users.selectors import require_other_exists


@retry_on_conflict
def accept_request(*, user_id: str, other_id: str) -> Relationship:
    """Accept the other member's request to follow; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or neither requested to follow nor follows.
    """
    require_other_exists(user_id, other_id, "follow")
    pk = pair_id(other_id, user_id)
    relationship = selectors.get_relationship(user_id, other_id)._replace(followed_by=True)
    request = reads.get_records(follow_requests, [pk]).get(pk)
    if request is None:
        if not reads.get_records(follows, [pk]):
            raise NotFound
        return relationship
    # Stale if the request was withdrawn, accepted or declined, or a block was created.
    with write(*STALE_ERRORS) as w:
        require_no_block(w, user_id, other_id)
        accept_request_record(w, request)
        add_follow(w, other_id, user_id)
        w.respond_with(relationship)
    return relationship


def decline_request(*, user_id: str, other_id: str) -> Relationship:
    """Decline the other member's request to follow; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    relationship = get_counterpart(user_id, other_id, action="follow").relationship
    return delete_edge(follow_requests, pair_id(other_id, user_id), cancel_request, relationship)
