"""Polls, and what they are to a viewer."""

from typing import Any, NamedTuple

import orjson

from mysocial.store import NULL, Query, Row, ViewerCheck, reads, to_json
from posts.models import Poll, PollVote, Post, poll_vote_id
from posts.poll_representations import (
    DEFINITION,
    IS_OPEN,
    may_see_results,
    own_choices_placeholder,
    poll_template,
    results_json,
    results_parts,
    viewer_poll_json,
    viewer_poll_parts,
)
from posts.selectors.viewers import current_viewers
from posts.store import poll_votes, polls


class PollView(NamedTuple):
    """A poll, whether it is open by the clock of Redis, and a member's vote."""

    poll: Poll
    is_open: bool
    vote: PollVote | None

    @property
    def shows_results(self) -> bool:
        """Whether the member may see the results."""
        return may_see_results(
            hide_results=self.poll.hide_results,
            is_open=self.is_open,
            has_voted=self.vote is not None,
        )


def parse_choices(stored: str) -> tuple[int, ...]:
    """Return the numbers of the options in the stored value of a vote."""
    return tuple(int(number) for number in stored.split(","))


def poll_view_query(post_id: str, user_id: str) -> Query[PollView | None]:
    """Query the poll of a post for a member, without a check of visibility; None without one."""

    def decode(poll: Poll | None, flags: list[int], vote: PollVote | None) -> PollView | None:
        return PollView(poll, bool(flags[0]), vote) if poll else None

    return reads.combine(
        reads.optional_record_query(polls, post_id),
        reads.checks_query(post_id, IS_OPEN),
        reads.optional_record_query(poll_votes, poll_vote_id(post_id, user_id)),
        function=decode,
    )


def own_poll_parts(post: Post) -> list[Any]:
    """Return the JSON parts of what the poll of a post is to its author; empty without a poll."""
    if not post.poll_id:
        return []
    if post.changed_poll:  # It has no votes.
        return viewer_poll_parts(
            (), _results_if(post.changed_poll, is_shown=not post.changed_poll.hide_results)
        )
    view = poll_view_query(post.id, post.author_id).result()
    if view is None:
        return []
    results = _results_if(view.poll, is_shown=view.shows_results)
    return [
        b'{"choices":',
        own_choices_placeholder(post.id, post.author_id),
        b',"results":',
        *results,
        b"}",
    ]


def _results_if(poll: Poll, *, is_shown: bool) -> list[Any]:
    """Return the parts of the results, or null."""
    return results_parts(poll.id, len(poll.options)) if is_shown else [NULL]


def poll_rows_query(post_id: str) -> Query[list[Row]]:
    """Query the row of a poll, with the check whether it is open; empty if it is deleted."""
    return reads.rows_query(poll_template, [post_id], checks={"": IS_OPEN})


def results_json_query(post_id: str) -> Query[bytes | None]:
    """Query the data of `poll.updated` and `poll.ended` as it is now; None without a poll."""

    def render(rows: list[Row]) -> bytes | None:
        if not rows:
            return None
        return b'{"post_id":%b,"results":%b}' % (to_json(post_id), _results_of(rows[0]))

    return poll_rows_query(post_id).map(render)


def viewer_poll_json_query(post_id: str, user_id: str) -> Query[bytes | None]:
    """Query the data of `poll.voted` as it is now; None without a poll."""

    def render(view: PollView | None) -> bytes | None:
        if view is None:
            return None
        poll = view.poll
        counters = {name: str(getattr(poll, name)).encode() for name in polls.counters}
        results = results_json(counters, len(poll.options)) if view.shows_results else NULL
        choices = view.vote.choices.encode() if view.vote else b""
        return b'{"post_id":%b,"poll":%b}' % (to_json(post_id), viewer_poll_json(choices, results))

    return poll_view_query(post_id, user_id).map(render)


def _definition(row: Row) -> dict[str, Any]:
    definition: dict[str, Any] = orjson.loads(b"{%b}" % row.values[DEFINITION])
    return definition


def _results_of(row: Row) -> bytes:
    return results_json(row.values, len(_definition(row)["options"]))


def result_viewers(post_id: str, viewers: set[str]) -> set[str]:
    """Return those of `viewers` who may see the post and the results of its poll now."""
    seeing = current_viewers(post_id, viewers)
    rows = poll_rows_query(post_id).result() if seeing else []
    if not rows:
        return set()
    row = rows[0]
    if may_see_results(
        hide_results=_definition(row)["hide_results"], is_open=bool(row.flags[0]), has_voted=False
    ):
        return seeing
    check = ViewerCheck(
        poll_votes.list_key("post", post_id), poll_vote_id(post_id, ""), "", poll_votes.prefix
    )
    (voters,) = reads.filter_members(sorted(seeing), [check])
    return voters


def text_with_options(post: Post) -> str:
    """Return the text of a post and the options of its poll, for moderators."""
    poll = reads.get_records(polls, [post.id]).get(post.id) if post.poll_id else None
    return "\n".join([post.text, *(poll.options if poll else ())])
