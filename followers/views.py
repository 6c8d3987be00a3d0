"""HTTP endpoints of follows, requests, blocks and mutes."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from followers import selectors, services
from followers.selectors import Found, Standing
from followers.serializers import (
    PeoplePageSerializer,
    RelationAnswerSerializer,
    RelationsSerializer,
)
from mysocial.api.responses import (
    CURSORS,
    IDS,
    Input,
    Limit,
    caller,
    carry_out,
    ids_asked,
    json_answer,
    page_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.rate_limits import DAY, MINUTE, hit

FOLLOWS = Limit("follow", 200, DAY)
ANSWERS = Limit("follow-answer", 1000, DAY)
BLOCKS = Limit("block", 1000, DAY)
MUTES = Limit("mute", 1000, DAY)
SUGGESTIONS = Limit("suggestions", 60, MINUTE)
Verb = Callable[..., Standing]
ANSWER = {200: RelationAnswerSerializer}
PEOPLE: dict[str, Any] = {"parameters": CURSORS, "responses": PeoplePageSerializer}


def standing_template(standing: Standing) -> list[Any]:
    """Return the pieces of how one stands to another member."""
    return [standing.wire()]


def _follow_answer(standing: Standing) -> list[Any]:
    message = "Follow requested" if standing.requested else "Following"
    return wrote(message, relation=standing_template)(standing)


def _answer(
    request: Request, pk: str, verb: Verb, answer: str | Callable[[Any], Any], limit: Limit
) -> HttpResponse:
    parse(Input, request)
    render = wrote(answer, relation=standing_template) if isinstance(answer, str) else answer
    return carry_out(
        request,
        200,
        render,
        lambda: verb(user_id=caller(request), other_id=pk),
        limit=limit,
    )


def _people(request: Request, read: Callable[..., Found], *who: str, **to: str) -> HttpResponse:
    limit, after = page_bounds(request)
    found, ahead = read(*who, **to, limit=limit, after=after)
    return page_answer(request, "users", found, ahead)


class FollowViewSet(Endpoints):
    """Follows, and requests to follow."""

    @extend_schema(request=None, responses=ANSWER, summary="Follow a member, or ask to")
    def follow(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.follow, _follow_answer, FOLLOWS)

    @extend_schema(
        request=None, responses=ANSWER, summary="Unfollow a member, or ask to follow no longer"
    )
    def unfollow(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unfollow, "Not following", FOLLOWS)

    @extend_schema(request=None, responses=ANSWER, summary="Remove a follower of one's own")
    def remove(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.remove_follower, "Follower removed", ANSWERS)

    @extend_schema(**PEOPLE, summary="Who follows a member, newest first")
    def followers(self, request: Request, pk: str) -> HttpResponse:
        return _people(request, selectors.followers_of, pk, to=caller(request))

    @extend_schema(**PEOPLE, summary="Whom a member follows, newest first")
    def following(self, request: Request, pk: str) -> HttpResponse:
        return _people(request, selectors.followed_by, pk, to=caller(request))

    @extend_schema(
        parameters=[IDS],
        responses=RelationsSerializer,
        summary="How one stands to each of several members",
    )
    def relationships(self, request: Request) -> HttpResponse:
        found = selectors.standings(caller(request), ids_asked(request))
        return json_answer(b'{"relationships":[%s]}' % b",".join(one.wire() for one in found))

    @extend_schema(
        responses=PeoplePageSerializer,
        summary="At most ten people to follow: friends of friends, then the most followed",
    )
    def suggestions(self, request: Request) -> HttpResponse:
        hit(SUGGESTIONS, caller(request))
        return page_answer(request, "users", selectors.suggestions(to=caller(request)), None)


class RequestViewSet(Endpoints):
    """Those who ask to follow one's own private account."""

    @extend_schema(**PEOPLE, summary="Who asks to follow, newest first")
    def list(self, request: Request) -> HttpResponse:
        return _people(request, selectors.requests_to, caller(request))

    @extend_schema(request=None, responses=ANSWER, summary="Accept a request to follow")
    def accept(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.accept_request, "Request accepted", ANSWERS)

    @extend_schema(request=None, responses=ANSWER, summary="Refuse a request to follow")
    def refuse(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.refuse_request, "Request refused", ANSWERS)


class HidingViewSet(Endpoints):
    """Blocks and mutes of one's own."""

    @extend_schema(request=None, responses=ANSWER, summary="Block a member")
    def block(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.block, "Blocked", BLOCKS)

    @extend_schema(request=None, responses=ANSWER, summary="Unblock a member")
    def unblock(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unblock, "Unblocked", BLOCKS)

    @extend_schema(**PEOPLE, summary="Whom one blocks, newest first")
    def blocks(self, request: Request) -> HttpResponse:
        return _people(request, selectors.blocked_by, caller(request))

    @extend_schema(request=None, responses=ANSWER, summary="Mute a member")
    def mute(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.mute, "Muted", MUTES)

    @extend_schema(request=None, responses=ANSWER, summary="Unmute a member")
    def unmute(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unmute, "Unmuted", MUTES)

    @extend_schema(**PEOPLE, summary="Whom one mutes, newest first")
    def mutes(self, request: Request) -> HttpResponse:
        return _people(request, selectors.muted_by, caller(request))
