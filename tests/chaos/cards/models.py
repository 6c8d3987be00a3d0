"""Cards: a title and a text. Most fields are in the fragment; `mood` and `kind` are plain."""

from django.db import models

from mysocial.store import ID, Record
from tests.chaos.cards.release import HAS_NEW_FIELDS, HAS_OLD_FIELDS

MAX_LENGTH = 100


class Card(Record):
    """A card of a member."""

    user_id = models.CharField(**ID)
    text = models.TextField()
    if HAS_OLD_FIELDS:
        headline = models.CharField(max_length=MAX_LENGTH)
        mood = models.CharField(max_length=MAX_LENGTH, default="calm")
    if HAS_NEW_FIELDS:
        title = models.CharField(max_length=MAX_LENGTH)
        length = models.IntegerField(default=0)
        kind = models.CharField(max_length=MAX_LENGTH)

    class Meta(Record.Meta):
        db_table = "cards"
