"""`manage.py inspectdb`: refused, because collections have no schema."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: the collections of MongoDB have no schema."
    reason = (
        "The collections of MongoDB have no schema: the fields of records are in the `models.py` "
        "of each app."
    )
