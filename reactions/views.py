"""HTTP endpoints of reactions."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from mysocial.api.responses import (
    CURSORS,
    Input,
    Limit,
    caller,
    carry_out,
    json_answer,
    list_answer,
    page_answer,
    page_bounds,
    parse,
    wrote,
)
from mysocial.api.viewsets import Endpoints
from mysocial.core.errors import Invalid
from mysocial.core.rate_limits import MINUTE
from mysocial.store.json_templates import literal
from posts.representations import totals_wire
from reactions import selectors, services
from reactions.models import Kind
from reactions.representations import reaction_wire, render_on_post
from reactions.serializers import (
    MemberReactionPageSerializer,
    MineSerializer,
    ReactionAnswerSerializer,
    ReactionInput,
    ReactionPageSerializer,
)
from reactions.services import Reacted

CHANGES = Limit("reaction", 120, MINUTE)
TYPE = OpenApiParameter("type", enum=Kind.values, description="Only those who react so.")


def mine_template(reacted: Reacted) -> list[Any]:
    """Return the pieces of one's own reaction."""
    return [literal({"type": reacted.kind})]


def totals_template(reacted: Reacted) -> list[Any]:
    """Return the pieces of a post's totals."""
    return totals_wire.template(reacted.post_id)


def kind_wanted(request: Request) -> str:
    """Return the `type` that a list is asked for; empty for all."""
    kind = request.query_params.get("type")
    if kind is not None and kind not in Kind.values:
        raise Invalid(errors={"type": f"This must be one of: {', '.join(Kind.values)}."})
    return kind or ""


class ReactionViewSet(Endpoints):
    """Reactions to posts."""

    @extend_schema(
        request=ReactionInput,
        responses=ReactionAnswerSerializer,
        summary="React to a post, or change how",
    )
    def update(self, request: Request, pk: str) -> HttpResponse:
        kind = parse(ReactionInput, request)["type"]
        return carry_out(
            request,
            200,
            wrote("Reaction set", reaction=mine_template, reactions=totals_template),
            lambda: services.set_reaction(user_id=caller(request), post_id=pk, kind=kind),
            limit=CHANGES,
        )

    @extend_schema(
        request=None,
        responses={200: ReactionAnswerSerializer},
        summary="React to a post no longer",
    )
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        parse(Input, request)
        return carry_out(
            request,
            200,
            wrote("Reaction removed", reaction=mine_template, reactions=totals_template),
            lambda: services.delete_reaction(user_id=caller(request), post_id=pk),
            limit=CHANGES,
        )

    @extend_schema(
        parameters=[*CURSORS, TYPE],
        responses=ReactionPageSerializer,
        summary="Who reacted to a post, newest first",
    )
    def list(self, request: Request, pk: str) -> HttpResponse:
        limit, after = page_bounds(request)
        kind = kind_wanted(request)
        found = selectors.reactions_to(pk, to=caller(request), kind=kind, limit=limit, after=after)
        return list_answer(request, "reactions", reaction_wire, found)

    @extend_schema(responses=MineSerializer, summary="One's own reaction to a post")
    def mine(self, request: Request, pk: str) -> HttpResponse:
        return json_answer(literal({"type": selectors.kind_of(pk, of=caller(request))}))

    @extend_schema(
        parameters=CURSORS,
        responses=MemberReactionPageSerializer,
        summary="A member's reactions and the posts they are to, newest first",
    )
    def of_user(self, request: Request, pk: str) -> HttpResponse:
        limit, after = page_bounds(request)
        found, following = selectors.reactions_of(pk, to=caller(request), limit=limit, after=after)
        items = (render_on_post(reaction, post) for reaction, post in found)
        return page_answer(request, "reactions", items, following)
