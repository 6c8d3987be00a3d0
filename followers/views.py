"""HTTP endpoints of follows and blocks."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from followers import services
from followers.serializers import RelationAnswerSerializer
from followers.services import Standing
from mysocial.api import Input, Limit, caller, carry_out, parse, wrote
from mysocial.limits import DAY
from mysocial.wire import literal

FOLLOWS = Limit("follow", 200, DAY)
BLOCKS = Limit("block", 1000, DAY)
Verb = Callable[..., Standing]


def standing_template(standing: Standing) -> list[Any]:
    """Return the pieces of how one stands to another member."""
    return [
        literal(
            {
                "id": standing.other_id,
                "following": standing.following,
                "blocking": standing.blocking,
            }
        )
    ]


def _answer(request: Request, pk: str, verb: Verb, message: str, limit: Limit) -> HttpResponse:
    parse(Input, request)
    return carry_out(
        request,
        200,
        wrote(message, relation=standing_template),
        lambda: verb(user_id=caller(request), other_id=pk),
        limit=limit,
    )


class FollowViewSet(ViewSet):
    """Follows and blocks of one's own."""

    @extend_schema(request=None, responses=RelationAnswerSerializer, summary="Follow a member")
    def follow(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.follow, "Following", FOLLOWS)

    @extend_schema(
        request=None, responses={200: RelationAnswerSerializer}, summary="Unfollow a member"
    )
    def unfollow(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unfollow, "Not following", FOLLOWS)

    @extend_schema(request=None, responses=RelationAnswerSerializer, summary="Block a member")
    def block(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.block, "Blocked", BLOCKS)

    @extend_schema(
        request=None, responses={200: RelationAnswerSerializer}, summary="Unblock a member"
    )
    def unblock(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unblock, "Unblocked", BLOCKS)
