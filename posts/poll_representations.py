"""Representations of polls in responses and events: JSON parts and their schemas.

What a poll is, is part of its post. The results depend on the viewer, so they are part of what the
post is to its viewer, which no event about a post has.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rest_framework import serializers

from mysocial.store import NULL, Field, JsonTemplate, RelatedObject, RelatedRow, Row, time_check
from posts.models import MAX_POLL_OPTIONS, poll_vote_id
from posts.store import VOTE_COUNTERS, poll_votes, polls

NO_POLL = b',"poll":null}'  # the end of a post without a poll
DEFINITION, VOTERS = "definition", "voters_count"
# The `refs` entry of templates that show a poll, and the check whether the poll has not ended.
POLL = (polls, (DEFINITION, VOTERS, *VOTE_COUNTERS))
IS_OPEN = (time_check("ends_ms", polls.prefix),)
POLL_OBJECT = RelatedObject("poll_id", DEFINITION)
poll_template = JsonTemplate(polls, Field(DEFINITION), load=(VOTERS, *VOTE_COUNTERS))


def may_see_results(*, hide_results: bool, is_open: bool, has_voted: bool) -> bool:
    """Return whether a viewer of a post may see the results of its poll.

    If the author hides them, only members who have voted may, until the poll ends.
    """
    return has_voted or not is_open or not hide_results


def results_json(values: Mapping[str, bytes], option_count: int) -> bytes:
    """Return the JSON object of the results, from the counters of a poll."""
    votes = b",".join(values[name] for name in VOTE_COUNTERS[:option_count])
    return b'{"votes":[%b],"voters_count":%b}' % (votes, values[VOTERS])


def results_parts(post_id: str, option_count: int) -> list[Any]:
    """Return the JSON parts of the results, which the write script fills in."""
    key = polls.key(post_id)
    parts: list[Any] = []
    for name in VOTE_COUNTERS[:option_count]:
        parts += [b"," if parts else b'{"votes":[', [key, name]]
    return [*parts, b'],"voters_count":', [key, VOTERS], b"}"]


def viewer_poll_json(choices: bytes, results: bytes = NULL) -> bytes:
    """Return the JSON object of what a poll is to its viewer; `choices` is the stored value."""
    return b'{"choices":[%b],"results":%b}' % (choices, results)


def viewer_poll_parts(choices: Sequence[int], results: Sequence[Any]) -> list[Any]:
    """Return the JSON parts of what a poll is to its viewer."""
    stored = ",".join(map(str, choices)).encode()
    before, after = viewer_poll_json(stored, b"*").split(b"*")
    return [before, *results, after]


def _joined_poll_json(poll: RelatedRow, choices: bytes | bool) -> bytes:
    """Return the JSON object of what a poll is to a viewer, from the row of its post.

    Args:
        poll: The poll as `POLL` loads it, with the check `IS_OPEN`.
        choices: The choices of the viewer's vote; False if there is none.
    """
    definition = orjson.loads(b"{%b}" % poll.value(DEFINITION))
    voted = choices if isinstance(choices, bytes) else b""
    if not may_see_results(
        hide_results=definition["hide_results"],
        is_open=bool(poll.checks[0]),
        has_voted=bool(voted),
    ):
        return viewer_poll_json(voted)
    values = {name: poll.value(name) for name in (VOTERS, *VOTE_COUNTERS)}
    return viewer_poll_json(voted, results_json(values, len(definition["options"])))


def poll_suffix(row: Row) -> bytes:
    """Return what a post with a poll has at its end for its viewer, without the last brace.

    The row has the viewer values of `selectors.viewer_fields`; the last one is that of the vote.
    """
    poll = row.related("poll_id")
    choices = row.viewer_values[-1]
    return b',"poll":%b}' % _joined_poll_json(poll, choices) if poll.exists else NO_POLL


def own_choices_placeholder(post_id: str, user_id: str) -> list[Any]:
    """Return the placeholder of the list of a member's choices in a poll."""
    pk = poll_vote_id(post_id, user_id)
    placeholder = poll_votes.optional_placeholder(pk, "choices", b"[", b"]")
    placeholder[2] = b"[]"
    return placeholder


class PollSerializer(serializers.Serializer[Any]):
    """A poll, as all viewers of its post see it."""

    options = serializers.ListField(
        child=serializers.CharField(),
        min_length=2,
        max_length=MAX_POLL_OPTIONS,
        help_text="The texts of the options. A vote names them by their numbers, from 0.",
    )
    multiple = serializers.BooleanField(help_text="Whether a vote may have several choices.")
    hide_results = serializers.BooleanField(
        help_text="Whether only members who have voted see the results before the end."
    )
    may_change_vote = serializers.BooleanField(
        help_text="Whether members may change and withdraw their votes before the end."
    )
    ends_at = serializers.DateTimeField(help_text="When the poll ends, by the server's clock.")


class PollResultsSerializer(serializers.Serializer[Any]):
    """The results of a poll."""

    votes = serializers.ListField(
        child=serializers.IntegerField(), help_text="The number of votes for each option."
    )
    voters_count = serializers.IntegerField(help_text="The number of members who have voted.")


class PollViewerSerializer(serializers.Serializer[Any]):
    """What a poll is to you."""

    choices = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="The numbers of the options that you have voted for; empty without a vote.",
    )
    results = PollResultsSerializer(
        allow_null=True,
        help_text="The results; null as long as you may not see them: see `hide_results`.",
    )
