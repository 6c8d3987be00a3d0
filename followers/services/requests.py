"""Accepting and declining requests to follow a private account."""

from followers import selectors
from followers.selectors import Relationship
from followers.services.edges import (
    accept_request_in_write,
    cancel_request,
    delete_edge,
    get_counterpart,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial.core.errors import NotFound
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from users.selectors import require_other_exists, users_query
from users.services import require_privacy


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
        accept_request_in_write(w, request)
        w.respond_with(relationship)
    return relationship


@retry_on_conflict
def accept_waiting_request(*, request_id: str) -> None:
    """Accept a request to follow an account that became public.

    Its owner is not notified, because there may be thousands.

    Raises:
        NotFound: There is no such request, or the account is private again.
    """
    request = reads.get_record(follow_requests, request_id)
    if not is_public(request.target_id):
        raise NotFound
    # Stale if the request ended, a block was created, or the account became private.
    with write(*STALE_ERRORS) as w:
        require_privacy(w, request.target_id, b"false")
        require_no_block(w, request.target_id, request.requester_id)
        accept_request_in_write(w, request, notifies_target=False)


def is_public(user_id: str) -> bool:
    """Return whether a member exists and following them needs no request."""
    user = users_query([user_id]).result().get(user_id)
    return user is not None and not user.is_private


def decline_request(*, user_id: str, other_id: str) -> Relationship:
    """Decline the other member's request to follow; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    relationship = get_counterpart(user_id, other_id, action="follow").relationship
    return delete_edge(follow_requests, pair_id(other_id, user_id), cancel_request, relationship)
