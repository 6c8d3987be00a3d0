"""Verbs of reactions: the only writers of reactions and of the totals of a post."""

from typing import NamedTuple

from mysocial.store import STALE_ERRORS, Write, reads, run_with_retry, write
from notifications import services as notifications
from notifications.selectors import recipient_query, single_recipient
from posts import selectors as post_selectors
from posts.services import increment_reaction_totals, require_visible
from reactions import selectors
from reactions.events import ReactionChanged
from reactions.models import Reaction, reaction_id
from reactions.store import reactions
from users.services import require_not_silenced


class Reacted(NamedTuple):
    """How a member reacts to a post after a verb."""

    post_id: str
    kind: str | None


def set_reaction(*, user_id: str, post_id: str, kind: str) -> Reacted:
    """React to a post, or differently; a second time changes nothing. `NotFound`: not visible."""
    return run_with_retry(lambda: _set(user_id, post_id, kind))


def delete_reaction(*, user_id: str, post_id: str) -> Reacted:
    """React to a post no longer; a second time changes nothing. `NotFound` as for setting."""
    return run_with_retry(lambda: _delete(user_id, post_id))


def remove_reaction(*, reaction_id: str) -> Reacted:
    """Remove anybody's reaction, as staff."""
    return run_with_retry(lambda: _remove(reaction_id))


def _set(user_id: str, post_id: str, kind: str) -> Reacted:
    via = post_selectors.author_through(post_id)
    listener = recipient_query(via, actor_id=user_id)
    post, reaction = selectors.look(post_id, user_id, listener)
    pk, reacted = reaction_id(post_id, user_id), Reacted(post_id, kind)
    was = reaction.type if reaction else None
    if was == kind:
        return reacted
    author_id = post.value("author_id")
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        require_visible(w, post, to=user_id)
        if reaction:
            # Strict: what is counted less follows from the type that was read.
            w.update(reaction, check_revision=True, type=kind)
        else:
            w.create(Reaction(id=pk, post_id=post_id, user_id=user_id, type=kind))
        _tell(w, user_id, author_id, was, reacted)
        if not reaction:  # told once, however it changes
            notifications.initialise_cause(w, pk, "reaction")
            notifications.notify(
                w,
                to=author_id,
                kind="reaction",
                actor_id=user_id,
                cause=pk,
                post_id=post_id,
                recipients=single_recipient(author_id, listener.result(), actor_id=user_id),
            )
    return reacted


def _delete(user_id: str, post_id: str) -> Reacted:
    post, reaction = selectors.look(post_id, user_id)
    if not reaction:
        return Reacted(post_id, None)
    return _withdraw(reaction, post.value("author_id"))


def _remove(pk: str) -> Reacted:
    reaction = reads.get_record(reactions, pk)
    return _withdraw(reaction, post_selectors.get_author_id(reaction.post_id))


def _withdraw(reaction: Reaction, author_id: str) -> Reacted:
    reacted = Reacted(reaction.post_id, None)
    with write(*STALE_ERRORS) as w:
        w.delete(reaction, check_revision=True)
        if author_id:  # else the post is gone, its totals with it
            _tell(w, reaction.user_id, author_id, reaction.type, reacted)
        notifications.retract_all(w, kinds=("reaction",), cause=str(reaction.pk))
    return reacted


def _tell(w: Write, user_id: str, author_id: str, was: str | None, reacted: Reacted) -> None:
    """Count and announce a change, in the write that makes it."""
    change = {kind: by for kind, by in ((was, -1), (reacted.kind, 1)) if kind}
    increment_reaction_totals(w, reacted.post_id, **change)
    w.announce(ReactionChanged(reacted.post_id, author_id, user_id, reacted.kind))
    w.respond_with(reacted)
