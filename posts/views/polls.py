"""HTTP API of votes in polls."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import NULL
from posts import services
from posts.poll_representations import results_parts, viewer_poll_parts
from posts.serializers import PollVoteInput, PollVoteResponseSerializer
from posts.services import VoteState

VOTE_CHANGES = RateLimit("poll-vote", 120, MINUTE)


def vote_representation(state: VoteState) -> list[Any]:
    """Return the JSON parts of what a poll is to the member who has voted."""
    shown = results_parts(state.post_id, state.option_count) if state.shows_results else [NULL]
    return viewer_poll_parts(state.choices, shown)


class PollViewSet(ApiViewSet):
    """Votes in the polls of posts. Only the voter can see a vote."""

    @extend_schema(
        operation_id="setPollVote",
        request=PollVoteInput,
        responses=PollVoteResponseSerializer,
        examples=[OpenApiExample("A vote", {"choices": [0]}, request_only=True)],
        summary="Vote in the poll of a post",
        description="Replaces your earlier vote, if the poll permits changes. Nobody else can see "
        "what you vote for.",
    )
    @write_action("Vote recorded", limit=VOTE_CHANGES, poll=vote_representation)
    def update(self, request: Request, pk: str) -> VoteState:
        choices = validated_body(PollVoteInput, request)["choices"]
        return services.set_poll_vote(user_id=current_user_id(request), post_id=pk, choices=choices)

    @extend_schema(
        operation_id="deletePollVote",
        request=None,
        responses={200: PollVoteResponseSerializer},
        summary="Withdraw your vote in the poll of a post",
        description="Only if the poll permits changes.",
    )
    @write_action("Vote withdrawn", limit=VOTE_CHANGES, poll=vote_representation)
    def destroy(self, request: Request, pk: str) -> VoteState:
        validated_body(StrictSerializer, request)
        return services.delete_poll_vote(user_id=current_user_id(request), post_id=pk)
