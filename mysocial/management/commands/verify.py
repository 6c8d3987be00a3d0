"""`manage.py verify [--repair]`: check the consistency of Redis and MongoDB."""

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

MAX_ROUNDS = 3  # repairing one difference may reveal another


class Command(AuditedCommand):
    help = (
        "Compare records, lists, counters and references in Redis and MongoDB. Exit codes: 0 no "
        "differences; 1 differences; 2 unknown, because a server cannot be reached."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="repair the differences")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--pause",
            type=float,
            default=PAUSE_SECONDS,
            help="seconds between the two comparisons; 0 only if nothing is written meanwhile",
        )

    def is_staff_action(self, options: dict[str, Any]) -> bool:
        return bool(options["repair"])

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            differences = self._find_differences(options)
        except Unavailable as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            report = [difference._asdict() for difference in sorted(differences)]
            self.stdout.write(json.dumps(report))
        if differences:
            raise CommandError(f"{len(differences)} differences", returncode=1)
        if not options["json"]:
            self.stdout.write("0 differences")

    def _find_differences(self, options: dict[str, Any]) -> set[Difference]:
        """Return the differences; with `--repair`, those that remain."""
        differences = self._verify(options)
        for _round in range(MAX_ROUNDS if options["repair"] else 0):
            if not differences:
                break
            # Orphans are deleted only if nothing else differs.
            others = [difference for difference in differences if difference.kind != ORPHAN]
            repaired = sum(map(repair, others or differences))
            run_due_cascades()
            if not options["json"]:
                self.stdout.write(f"Repaired {repaired} differences. Verifying again.")
            differences = self._verify(options)
        return differences

    def _verify(self, options: dict[str, Any]) -> set[Difference]:
        with progress_bars() as progress:
            differences = verify(pause=options["pause"], report_progress=progress)
        if not options["json"]:
            for difference in sorted(differences):
                self.stdout.write(f"{difference.kind}: {difference.key}: {difference.detail}")
        return differences
