"""`manage.py prepare`: everything that must be there before the first request."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Make indexes, staff tables and roles, and with DEBUG the demo people; safe to run again."
    )

    def handle(self, *_: Any, **options: Any) -> None:
        # One process for all four: each start of Python and Django costs seconds.
        call_command("ensure_indexes")
        call_command("migrate", verbosity=0)
        call_command("make_roles")
        if settings.DEBUG:  # demo passwords are public
            call_command("seed_demo", if_empty=True)
