"""`manage.py flush`: refused, because records are also in Redis."""

from mysocial.management.refused import RefusedCommand


class Command(RefusedCommand):
    help = "Refused: it would empty MongoDB only, and Redis would write its records back."
    reason = (
        "`flush` would empty MongoDB only, and Redis would write its records back: to start again, "
        "stop the site and delete DATA_DIR (.local), or empty both servers."
    )
