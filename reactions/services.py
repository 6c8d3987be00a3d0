"""Writes of reactions and of a post's totals."""

from typing import NamedTuple

from mysocial.core.errors import NotFound
from mysocial.store import STALE_ERRORS, Write, reads, retry_on_conflict, write
from notifications import services as notifications
from posts import selectors as post_selectors
from posts.services import increment_reaction_totals, require_visible
from reactions import selectors
from reactions.events import ReactionChanged
from reactions.models import Reaction, reaction_id
from reactions.store import reactions
from users.services import require_not_silenced


class ReactionState(NamedTuple):
    """A member's reaction to a post after a write; `type` is None if there is none."""

    post_id: str
    type: str | None
    sees_post: bool = True


@retry_on_conflict
def set_reaction(*, user_id: str, post_id: str, reaction_type: str) -> ReactionState:
    """React to a post, or change the reaction; the same reaction again changes nothing.

    Raises:
        NotFound: The member may not see the post.
        Silenced: The member may not write now.
    """
    post_query = post_selectors.post_and_recipients_query(post_id, actor_id=user_id)
    reaction_query = selectors.reaction_query(post_id, user_id)
    reads.gather(post_query, reaction_query)
    (post, recipients), reaction = post_query.result(), reaction_query.result()
    old_type = reaction.type if reaction else None
    state = ReactionState(post_id, reaction_type)
    if old_type == reaction_type:
        return state
    author_id = post.value("author_id")
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        require_visible(w, post, viewer_id=user_id)
        if reaction:
            # The totals depend on the type that was read.
            w.update(reaction, check_revision=True, type=reaction_type)
        else:
            pk = reaction_id(post_id, user_id)
            w.create(Reaction(id=pk, post_id=post_id, user_id=user_id, type=reaction_type))
        _update_totals(w, user_id, author_id, old_type, state)
        if not reaction:  # A changed reaction does not notify the author again.
            notifications.initialize_cause(w, pk, "reaction")
            notifications.notify(
                w,
                to=author_id,
                kind="reaction",
                actor_id=user_id,
                cause=pk,
                post_id=post_id,
                recipients=recipients,
            )
    return state


@retry_on_conflict
def delete_reaction(*, user_id: str, post_id: str) -> ReactionState:
    """Delete a member's reaction to a post; do nothing if there is none.

    Members may delete their reactions even if they may no longer see the post.

    Raises:
        NotFound: The member may not see the post, and has no reaction to it.
    """
    post_query = post_selectors.visible_row_query(post_id, viewer_id=user_id)
    reaction_query = selectors.reaction_query(post_id, user_id)
    reads.gather(post_query, reaction_query)
    reaction = reaction_query.result()
    try:
        author_id = post_query.result().value("author_id")
    except NotFound:
        author_id = post_selectors.get_author_id(post_id)
        if not (reaction and author_id):
            raise
        return _delete(reaction, author_id, sees_post=False)
    return _delete(reaction, author_id) if reaction else ReactionState(post_id, None)


@retry_on_conflict
def remove_reaction(*, reaction_id: str) -> ReactionState:
    """Delete any member's reaction, as staff."""
    reaction = reads.get_record(reactions, reaction_id)
    return _delete(reaction, post_selectors.get_author_id(reaction.post_id))


def _delete(reaction: Reaction, author_id: str, *, sees_post: bool = True) -> ReactionState:
    state = ReactionState(reaction.post_id, None, sees_post)
    with write(*STALE_ERRORS) as w:
        w.delete(reaction, check_revision=True)
        if author_id:  # Otherwise the post and its totals are gone.
            _update_totals(w, reaction.user_id, author_id, reaction.type, state)
        notifications.retract_all(w, kinds=("reaction",), cause=str(reaction.pk))
    return state


def _update_totals(
    w: Write, user_id: str, author_id: str, old_type: str | None, state: ReactionState
) -> None:
    """Count and announce a change of a reaction, in the write that makes it."""
    changes = {value: change for value, change in ((old_type, -1), (state.type, 1)) if value}
    increment_reaction_totals(w, state.post_id, **changes)
    w.announce(ReactionChanged(state.post_id, author_id, user_id, state.type))
    w.respond_with(state)
