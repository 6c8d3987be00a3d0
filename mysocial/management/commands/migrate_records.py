"""`manage.py migrate_records`: rewrite stored records after a change of fields."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.record_migrations.registry import MIGRATIONS, RecordMigration
from mysocial.record_migrations.run import (
    DONE,
    count_records,
    get_state,
    run_migration,
)

DEFAULT_RATE = 200.0
NOT_STARTED = "not started"


class Command(BaseCommand):
    help = (
        "Run the record migrations of the apps, in the order of their names. It continues where it "
        "was interrupted. Exit codes: 0 success; 2 a server cannot be reached: run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--status", action="store_true", help="show the migrations and stop")
        parser.add_argument(
            "--dry-run", action="store_true", help="show how many records would be rewritten"
        )
        parser.add_argument(
            "--rate", type=float, default=DEFAULT_RATE, metavar="RECORDS",
            help="the most records in a second; 0 for no limit (default: %(default)s)",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        migrations = [MIGRATIONS[name] for name in sorted(MIGRATIONS)]
        try:
            if not (options["status"] or options["dry_run"]):
                for migration in migrations:
                    run_migration(migration, rate=options["rate"], progress=self._show_progress)
            states = [_describe(migration) for migration in migrations]
        except Unavailable as error:
            raise CommandError(f"Not completed; run it again. {error}", returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(states))
        else:
            for state in states:
                self.stdout.write("{id}: {status}, {migrated} of {records} records".format(**state))
            if not states:
                self.stdout.write("There are no record migrations.")

    def _show_progress(self, name: str, count: int) -> None:
        self.stderr.write(f"{name}: {count} records")


def _describe(migration: RecordMigration) -> dict[str, Any]:
    state, records = get_state(migration), count_records(migration)
    migrated = state.migrated if state else 0
    status = state.status if state else NOT_STARTED
    return {
        "id": migration.id,
        "status": status,
        "migrated": migrated,
        "records": records,
        "remaining": 0 if status == DONE else max(0, records - migrated),
    }
