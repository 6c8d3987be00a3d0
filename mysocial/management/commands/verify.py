"""`manage.py verify [--repair]`: whether Redis, MongoDB, lists, counters and references agree."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.cascades import remove_due
from mysocial.repair import repair
from mysocial.verify import ORPHAN, PAUSE, Difference, verify

ROUNDS = 3  # mending one difference may bring another to light


class Command(BaseCommand):
    help = "Compare Redis, MongoDB, lists, counters and references; exits with 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what differs")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--pause",
            type=float,
            default=PAUSE,
            help="seconds between the two looks; 0 only while nobody writes",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        found = self._verify(options)
        for _round in range(ROUNDS if options["repair"] else 0):
            if not found:
                break
            # What hangs on nothing is removed only when nothing else differs any more.
            others = [one for one in found if one.kind != ORPHAN] or list(found)
            mended = sum(repair(one) for one in others)
            remove_due()
            if not options["json"]:
                self.stdout.write(f"{mended} mended. Looking again.")
            found = self._verify(options)
        if options["json"]:
            self.stdout.write(json.dumps([one._asdict() for one in sorted(found)]))
        if found:
            raise CommandError(f"{len(found)} differences", returncode=1)
        if not options["json"]:
            self.stdout.write("0 differences")

    def _verify(self, options: dict[str, Any]) -> set[Difference]:
        tell = self.stdout.write if options["verbosity"] > 1 else (lambda _: None)
        found = verify(pause=options["pause"], tell=tell)
        if not options["json"]:
            for one in sorted(found):
                self.stdout.write(f"{one.kind}: {one.key}: {one.detail}")
        return found
