"""Cards are in no data export: the members of the run are programs."""

from mysocial.privacy import exclude
from tests.chaos.cards.store import cards

exclude(cards, "The members who write cards are programs.")
