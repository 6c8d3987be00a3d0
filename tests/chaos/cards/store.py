"""Store declaration of cards."""

from mysocial.store import Store
from tests.chaos.cards.models import Card
from tests.chaos.cards.release import HAS_NEW_FIELDS, HAS_OLD_FIELDS

cards = Store(
    Card,
    plain_fields=(
        "user_id",
        *(("mood",) if HAS_OLD_FIELDS else ()),
        *(("kind",) if HAS_NEW_FIELDS else ()),
    ),
)
