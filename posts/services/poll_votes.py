"""Votes in polls, and the totals of a poll."""

from collections.abc import Sequence
from typing import NamedTuple

from mysocial.core.errors import Conflict, Invalid, NotFound
from mysocial.store import STALE_ERRORS, Row, Write, reads, retry_on_conflict, write
from posts import selectors
from posts.events import PollUpdated, PollVoted
from posts.models import Poll, PollVote, poll_vote_id
from posts.selectors import PollView, parse_choices
from posts.services.write_steps import require_visible
from posts.store import poll_votes
from users.services import require_not_silenced

MAY_NOT_CHANGE = "You have voted in this poll, and its author does not permit changes."


class VoteState(NamedTuple):
    """A member's vote after a write; `choices` is empty if there is none."""

    post_id: str
    choices: tuple[int, ...]
    option_count: int
    shows_results: bool


@retry_on_conflict
def set_poll_vote(*, user_id: str, post_id: str, choices: Sequence[int]) -> VoteState:
    """Vote in the poll of a post, or change the vote; the same vote again changes nothing.

    Raises:
        Conflict: The member has voted, and the poll does not permit changes.
        Invalid: The poll has no such option, or permits one choice only.
        NotFound: The member may not see the post, or it has no poll.
        PollEnded: The poll has ended.
        Silenced: The member may not write now.
    """
    post = selectors.visible_row_query(post_id, viewer_id=user_id).result()
    view = _get_view(post, user_id)
    poll, vote = view.poll, view.vote
    new = tuple(sorted(choices))
    _check_choices(poll, new)
    old = parse_choices(vote.choices) if vote else ()
    state = VoteState(post_id, new, len(poll.options), shows_results=True)
    if old == new:
        return state
    stored = ",".join(map(str, new))
    with write(*STALE_ERRORS) as w:
        require_not_silenced(w, user_id)
        require_visible(w, post, viewer_id=user_id)
        _require_open(w, view)
        if vote:
            w.update(vote, check_revision=True, choices=stored)  # the totals depend on the old one
        else:
            pk = poll_vote_id(post_id, user_id)
            w.create(PollVote(id=pk, post_id=post_id, user_id=user_id, choices=stored))
        _update_totals(w, post.value("author_id"), user_id, old, state)
    return state


@retry_on_conflict
def delete_poll_vote(*, user_id: str, post_id: str) -> VoteState:
    """Withdraw a member's vote; do nothing if there is none.

    Members may withdraw their votes even if they may no longer see the post.

    Raises:
        Conflict: The poll does not permit changes.
        NotFound: The member may not see the post and has no vote, or the post has no poll.
        PollEnded: The poll has ended.
    """
    try:
        view = _get_view(selectors.visible_row_query(post_id, viewer_id=user_id).result(), user_id)
    except NotFound:
        hidden = selectors.poll_view_query(post_id, user_id).result()
        if hidden is None or hidden.vote is None:
            raise
        return _withdraw(hidden, hidden.vote, sees_post=False)
    if view.vote:
        return _withdraw(view, view.vote)
    return VoteState(post_id, (), len(view.poll.options), view.shows_results)


@retry_on_conflict
def remove_poll_vote(*, vote_id: str) -> None:
    """Delete a vote of a deleted member, also after the end of the poll.

    Raises:
        NotFound: There is no such vote.
    """
    vote = reads.get_record(poll_votes, vote_id)
    view = selectors.poll_view_query(vote.post_id, vote.user_id).result()
    with write(*STALE_ERRORS) as w:
        w.delete(vote, check_revision=True)
        if view:  # Otherwise the totals are gone.
            _count(w, vote.post_id, parse_choices(vote.choices), (), missing_ok=True)
            author_id = selectors.get_author_id(vote.post_id)
            w.announce(PollUpdated(vote.post_id, author_id, len(view.poll.options)))


def _get_view(post: Row, user_id: str) -> PollView:
    if not post.value("poll_id"):
        raise NotFound
    view = selectors.poll_view_query(post.id, user_id).result()
    if view is None:
        raise NotFound
    return view


def _check_choices(poll: Poll, choices: tuple[int, ...]) -> None:
    problem = ""
    if choices[-1] >= len(poll.options):
        problem = f"The options of this poll have the numbers 0 to {len(poll.options) - 1}."
    elif len(choices) > 1 and not poll.multiple:
        problem = "This poll permits one choice only."
    if problem:
        raise Invalid(errors={"choices": problem})


def _require_open(w: Write, view: PollView) -> None:
    """Make a write fail unless the member may vote in the poll as it was read."""
    w.require_future(Poll, view.poll.id, "ends_ms")
    w.require_revision(view.poll)
    if view.vote and view.is_open and not view.poll.may_change_vote:
        raise Conflict(MAY_NOT_CHANGE)


def _withdraw(view: PollView, vote: PollVote, *, sees_post: bool = True) -> VoteState:
    poll = view.poll
    shows_results = sees_post and not poll.hide_results
    state = VoteState(poll.id, (), len(poll.options), shows_results)
    author_id = selectors.get_author_id(poll.id)
    with write(*STALE_ERRORS) as w:
        _require_open(w, view)
        w.delete(vote, check_revision=True)
        _update_totals(w, author_id, vote.user_id, parse_choices(vote.choices), state)
    return state


def _update_totals(
    w: Write, author_id: str, user_id: str, old: tuple[int, ...], state: VoteState
) -> None:
    """Count and announce a change of a vote, in the write that makes it."""
    _count(w, state.post_id, old, state.choices)
    w.announce(PollVoted(user_id, *state))
    w.announce(PollUpdated(state.post_id, author_id, state.option_count))
    w.respond_with(state)


def _count(
    w: Write,
    post_id: str,
    old: tuple[int, ...],
    new: tuple[int, ...],
    *,
    missing_ok: bool = False,
) -> None:
    deltas = {f"votes_{number}": -1 for number in set(old) - set(new)}
    deltas |= {f"votes_{number}": 1 for number in set(new) - set(old)}
    if bool(old) != bool(new):
        deltas["voters_count"] = 1 if new else -1
    w.increment(Poll, post_id, missing_ok=missing_ok, init=None, only_if=None, **deltas)
