"""`manage.py backup <file>`: all that members wrote, as it was at one moment, in one file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.ops.backup import BackupFailed, make_backup


class Command(BaseCommand):
    help = (
        "Write a backup of MongoDB, of what Redis owes to it and of the media, while members write "
        "on. Exit codes: 0 it is made; 2 it is not, and no file is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, for example backup.tar.gz")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        path: Path = options["file"].resolve()
        try:
            with progress_bars() as tell:
                manifest = make_backup(path, tell)
        except (BackupFailed, Unavailable, OSError) as error:
            raise CommandError(f"There is no backup. {error}", returncode=2) from error
        facts = {name: value for name, value in manifest.items() if name != "members"}
        if options["json"]:
            del facts["collections"]
            self.stdout.write(json.dumps({"file": str(path), **facts}))
            return
        count, media = sum(facts["documents"].values()), facts["media"]["files"]
        self.stdout.write(
            f"{path}: {count} documents, {facts['unflushed']} unflushed records, {media} media "
            f"files, as of {facts['made_at']}. SECRET_KEY is not in it: keep that, too."
        )
