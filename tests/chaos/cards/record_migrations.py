"""Migrations of cards. The first belongs to release 2, the second to release 4."""

import time
from typing import Any

from mysocial.record_migrations import migrate_record_fields
from tests.chaos.cards.models import Card
from tests.chaos.cards.release import HAS_NEW_FIELDS, HAS_OLD_FIELDS
from tests.chaos.cards.services import new_fields
from tests.chaos.cards.store import cards

# Between the read of a card and its rewrite. Members edit some of the cards meanwhile.
REWRITE_SECONDS = 0.2

if HAS_NEW_FIELDS and HAS_OLD_FIELDS:

    @migrate_record_fields(cards, "0001_title")
    def rename_headline(card: Card) -> dict[str, Any]:
        """Give the headline its new name."""
        time.sleep(REWRITE_SECONDS)
        return new_fields(card.headline)


if not HAS_OLD_FIELDS:

    @migrate_record_fields(cards, "0002_old_fields")
    def remove_old_fields(_: Card) -> dict[str, Any]:
        """Remove the fields that the model has lost."""
        time.sleep(REWRITE_SECONDS)
        return {}
