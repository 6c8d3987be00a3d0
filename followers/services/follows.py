"""Following, asking to follow, and the ends of both."""

from followers.models import Follow, FollowRequest
from followers.permissions import can_follow
from followers.selectors import Relationship
from followers.services.edges import (
    accept_request_record,
    add_follow,
    add_request,
    cancel_request,
    delete_edge,
    get_counterpart,
    remove_follow_in_write,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write
from notifications.selectors import recipients_query
from users.services import require_not_silenced, require_privacy


def follow(*, user_id: str, other_id: str) -> Relationship:
    """Follow a member, or ask a private account; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    return run_with_retry(lambda: _follow_or_ask(user_id, other_id))


def _follow_or_ask(user_id: str, other_id: str) -> Relationship:
    pk = pair_id(user_id, other_id)
    request = reads.optional_record_query(follow_requests, pk)
    audience = recipients_query({other_id}, actor_id=user_id)
    standing, is_private = get_counterpart(user_id, other_id, request, audience, action="follow")
    asked = request.result()
    if standing.following:
        return standing
    follows_now = can_follow(user_id, other_id, is_private=is_private)
    standing = standing._replace(following=follows_now, requested=not follows_now)
    if asked and not follows_now:
        return standing
    # Followed, asked, answered or blocked meanwhile, or the account was changed: look again.
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        # An account that went private since we looked is asked.
        require_privacy(w, other_id, b"true" if is_private else b"false")
        require_no_block(w, user_id, other_id)
        if asked:
            accept_request_record(w, asked)
        else:
            w.require_absent(FollowRequest, pk)
        if follows_now:
            add_follow(w, user_id, other_id, audience.result())
        else:
            w.require_absent(Follow, pk)
            add_request(w, user_id, other_id, audience.result())
        w.respond_with(standing)
    return standing


def unfollow(*, user_id: str, other_id: str) -> Relationship:
    """Follow a member no longer, nor ask to; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    return run_with_retry(lambda: _unfollow(user_id, other_id))


def _unfollow(user_id: str, other_id: str) -> Relationship:
    pk = pair_id(user_id, other_id)
    both = (
        reads.optional_record_query(follows, pk),
        reads.optional_record_query(follow_requests, pk),
    )
    standing = get_counterpart(user_id, other_id, *both, action="follow").relationship._replace(
        following=False, requested=False
    )
    edge, request = both[0].result(), both[1].result()
    if not edge and not request:
        return standing
    with write(*STALE_ERRORS) as w:  # ended, answered or marked meanwhile: look again
        if edge:
            remove_follow_in_write(w, edge)
        if request:
            cancel_request(w, request)
        w.respond_with(standing)
    return standing


def remove_follower(*, user_id: str, other_id: str) -> Relationship:
    """Let a follower follow no longer; a second time changes nothing.

    `NotFound` when either blocks the other.
    """
    standing = get_counterpart(user_id, other_id, action="follow").relationship._replace(
        followed_by=False
    )
    return delete_edge(follows, pair_id(other_id, user_id), remove_follow_in_write, standing)
