"""`manage.py backup <file>`: a consistent backup of all data in one file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.ops.backup import BackupFailed, delete_old_backups, make_backup, new_path


class Command(BaseCommand):
    help = (
        "Write a backup of MongoDB, of the records that Redis has not flushed to it yet and of the "
        "media. The site can stay online. Exit codes: 0 success; 2 failure, and no file is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="the file to create, or a folder for a file that is named by the time",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="delete all but the newest N backups of the folder after a success",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        path: Path = options["file"].resolve()
        folder, keep = path, options["keep"]
        if keep is not None and (keep < 1 or not path.is_dir()):
            raise CommandError("--keep needs a folder and a number of at least 1.", returncode=2)
        if path.is_dir():
            path = new_path(folder)
        try:
            with progress_bars() as progress:
                manifest = make_backup(path, progress)
        except (BackupFailed, Unavailable, OSError) as error:
            raise CommandError(f"The backup failed. {error}", returncode=2) from error
        deleted = delete_old_backups(folder, keep) if keep else []
        if options["json"]:
            hidden = {"members", "collections"}
            report = {name: value for name, value in manifest.items() if name not in hidden}
            names = [old.name for old in deleted]
            self.stdout.write(json.dumps({"file": str(path), "deleted": names, **report}))
            return
        count, media = sum(manifest["documents"].values()), manifest["media"]["files"]
        self.stdout.write(
            f"{path}: {count} documents, {manifest['unflushed']} unflushed records, "
            f"{media} media files, as of {manifest['made_at']}. "
            "It does not contain SECRET_KEY: keep that, too."
        )
        for old in deleted:
            self.stdout.write(f"Deleted {old}.")
