"""`manage.py restore <file>`: a backup into servers that are empty."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pymongo.errors import PyMongoError

from mysocial.admin.audit import record, staff_action
from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.management.audited import VIA, login
from mysocial.ops.backup_archive import BadArchive
from mysocial.ops.restore import NotEmpty, restore


class Command(BaseCommand):
    help = (
        "Bring a backup into an empty MongoDB, Redis and MEDIA_DIR, then verify. Exit codes: 0 it "
        "is there and all agrees; 1 it is there, and something differs; 2 it could not be brought."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            with progress_bars() as tell:
                manifest, found = restore(options["file"].resolve(), tell)
        except (BadArchive, NotEmpty) as error:
            raise CommandError(f"Nothing was changed. {error}", returncode=2) from error
        except (Unavailable, PyMongoError, OSError) as error:
            raise CommandError(f"Not restored. {error}", returncode=2) from error
        with staff_action(
            actor=login(), channel=VIA, action="restore", target=str(options["file"])
        ):
            record()  # not before: it wants the servers empty
        count = sum(manifest["documents"].values())
        if options["json"]:
            differences = [one._asdict() for one in sorted(found)]
            facts = {name: manifest[name] for name in ("made_at", "clock", "unflushed", "media")}
            self.stdout.write(json.dumps(facts | {"documents": count, "differences": differences}))
        else:
            self.stdout.write(f"{count} documents of {manifest['made_at']}.")
        if found:
            raise CommandError(f"{len(found)} differences", returncode=1)
