"""Following, asking to follow, and the ends of both."""

from followers.models import Follow, FollowRequest, edge_id
from followers.permissions import can_follow
from followers.selectors import Standing
from followers.services.edges import (
    add_follow,
    add_request,
    check_other,
    end_edge,
    end_follow,
    end_request,
    grant_request,
    open_standing,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial import reads
from mysocial.writes import MOVED, again, write
from users.selectors import get_user
from users.services import require_private


def follow(*, user_id: str, other_id: str) -> Standing:
    """Follow a member, or ask a private account; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    check_other(user_id, other_id)
    return again(lambda: _follow_or_ask(user_id, open_standing(user_id, other_id)))


def _follow_or_ask(user_id: str, standing: Standing) -> Standing:
    if standing.following:
        return standing
    other = get_user(standing.other_id)
    pk = edge_id(user_id, other.id)
    asked = reads.get_many(follow_requests, [pk])
    follows_now = can_follow(user_id, other.id, is_private=other.is_private)
    standing = standing._replace(following=follows_now, requested=not follows_now)
    if asked and not follows_now:
        return standing
    # Followed, asked, answered or blocked meanwhile, or the account was changed: look again.
    with write(*MOVED) as w:
        # An account that went private since we looked is asked.
        require_private(w, other.id, b"true" if other.is_private else b"false")
        require_no_block(w, user_id, other.id)
        if asked:
            grant_request(w, asked[pk])
        else:
            w.require_absent(FollowRequest, pk)
        if follows_now:
            add_follow(w, user_id, other.id)
        else:
            w.require_absent(Follow, pk)
            add_request(w, user_id, other.id)
        w.returns(standing)
    return standing


def unfollow(*, user_id: str, other_id: str) -> Standing:
    """Follow a member no longer, nor ask to; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    check_other(user_id, other_id)
    return again(lambda: _unfollow(user_id, open_standing(user_id, other_id)))


def _unfollow(user_id: str, standing: Standing) -> Standing:
    pk = edge_id(user_id, standing.other_id)
    standing = standing._replace(following=False, requested=False)
    edges, asked = reads.get_many(follows, [pk]), reads.get_many(follow_requests, [pk])
    if not edges and not asked:
        return standing
    with write(*MOVED) as w:  # ended, answered or marked meanwhile: look again
        for edge in edges.values():
            end_follow(w, edge)
        for request in asked.values():
            end_request(w, request)
        w.returns(standing)
    return standing


def remove_follower(*, user_id: str, other_id: str) -> Standing:
    """Let a follower follow no longer; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    check_other(user_id, other_id)
    standing = open_standing(user_id, other_id)._replace(followed_by=False)
    return end_edge(follows, edge_id(other_id, user_id), end_follow, standing)
