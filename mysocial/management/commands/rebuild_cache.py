"""`manage.py rebuild_cache`: what Redis has of MongoDB, made anew while members read and write."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.ops.rebuild_cache import rebuild


class Command(BaseCommand):
    help = (
        "Replace Redis' copies of what MongoDB has, and fetch lists and reservations again; what "
        "is owed stays. Exit codes: 0 done; 2 a server is away: run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            with progress_bars() as tell:
                counts = rebuild(tell)
        except Unavailable as error:
            raise CommandError(f"Not done, and nothing is lost. {error}", returncode=2) from error
        names = ("records", "kept", "lists", "unique_values")
        said = {name: counts[name] for name in names}
        if options["json"]:
            said_for = {"seconds": round(time.monotonic() - started, 3)}
            self.stdout.write(json.dumps(said | said_for))
        else:
            self.stdout.write(
                f"{said['records']} records, {said['lists']} lists and {said['unique_values']} "
                f"unique values refreshed; {said['kept']} records kept."
            )
