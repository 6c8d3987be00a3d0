"""`manage.py sqlmigrate`: refused, because MongoDB has no SQL and the engine would run it."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: MongoDB has no SQL."
    reason = "MongoDB has no SQL: use `migrate --plan`, which shows the operations of migrations."
