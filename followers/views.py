"""HTTP endpoints of follows, requests, blocks and mutes."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from followers import selectors, services
from followers.selectors import PeoplePage, Relationship
from followers.serializers import (
    PeoplePageSerializer,
    RelationResponseSerializer,
    RelationsSerializer,
)
from mysocial.api import (
    IDS_PARAMETER,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    id_params,
    json_response,
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.rate_limits import DAY, MINUTE, RateLimit, check_rate_limit

FOLLOWS = RateLimit("follow", 200, DAY)
ANSWERS = RateLimit("follow-answer", 1000, DAY)
BLOCKS = RateLimit("block", 1000, DAY)
MUTES = RateLimit("mute", 1000, DAY)
SUGGESTIONS = RateLimit("suggestions", 60, MINUTE)
Verb = Callable[..., Relationship]
ANSWER = {200: RelationResponseSerializer}
PEOPLE: dict[str, Any] = {"parameters": PAGINATION_PARAMETERS, "responses": PeoplePageSerializer}


def relationship_representation(standing: Relationship) -> list[Any]:
    """Return the pieces of how one stands to another member."""
    return [standing.to_json()]


def _follow_answer(standing: Relationship) -> list[Any]:
    message = "Follow requested" if standing.requested else "Following"
    return message_envelope(message, relation=relationship_representation)(standing)


def _answer(
    request: Request, pk: str, verb: Verb, answer: str | Callable[[Any], Any], limit: RateLimit
) -> HttpResponse:
    validated_body(StrictSerializer, request)
    render = (
        message_envelope(answer, relation=relationship_representation)
        if isinstance(answer, str)
        else answer
    )
    return write_response(
        request,
        200,
        render,
        lambda: verb(user_id=current_user_id(request), other_id=pk),
        limit=limit,
    )


def _people(
    request: Request, read: Callable[..., PeoplePage], *member_ids: str, **viewer: str
) -> HttpResponse:
    limit, after = pagination_params(request)
    found, ahead = read(*member_ids, **viewer, limit=limit, after=after)
    return page_response(request, "users", found, ahead)


class FollowViewSet(ApiViewSet):
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
        return _people(request, selectors.followers_page, pk, viewer_id=current_user_id(request))

    @extend_schema(**PEOPLE, summary="Whom a member follows, newest first")
    def following(self, request: Request, pk: str) -> HttpResponse:
        return _people(request, selectors.following_page, pk, viewer_id=current_user_id(request))

    @extend_schema(
        parameters=[IDS_PARAMETER],
        responses=RelationsSerializer,
        summary="How one stands to each of several members",
    )
    def relationships(self, request: Request) -> HttpResponse:
        found = selectors.get_relationships(current_user_id(request), id_params(request))
        return json_response(b'{"relationships":[%s]}' % b",".join(one.to_json() for one in found))

    @extend_schema(
        responses=PeoplePageSerializer,
        summary="At most ten people to follow: friends of friends, then the most followed",
    )
    def suggestions(self, request: Request) -> HttpResponse:
        check_rate_limit(SUGGESTIONS, current_user_id(request))
        return page_response(
            request, "users", selectors.suggestions(viewer_id=current_user_id(request)), None
        )


class FollowRequestViewSet(ApiViewSet):
    """Those who ask to follow one's own private account."""

    @extend_schema(**PEOPLE, summary="Who asks to follow, newest first")
    def list(self, request: Request) -> HttpResponse:
        return _people(request, selectors.follow_requests_page, current_user_id(request))

    @extend_schema(request=None, responses=ANSWER, summary="Accept a request to follow")
    def accept(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.accept_request, "Request accepted", ANSWERS)

    @extend_schema(request=None, responses=ANSWER, summary="Refuse a request to follow")
    def refuse(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.decline_request, "Request refused", ANSWERS)


class BlockMuteViewSet(ApiViewSet):
    """Blocks and mutes of one's own."""

    @extend_schema(request=None, responses=ANSWER, summary="Block a member")
    def block(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.block, "Blocked", BLOCKS)

    @extend_schema(request=None, responses=ANSWER, summary="Unblock a member")
    def unblock(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unblock, "Unblocked", BLOCKS)

    @extend_schema(**PEOPLE, summary="Whom one blocks, newest first")
    def blocks(self, request: Request) -> HttpResponse:
        return _people(request, selectors.blocks_page, current_user_id(request))

    @extend_schema(request=None, responses=ANSWER, summary="Mute a member")
    def mute(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.mute, "Muted", MUTES)

    @extend_schema(request=None, responses=ANSWER, summary="Unmute a member")
    def unmute(self, request: Request, pk: str) -> HttpResponse:
        return _answer(request, pk, services.unmute, "Unmuted", MUTES)

    @extend_schema(**PEOPLE, summary="Whom one mutes, newest first")
    def mutes(self, request: Request) -> HttpResponse:
        return _people(request, selectors.mutes_page, current_user_id(request))
