"""HTTP API of reactions to comments."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from comments import selectors, services
from comments.representations import comment_reaction_template, comment_totals_template
from comments.serializers import (
    CommentReactionInput,
    CommentReactionPageSerializer,
    CommentReactionResponseSerializer,
)
from comments.services import CommentReactionState
from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    filter_param,
    list_response,
    pagination_params,
    validated_body,
    write_action,
)
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import NULL, to_json
from posts.reaction_types import ReactionType

REACTION_CHANGES = RateLimit("comment-reaction", 120, MINUTE)
TYPE_PARAMETER = OpenApiParameter(
    "type", enum=ReactionType.values, description="List only reactions of this type."
)


def own_reaction_representation(state: CommentReactionState) -> list[Any]:
    """Return the JSON parts of the member's own reaction."""
    return [to_json({"type": state.type})]


def totals_representation(state: CommentReactionState) -> list[Any]:
    """Return the JSON parts of the comment's totals; null if the member may not see it."""
    return comment_totals_template.placeholders(state.comment_id) if state.sees_comment else [NULL]


class CommentReactionViewSet(ApiViewSet):
    """Reactions to comments."""

    @extend_schema(
        operation_id="setCommentReaction",
        request=CommentReactionInput,
        responses=CommentReactionResponseSerializer,
        summary="Set your reaction to a comment",
    )
    @write_action(
        "Reaction set",
        limit=REACTION_CHANGES,
        reaction=own_reaction_representation,
        reactions=totals_representation,
    )
    def update(self, request: Request, pk: str) -> CommentReactionState:
        reaction_type = validated_body(CommentReactionInput, request)["type"]
        return services.set_comment_reaction(
            user_id=current_user_id(request), comment_id=pk, reaction_type=reaction_type
        )

    @extend_schema(
        operation_id="removeCommentReaction",
        request=None,
        responses={200: CommentReactionResponseSerializer},
        summary="Remove your reaction to a comment",
    )
    @write_action(
        "Reaction removed",
        limit=REACTION_CHANGES,
        reaction=own_reaction_representation,
        reactions=totals_representation,
    )
    def destroy(self, request: Request, pk: str) -> CommentReactionState:
        validated_body(StrictSerializer, request)
        return services.delete_comment_reaction(user_id=current_user_id(request), comment_id=pk)

    @extend_schema(
        operation_id="listCommentReactions",
        parameters=[*PAGINATION_PARAMETERS, TYPE_PARAMETER],
        responses=CommentReactionPageSerializer,
        summary="List the reactions to a comment",
        description="Newest first.",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        page = selectors.comment_reactions_page(
            pk,
            viewer_id=current_user_id(request),
            reaction_type=filter_param(request, "type", ReactionType.values),
            limit=limit,
            after=after,
        )
        return list_response(request, "reactions", comment_reaction_template, page)
