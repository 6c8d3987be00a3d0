"""`manage.py testserver`: refused, because a site needs more than a test database."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: a site needs more than a test database."
    reason = (
        "`testserver` would load fixtures into MongoDB only: for a site with data of its own, run "
        "`DATA_DIR=/tmp/other PORT=8010 manage.py up`."
    )
