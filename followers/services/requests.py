"""Answering those who ask to follow a private account."""

from followers import selectors
from followers.models import edge_id
from followers.selectors import Standing
from followers.services.edges import (
    add_follow,
    check_other,
    end_edge,
    end_request,
    grant_request,
    meet,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial.core.errors import NotFound
from mysocial.store import reads
from mysocial.store.writes import MOVED, again, write


def accept_request(*, user_id: str, other_id: str) -> Standing:
    """Let somebody follow who asked; a second time changes nothing. `NotFound` for no request."""
    check_other(user_id, other_id)
    return again(lambda: _accept(user_id, other_id))


def _accept(user_id: str, other_id: str) -> Standing:
    pk = edge_id(other_id, user_id)
    standing = selectors.get_standing(user_id, other_id)._replace(followed_by=True)
    asked = reads.get_many(follow_requests, [pk])
    if not asked:
        if not reads.get_many(follows, [pk]):
            raise NotFound
        return standing
    # Withdrawn, answered or blocked meanwhile: look again.
    with write(*MOVED) as w:
        require_no_block(w, user_id, other_id)
        grant_request(w, asked[pk])
        add_follow(w, other_id, user_id)
        w.returns(standing)
    return standing


def refuse_request(*, user_id: str, other_id: str) -> Standing:
    """Refuse somebody who asked; a second time changes nothing."""
    standing = meet(user_id, other_id).standing
    return end_edge(follow_requests, edge_id(other_id, user_id), end_request, standing)
