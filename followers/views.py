"""Endpoints of follows, follow requests, blocks and mutes."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework.request import Request

from followers import selectors, services
from followers.selectors import PeoplePage, Relationship
from followers.serializers import (
    PeoplePageSerializer,
    RelationResponseSerializer,
    RelationsSerializer,
)
from mysocial.api import (
    ID_SCHEMA,
    IDS_PARAMETER,
    PAGINATION_PARAMETERS,
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    fast_read,
    id_params,
    json_response,
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_action,
    write_response,
)
from mysocial.core.rate_limits import DAY, MINUTE, RateLimit, check_rate_limit

FOLLOWS = RateLimit("follow", 200, DAY)
REQUEST_DECISIONS = RateLimit("follow-answer", 1000, DAY)
BLOCKS = RateLimit("block", 1000, DAY)
MUTES = RateLimit("mute", 1000, DAY)
SUGGESTIONS = RateLimit("suggestions", 60, MINUTE)
FOLLOWING = "Following"
# Arguments of `extend_schema`.
PEOPLE: dict[str, Any] = {"parameters": PAGINATION_PARAMETERS, "responses": PeoplePageSerializer}

REQUESTER = OpenApiParameter(
    "id", ID_SCHEMA, "path", description="The id of the member who asks to follow you."
)


def _change(message: str = "", **changes: bool) -> dict[str, Any]:
    """Return the arguments of `extend_schema` for a change of a relationship.

    Args:
        message: The message of the response; that of the `write_action` by default.
        changes: The flags of the relationship in the example that are true.
    """
    relation = orjson.loads(Relationship("696887e8f1c2a30b4d5e6f70", **changes).to_json())
    example = OpenApiExample("The relationship", {"relation": relation}, response_only=True)
    response = OpenApiResponse(RelationResponseSerializer, message, examples=[example])
    return {"request": None, "responses": {200: response}}


def relationship_representation(relationship: Relationship) -> list[Any]:
    """Return the JSON pieces of a relationship."""
    return [relationship.to_json()]


def _follow_response(relationship: Relationship) -> list[Any]:
    message = "Follow requested" if relationship.requested else FOLLOWING
    return message_envelope(message, relation=relationship_representation)(relationship)


def _members(request: Request, pk: str) -> dict[str, str]:
    """Return the arguments of a service that concerns the member `pk`; the body must be empty."""
    validated_body(StrictSerializer, request)
    return {"user_id": current_user_id(request), "other_id": pk}


def _people(
    request: Request, read_page: Callable[..., PeoplePage], *member_ids: str, **viewer: str
) -> HttpResponse:
    limit, after = pagination_params(request)
    people, next_after = read_page(*member_ids, **viewer, limit=limit, after=after)
    return page_response(request, "users", people, next_after)


class FollowViewSet(ApiViewSet):
    """Follows, and relationships to other users."""

    @extend_schema(
        operation_id="followMember",
        **_change(FOLLOWING, following=True),
        summary="Follow a user, or request to follow a private account",
    )
    def follow(self, request: Request, pk: str) -> HttpResponse:
        """Follow a user. A private account gets a request, which it can accept or decline."""
        members = _members(request, pk)
        # Not a `write_action`, because the message depends on the result.
        return write_response(
            request, 200, _follow_response, lambda: services.follow(**members), limit=FOLLOWS
        )

    @extend_schema(
        operation_id="unfollowMember",
        **_change(),
        summary="Unfollow a user, or withdraw your request",
    )
    @write_action("Not following", limit=FOLLOWS, relation=relationship_representation)
    def unfollow(self, request: Request, pk: str) -> Relationship:
        """Unfollow a user, or withdraw the request to follow them."""
        return services.unfollow(**_members(request, pk))

    @extend_schema(operation_id="removeFollower", **_change(), summary="Remove a follower")
    @write_action("Follower removed", limit=REQUEST_DECISIONS, relation=relationship_representation)
    def remove(self, request: Request, pk: str) -> Relationship:
        """Remove one of your followers."""
        return services.remove_follower(**_members(request, pk))

    @extend_schema(
        operation_id="listFollowers", **PEOPLE, summary="List a user's followers, newest first"
    )
    @fast_read
    def followers(self, request: Request, pk: str) -> HttpResponse:
        """Return a page of a user's followers."""
        viewer_id = current_user_id(request)
        return _people(request, selectors.followers_page, pk, viewer_id=viewer_id)

    @extend_schema(
        operation_id="listFollowing",
        **PEOPLE,
        summary="List the users that a user follows, newest first",
    )
    @fast_read
    def following(self, request: Request, pk: str) -> HttpResponse:
        """Return a page of the users that a user follows."""
        viewer_id = current_user_id(request)
        return _people(request, selectors.following_page, pk, viewer_id=viewer_id)

    @extend_schema(
        operation_id="listRelationships",
        parameters=[IDS_PARAMETER],
        responses=RelationsSerializer,
        summary="Get your relationships to several users",
    )
    def relationships(self, request: Request) -> HttpResponse:
        """Return your relationship to each of the given users."""
        relationships = selectors.get_relationships(current_user_id(request), id_params(request))
        items = b",".join(relationship.to_json() for relationship in relationships)
        return json_response(b'{"relationships":[%s]}' % items)

    @extend_schema(
        operation_id="listSuggestions",
        responses=PeoplePageSerializer,
        summary="Suggest up to ten users to follow",
        description="Users that are followed by those you follow come first, then the users with "
        "the most followers.",
    )
    def suggestions(self, request: Request) -> HttpResponse:
        """Return users that you may want to follow."""
        viewer_id = current_user_id(request)
        check_rate_limit(SUGGESTIONS, viewer_id)
        return page_response(request, "users", selectors.suggestions(viewer_id=viewer_id), None)


class FollowRequestViewSet(ApiViewSet):
    """Requests to follow your private account."""

    @extend_schema(
        operation_id="listFollowRequests",
        **PEOPLE,
        summary="List requests to follow you, newest first",
    )
    def list(self, request: Request) -> HttpResponse:
        """Return a page of the users that requested to follow you."""
        return _people(request, selectors.follow_requests_page, current_user_id(request))

    @extend_schema(
        operation_id="acceptFollowRequest",
        **_change(followed_by=True),
        parameters=[REQUESTER],
        summary="Accept a follow request",
    )
    @write_action("Request accepted", limit=REQUEST_DECISIONS, relation=relationship_representation)
    def accept(self, request: Request, pk: str) -> Relationship:
        """Let the user follow you."""
        return services.accept_request(**_members(request, pk))

    @extend_schema(
        operation_id="declineFollowRequest",
        **_change(),
        parameters=[REQUESTER],
        summary="Decline a follow request",
    )
    @write_action("Request declined", limit=REQUEST_DECISIONS, relation=relationship_representation)
    def decline(self, request: Request, pk: str) -> Relationship:
        """Decline the user's request to follow you."""
        return services.decline_request(**_members(request, pk))


class BlockMuteViewSet(ApiViewSet):
    """Your blocks and mutes."""

    @extend_schema(operation_id="blockMember", **_change(blocking=True), summary="Block a user")
    @write_action("Blocked", limit=BLOCKS, relation=relationship_representation)
    def block(self, request: Request, pk: str) -> Relationship:
        """Block a user: neither of you sees or can contact the other."""
        return services.block(**_members(request, pk))

    @extend_schema(operation_id="unblockMember", **_change(), summary="Unblock a user")
    @write_action("Unblocked", limit=BLOCKS, relation=relationship_representation)
    def unblock(self, request: Request, pk: str) -> Relationship:
        """Unblock a user."""
        return services.unblock(**_members(request, pk))

    @extend_schema(
        operation_id="listBlockedMembers",
        **PEOPLE,
        summary="List the users that you block, newest first",
    )
    def blocks(self, request: Request) -> HttpResponse:
        """Return a page of the users that you block."""
        return _people(request, selectors.blocks_page, current_user_id(request))

    @extend_schema(operation_id="muteMember", **_change(muting=True), summary="Mute a user")
    @write_action("Muted", limit=MUTES, relation=relationship_representation)
    def mute(self, request: Request, pk: str) -> Relationship:
        """Mute a user: you see less of them, and they are not informed."""
        return services.mute(**_members(request, pk))

    @extend_schema(operation_id="unmuteMember", **_change(), summary="Unmute a user")
    @write_action("Unmuted", limit=MUTES, relation=relationship_representation)
    def unmute(self, request: Request, pk: str) -> Relationship:
        """Unmute a user."""
        return services.unmute(**_members(request, pk))

    @extend_schema(
        operation_id="listMutedMembers",
        **PEOPLE,
        summary="List the users that you mute, newest first",
    )
    def mutes(self, request: Request) -> HttpResponse:
        """Return a page of the users that you mute."""
        return _people(request, selectors.mutes_page, current_user_id(request))
