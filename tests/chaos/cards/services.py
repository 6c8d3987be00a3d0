"""Writes of cards, as each release makes them."""

from typing import Any

from mysocial.core.errors import NotFound
from mysocial.store import reads, write
from tests.chaos.cards.models import Card
from tests.chaos.cards.release import HAS_NEW_FIELDS, HAS_OLD_FIELDS, READS_NEW_FIELDS
from tests.chaos.cards.store import cards


def title_fields(title: str) -> dict[str, Any]:
    """Return the fields of this release that say the title."""
    old = {"headline": title} if HAS_OLD_FIELDS else {}
    return old | (new_fields(title) if HAS_NEW_FIELDS else {})


def new_fields(title: str) -> dict[str, Any]:
    """Return the fields that say the title since release 2."""
    return {"title": title, "length": len(title), "kind": title[-1:]}


def create_card(*, user_id: str, title: str, text: str) -> Card:
    """Create a card."""
    card = Card(user_id=user_id, text=text, **title_fields(title))
    with write() as w:
        w.create(card, new_id=True)
        w.respond_with(card)
    return card


def update_card(*, user_id: str, pk: str, **changes: str) -> Card:
    """Change the title or the text of a card.

    Raises:
        NotFound: The member has no such card.
    """
    card = get_card(pk, user_id=user_id)
    fields: dict[str, Any] = title_fields(changes["title"]) if "title" in changes else {}
    fields |= {"text": changes["text"]} if "text" in changes else {}
    with write() as w:
        w.update(card, **fields)
        w.respond_with(card)
    return card


def delete_card(*, user_id: str, pk: str) -> None:
    """Delete a card.

    Raises:
        NotFound: The member has no such card.
    """
    card = get_card(pk, user_id=user_id)
    with write() as w:
        w.delete(card)


def get_card(pk: str, *, user_id: str) -> Card:
    """Return a card of the member.

    Raises:
        NotFound: The member has no such card.
    """
    card = reads.get_record(cards, pk)
    if card.user_id != user_id:
        raise NotFound
    return card


def shown_fields(card: Card) -> dict[str, Any]:
    """Return the fields that members see."""
    title = card.title if READS_NEW_FIELDS else card.headline
    derived = {"length": card.length, "kind": card.kind} if READS_NEW_FIELDS else {}
    return {"title": title, "text": card.text, **derived}
