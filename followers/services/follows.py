"""Following, asking to follow, and the ends of both."""

from followers.models import Follow, FollowRequest, edge_id
from followers.permissions import can_follow
from followers.selectors import Standing
from followers.services.edges import (
    add_follow,
    add_request,
    end_edge,
    end_follow,
    end_request,
    grant_request,
    meet,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial.store import reads
from mysocial.store.writes import MOVED, again, write
from notifications.selectors import asked_audience
from users.services import require_private, require_voice


def follow(*, user_id: str, other_id: str) -> Standing:
    """Follow a member, or ask a private account; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    return again(lambda: _follow_or_ask(user_id, other_id))


def _follow_or_ask(user_id: str, other_id: str) -> Standing:
    pk = edge_id(user_id, other_id)
    request = reads.asked_record(follow_requests, pk)
    audience = asked_audience({other_id}, actor_id=user_id)
    standing, is_private = meet(user_id, other_id, request, audience)
    asked = request.get()
    if standing.following:
        return standing
    follows_now = can_follow(user_id, other_id, is_private=is_private)
    standing = standing._replace(following=follows_now, requested=not follows_now)
    if asked and not follows_now:
        return standing
    # Followed, asked, answered or blocked meanwhile, or the account was changed: look again.
    with write(*MOVED) as w:
        require_voice(w, user_id)
        # An account that went private since we looked is asked.
        require_private(w, other_id, b"true" if is_private else b"false")
        require_no_block(w, user_id, other_id)
        if asked:
            grant_request(w, asked)
        else:
            w.require_absent(FollowRequest, pk)
        if follows_now:
            add_follow(w, user_id, other_id, audience.get())
        else:
            w.require_absent(Follow, pk)
            add_request(w, user_id, other_id, audience.get())
        w.returns(standing)
    return standing


def unfollow(*, user_id: str, other_id: str) -> Standing:
    """Follow a member no longer, nor ask to; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    return again(lambda: _unfollow(user_id, other_id))


def _unfollow(user_id: str, other_id: str) -> Standing:
    pk = edge_id(user_id, other_id)
    both = reads.asked_record(follows, pk), reads.asked_record(follow_requests, pk)
    standing = meet(user_id, other_id, *both).standing._replace(following=False, requested=False)
    edge, request = both[0].get(), both[1].get()
    if not edge and not request:
        return standing
    with write(*MOVED) as w:  # ended, answered or marked meanwhile: look again
        if edge:
            end_follow(w, edge)
        if request:
            end_request(w, request)
        w.returns(standing)
    return standing


def remove_follower(*, user_id: str, other_id: str) -> Standing:
    """Let a follower follow no longer; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    standing = meet(user_id, other_id).standing._replace(followed_by=False)
    return end_edge(follows, edge_id(other_id, user_id), end_follow, standing)
