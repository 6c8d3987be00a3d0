"""`manage.py prepare`: set up the databases before the first request."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Create the indexes, staff tables and roles, and with DEBUG the demo data. Safe to repeat."
    )

    def handle(self, *_: Any, **options: Any) -> None:
        # In one process, because each start of Python and Django takes seconds.
        call_command("ensure_indexes")
        call_command("migrate", verbosity=0)
        call_command("make_roles")
        if settings.DEBUG:  # the demo passwords are public
            call_command("seed_demo", if_empty=True)
