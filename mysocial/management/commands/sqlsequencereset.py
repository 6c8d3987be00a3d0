"""`manage.py sqlsequencereset`: refused, because MongoDB has no sequences."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: MongoDB has no sequences."
    reason = "MongoDB has no sequences: ids are ObjectIds, so there is nothing to reset."
