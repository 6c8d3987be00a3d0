"""HTTP API of reactions."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    filter_param,
    json_response,
    list_response,
    page_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import NULL, to_json
from posts.reaction_types import ReactionType
from posts.representations import totals_template
from reactions import selectors, services
from reactions.representations import reaction_template, render_on_post
from reactions.serializers import (
    MemberReactionPageSerializer,
    OwnReactionSerializer,
    ReactionInput,
    ReactionPageSerializer,
    ReactionResponseSerializer,
)
from reactions.services import ReactionState

REACTION_CHANGES = RateLimit("reaction", 120, MINUTE)
TYPE_PARAMETER = OpenApiParameter(
    "type", enum=ReactionType.values, description="List only reactions of this type."
)


def own_reaction_representation(state: ReactionState) -> list[Any]:
    """Return the JSON parts of the member's own reaction."""
    return [to_json({"type": state.type})]


def totals_representation(state: ReactionState) -> list[Any]:
    """Return the JSON parts of the post's totals; null if the member may not see the post."""
    return totals_template.placeholders(state.post_id) if state.sees_post else [NULL]


class ReactionViewSet(ApiViewSet):
    """Reactions to posts."""

    @extend_schema(
        operation_id="setPostReaction",
        request=ReactionInput,
        responses=ReactionResponseSerializer,
        summary="Set your reaction to a post",
    )
    @write_action(
        "Reaction set",
        limit=REACTION_CHANGES,
        reaction=own_reaction_representation,
        reactions=totals_representation,
    )
    def update(self, request: Request, pk: str) -> ReactionState:
        reaction_type = validated_body(ReactionInput, request)["type"]
        return services.set_reaction(
            user_id=current_user_id(request), post_id=pk, reaction_type=reaction_type
        )

    @extend_schema(
        operation_id="removePostReaction",
        request=None,
        responses={200: ReactionResponseSerializer},
        examples=[OpenApiExample("Removed", {"reaction": {"type": None}}, response_only=True)],
        summary="Remove your reaction to a post",
    )
    @write_action(
        "Reaction removed",
        limit=REACTION_CHANGES,
        reaction=own_reaction_representation,
        reactions=totals_representation,
    )
    def destroy(self, request: Request, pk: str) -> ReactionState:
        validated_body(StrictSerializer, request)
        return services.delete_reaction(user_id=current_user_id(request), post_id=pk)

    @extend_schema(
        operation_id="listPostReactions",
        parameters=[*PAGINATION_PARAMETERS, TYPE_PARAMETER],
        responses=ReactionPageSerializer,
        summary="List the reactions to a post",
        description="Newest first.",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.reactions_page(
            pk,
            viewer_id=current_user_id(request),
            reaction_type=filter_param(request, "type", ReactionType.values),
            limit=limit,
            after=after,
        )
        return list_response(request, "reactions", reaction_template, page)

    @extend_schema(
        operation_id="getOwnPostReaction",
        responses=OwnReactionSerializer,
        summary="Get your reaction to a post",
    )
    def mine(self, request: Request, pk: str) -> HttpResponse:
        reaction_type = selectors.get_own_type(pk, viewer_id=current_user_id(request))
        return json_response(to_json({"type": reaction_type}))

    @extend_schema(
        operation_id="listMemberReactions",
        parameters=PAGINATION_PARAMETERS,
        responses=MemberReactionPageSerializer,
        summary="List a user's reactions with their posts",
        description="Newest first. Only reactions to posts that you may see are listed.",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        viewer_id = current_user_id(request)
        rows, next_entry = selectors.member_reactions_page(
            pk, viewer_id=viewer_id, limit=limit, after=after
        )
        items = (render_on_post(reaction, post, viewer_id) for reaction, post in rows)
        return page_response(request, "reactions", items, next_entry)
