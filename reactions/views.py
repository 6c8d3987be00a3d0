"""HTTP endpoints of reactions."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api import (
    PAGINATION_PARAMETERS,
    ApiViewSet,
    StrictSerializer,
    current_user_id,
    json_response,
    list_response,
    message_envelope,
    page_response,
    pagination_params,
    validated_body,
    write_response,
)
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.store import to_json
from posts.reaction_types import ReactionType
from posts.representations import totals_template
from reactions import selectors, services
from reactions.representations import reaction_template, render_on_post
from reactions.serializers import (
    MemberReactionPageSerializer,
    MineSerializer,
    ReactionAnswerSerializer,
    ReactionInput,
    ReactionPageSerializer,
)
from reactions.services import Reacted

CHANGES = RateLimit("reaction", 120, MINUTE)
TYPE = OpenApiParameter("type", enum=ReactionType.values, description="Only those who react so.")


def own_reaction_representation(reacted: Reacted) -> list[Any]:
    """Return the pieces of one's own reaction."""
    return [to_json({"type": reacted.kind})]


def totals_representation(reacted: Reacted) -> list[Any]:
    """Return the pieces of a post's totals."""
    return totals_template.placeholders(reacted.post_id)


def kind_wanted(request: Request) -> str:
    """Return the `type` that a list is asked for; empty for all."""
    kind = request.query_params.get("type")
    if kind is not None and kind not in ReactionType.values:
        raise Invalid(errors={"type": f"This must be one of: {', '.join(ReactionType.values)}."})
    return kind or ""


class ReactionViewSet(ApiViewSet):
    """Reactions to posts."""

    @extend_schema(
        request=ReactionInput,
        responses=ReactionAnswerSerializer,
        summary="React to a post, or change how",
    )
    def update(self, request: Request, pk: str) -> HttpResponse:
        kind = validated_body(ReactionInput, request)["type"]
        return write_response(
            request,
            200,
            message_envelope(
                "Reaction set",
                reaction=own_reaction_representation,
                reactions=totals_representation,
            ),
            lambda: services.set_reaction(user_id=current_user_id(request), post_id=pk, kind=kind),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        responses={200: ReactionAnswerSerializer},
        summary="React to a post no longer",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        validated_body(StrictSerializer, request)
        return write_response(
            request,
            200,
            message_envelope(
                "Reaction removed",
                reaction=own_reaction_representation,
                reactions=totals_representation,
            ),
            lambda: services.delete_reaction(user_id=current_user_id(request), post_id=pk),
            limit=CHANGES,
        )

    @extend_schema(
        parameters=[*PAGINATION_PARAMETERS, TYPE],
        responses=ReactionPageSerializer,
        summary="Who reacted to a post, newest first",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        kind = kind_wanted(request)
        found = selectors.reactions_page(
            pk, to=current_user_id(request), kind=kind, limit=limit, after=after
        )
        return list_response(request, "reactions", reaction_template, found)

    @extend_schema(responses=MineSerializer, summary="One's own reaction to a post")
    def mine(self, request: Request, pk: str) -> HttpResponse:
        return json_response(
            to_json({"type": selectors.get_own_type(pk, of=current_user_id(request))})
        )

    @extend_schema(
        parameters=PAGINATION_PARAMETERS,
        responses=MemberReactionPageSerializer,
        summary="A member's reactions and the posts they are to, newest first",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = pagination_params(request)
        found, following = selectors.member_reactions_page(
            pk, to=current_user_id(request), limit=limit, after=after
        )
        items = (render_on_post(reaction, post) for reaction, post in found)
        return page_response(request, "reactions", items, following)
