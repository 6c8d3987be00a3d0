"""`manage.py rebuild_cache`: reload Redis from MongoDB without downtime."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.ops.rebuild_cache import rebuild


class Command(BaseCommand):
    help = (
        "Reload the records, lists and unique values that Redis caches from MongoDB; pending "
        "records stay. Exit codes: 0 success; 2 a server cannot be reached: run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            with progress_bars() as progress:
                counts = rebuild(progress)
        except Unavailable as error:
            raise CommandError(f"Not completed; no data is lost. {error}", returncode=2) from error
        names = ("records", "kept", "lists", "unique_values")
        if options["json"]:
            report = {name: counts[name] for name in names}
            report_seconds = {"seconds": round(time.monotonic() - started, 3)}
            self.stdout.write(json.dumps(report | report_seconds))
        else:
            self.stdout.write(
                f"Reloaded {counts['records']} records, {counts['lists']} lists and "
                f"{counts['unique_values']} unique values; {counts['kept']} records were kept."
            )
