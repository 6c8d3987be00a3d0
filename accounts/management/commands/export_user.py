"""`manage.py export_user <name> --out <file>`: write a member's data to a ZIP archive."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.selectors import find_account
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.progress import progress_bars


class Command(BaseCommand):
    """Exports the data of one member."""

    help = (
        "Write all data of a member to a ZIP archive. Exit codes: 0 written; 1 there is no such "
        "member; 2 the archive could not be written, and no file was created."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="username or e-mail address")
        parser.add_argument("--out", type=Path, required=True, help="the file to create")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        out = options["out"].resolve()
        if out.exists():
            raise CommandError(f"{out} already exists.", returncode=2)
        try:
            account = find_account(options["name"])
            if account is None:
                raise NotFound
            with progress_bars() as tell:
                counts = services.write_export(out, user_id=account.id, tell=tell)
        except NotFound:
            raise CommandError(f"There is no member {options['name']}.", returncode=1) from None
        except (Unavailable, OSError) as error:
            raise CommandError(f"Nothing was exported. {error}", returncode=2) from error
        size = out.stat().st_size
        if options["json"]:
            self.stdout.write(json.dumps({"id": account.id, "bytes": size, "records": counts}))
        else:
            self.stdout.write(f"Wrote {sum(counts.values())} records ({size} bytes) to {out}.")
