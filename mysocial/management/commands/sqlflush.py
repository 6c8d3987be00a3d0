"""`manage.py sqlflush`: refused, because MongoDB has no SQL."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: MongoDB has no SQL."
    reason = (
        "MongoDB has no SQL: to start again, stop the site and delete DATA_DIR (.local), or empty "
        "both servers."
    )
