"""HTTP API of cards."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from mysocial.api import (
    ApiViewSet,
    StrictSerializer,
    TextField,
    current_user_id,
    json_response,
    validated_body,
    write_action,
)
from mysocial.store import to_json
from tests.chaos.cards import services
from tests.chaos.cards.models import MAX_LENGTH, Card
from tests.chaos.cards.release import RELEASE


class CardInput(StrictSerializer):
    """A new card."""

    title = TextField(max_characters=MAX_LENGTH)
    text = TextField(max_characters=MAX_LENGTH)


class CardChanges(StrictSerializer):
    """Changes of a card."""

    title = TextField(max_characters=MAX_LENGTH, required=False)
    text = TextField(max_characters=MAX_LENGTH, required=False)


def card_parts(card: Card) -> list[Any]:
    """Return the JSON parts of a card in the response to its write."""
    return [to_json({"id": card.id})]


@extend_schema(exclude=True)
class CardViewSet(ApiViewSet):
    """Your cards."""

    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        """Return a card, and the release that the process runs."""
        card = services.get_card(pk, user_id=current_user_id(request))
        return json_response(to_json({**services.shown_fields(card), "release": RELEASE}))

    @write_action("Card created", status=201, card=card_parts)
    def create(self, request: Request) -> Card:
        """Create a card."""
        body = validated_body(CardInput, request)
        return services.create_card(user_id=current_user_id(request), **body)

    @write_action("Card updated", card=card_parts)
    def partial_update(self, request: Request, pk: str) -> Card:
        """Change a card."""
        body = validated_body(CardChanges, request)
        return services.update_card(user_id=current_user_id(request), pk=pk, **body)

    @write_action("Card deleted")
    def destroy(self, request: Request, pk: str) -> None:
        """Delete a card."""
        validated_body(StrictSerializer, request)
        services.delete_card(user_id=current_user_id(request), pk=pk)
