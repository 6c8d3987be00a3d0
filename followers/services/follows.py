"""Following, requesting to follow, and ending both."""

from followers.models import Follow, FollowRequest
from followers.permissions import can_follow
from followers.selectors import Relationship
from followers.services.edges import (
    add_follow,
    add_request,
    cancel_request,
    delete_edge,
    delete_request,
    get_counterpart,
    remove_follow_in_write,
    require_no_block,
)
from followers.store import follow_requests, follows
from mysocial.core.ids import pair_id
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from notifications.selectors import recipients_query
from users.services import require_not_silenced, require_privacy


@retry_on_conflict
def follow(*, user_id: str, other_id: str) -> Relationship:
    """Follow a member, or request to follow a private account; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
        Silenced: The member is silenced.
    """
    pk = pair_id(user_id, other_id)
    request_query = reads.optional_record_query(follow_requests, pk)
    recipients = recipients_query({other_id}, actor_id=user_id)
    relationship, is_private = get_counterpart(
        user_id, other_id, request_query, recipients, action="follow"
    )
    request = request_query.result()
    if relationship.following:
        return relationship
    follows_now = can_follow(user_id, other_id, is_private=is_private)
    relationship = relationship._replace(following=follows_now, requested=not follows_now)
    if request and not follows_now:
        return relationship
    # Stale if a follow, a request or a block was created or deleted, or the privacy was changed.
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        # An account that became private since it was read must get a request.
        require_privacy(w, other_id, b"true" if is_private else b"false")
        require_no_block(w, user_id, other_id)
        if request:
            delete_request(w, request)
        else:
            w.require_absent(FollowRequest, pk)
        if follows_now:
            add_follow(w, user_id, other_id, recipients.result())
        else:
            w.require_absent(Follow, pk)
            add_request(w, user_id, other_id, recipients.result())
        w.respond_with(relationship)
    return relationship


@retry_on_conflict
def unfollow(*, user_id: str, other_id: str) -> Relationship:
    """Unfollow a member, or withdraw the request to follow; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    pk = pair_id(user_id, other_id)
    edge_query = reads.optional_record_query(follows, pk)
    request_query = reads.optional_record_query(follow_requests, pk)
    counterpart = get_counterpart(user_id, other_id, edge_query, request_query, action="follow")
    relationship = counterpart.relationship._replace(following=False, requested=False)
    edge, request = edge_query.result(), request_query.result()
    if not edge and not request:
        return relationship
    # Stale if either was deleted, or its notification was marked read, by another write.
    with write(*STALE_ERRORS) as w:
        if edge:
            remove_follow_in_write(w, edge)
        if request:
            cancel_request(w, request)
        w.respond_with(relationship)
    return relationship


def remove_follower(*, user_id: str, other_id: str) -> Relationship:
    """Remove a follower of the member; a repetition changes nothing.

    Raises:
        Invalid: Both ids are the same.
        NotFound: The other member does not exist, or one of the two blocks the other.
    """
    relationship = get_counterpart(user_id, other_id, action="follow").relationship
    return delete_edge(
        follows,
        pair_id(other_id, user_id),
        remove_follow_in_write,
        relationship._replace(followed_by=False),
    )
