"""Answering those who ask to follow a private account."""

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
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write
from users.selectors import require_other_exists


def accept_request(*, user_id: str, other_id: str) -> Relationship:
    """Let somebody follow who asked; a second time changes nothing. `NotFound` for no request."""
    require_other_exists(user_id, other_id, "follow")
    return run_with_retry(lambda: _accept(user_id, other_id))


def _accept(user_id: str, other_id: str) -> Relationship:
    pk = pair_id(other_id, user_id)
    standing = selectors.get_relationship(user_id, other_id)._replace(followed_by=True)
    asked = reads.get_records(follow_requests, [pk])
    if not asked:
        if not reads.get_records(follows, [pk]):
            raise NotFound
        return standing
    # Withdrawn, answered or blocked meanwhile: look again.
    with write(*STALE_ERRORS) as w:
        require_no_block(w, user_id, other_id)
        accept_request_record(w, asked[pk])
        add_follow(w, other_id, user_id)
        w.respond_with(standing)
    return standing


def decline_request(*, user_id: str, other_id: str) -> Relationship:
    """Refuse somebody who asked; a second time changes nothing."""
    standing = get_counterpart(user_id, other_id, action="follow").relationship
    return delete_edge(follow_requests, pair_id(other_id, user_id), cancel_request, standing)
