"""`manage.py prepare`: set up the databases before the first request."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from mysocial.hooks import create_cursors
from mysocial.management.exclusive import exclusive
from mysocial.management.reachability import wait_until_ready


class Command(BaseCommand):
    help = (
        "Create the indexes, staff tables and roles, and with DEBUG the demo data. Safe to repeat. "
        "Exit codes: 0 done; 1 not completed: run it again."
    )
    requires_system_checks = ()  # some of them need servers that may not be running yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait",
            type=float,
            default=settings.PREPARE_WAIT_SECONDS,
            metavar="SECONDS",
            help="how long to wait for Redis and MongoDB (default: %(default)s)",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        wait_until_ready(options["wait"], self._report)
        # MongoDB has no lock for migrations: two at once would create a collection twice.
        with exclusive("prepare", options["wait"], self._report):
            # In one process, because each start of Python and Django takes seconds.
            call_command("migrate", verbosity=0)
            call_command("make_roles")
            create_cursors()
            if settings.DEBUG:  # the demo passwords are public
                call_command("seed_demo", if_empty=True)

    def _report(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
