"""`manage.py verify [--repair]`: whether Redis, MongoDB, lists, counters and references agree."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from mysocial.core.errors import Unavailable
from mysocial.core.progress import progress_bars
from mysocial.management.audited import AuditedCommand
from mysocial.ops.consistency import PAUSE_SECONDS, verify
from mysocial.ops.differences import ORPHAN, Difference
from mysocial.ops.repair import repair
from mysocial.outbox import run_due_cascades

ROUNDS = 3  # mending one difference may bring another to light


class Command(AuditedCommand):
    help = (
        "Compare Redis, MongoDB, lists, counters and references. Exit codes: 0 they agree; 1 they "
        "differ; 2 a server is away, so nobody knows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what differs")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--pause",
            type=float,
            default=PAUSE_SECONDS,
            help="seconds between the two looks; 0 only while nobody writes",
        )

    def is_act(self, options: dict[str, Any]) -> bool:
        return bool(options["repair"])

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            found = self._found(options)
        except Unavailable as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps([one._asdict() for one in sorted(found)]))
        if found:
            raise CommandError(f"{len(found)} differences", returncode=1)
        if not options["json"]:
            self.stdout.write("0 differences")

    def _found(self, options: dict[str, Any]) -> set[Difference]:
        """Return what differs; with `--repair`, what is left of it."""
        found = self._verify(options)
        for _round in range(ROUNDS if options["repair"] else 0):
            if not found:
                break
            # What hangs on nothing is removed only when nothing else differs any more.
            others = [one for one in found if one.kind != ORPHAN] or list(found)
            mended = sum(repair(one) for one in others)
            run_due_cascades()
            if not options["json"]:
                self.stdout.write(f"{mended} mended. Looking again.")
            found = self._verify(options)
        return found

    def _verify(self, options: dict[str, Any]) -> set[Difference]:
        with progress_bars() as tell:
            found = verify(pause=options["pause"], report_progress=tell)
        if not options["json"]:
            for one in sorted(found):
                self.stdout.write(f"{one.kind}: {one.key}: {one.detail}")
        return found
