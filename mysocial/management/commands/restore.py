"""`manage.py restore <file>`: restore a backup into empty servers."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pymongo.errors import PyMongoError

from mysocial.admin.audit import record, staff_action
from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.management.audited import CHANNEL, login
from mysocial.ops.backup_archive import BadArchive
from mysocial.ops.restore import NotEmpty, restore


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty MongoDB, Redis and MEDIA_DIR, then verify. Exit codes: 0 "
        "restored and consistent; 1 restored with differences; 2 not restored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `backup` wrote")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            with progress_bars() as progress:
                manifest, differences = restore(options["file"].resolve(), progress)
        except (BadArchive, NotEmpty) as error:
            raise CommandError(f"Nothing was changed. {error}", returncode=2) from error
        except (Unavailable, PyMongoError, OSError) as error:
            raise CommandError(f"Not restored. {error}", returncode=2) from error
        with staff_action(
            actor=login(), channel=CHANNEL, action="restore", target=str(options["file"])
        ):
            record()  # not earlier, because the servers must be empty
        count = sum(manifest["documents"].values())
        if options["json"]:
            report = {name: manifest[name] for name in ("made_at", "clock", "unflushed", "media")}
            listed = [difference._asdict() for difference in sorted(differences)]
            self.stdout.write(json.dumps(report | {"documents": count, "differences": listed}))
        else:
            self.stdout.write(f"Restored {count} documents, as of {manifest['made_at']}.")
        if differences:
            raise CommandError(f"{len(differences)} differences", returncode=1)
