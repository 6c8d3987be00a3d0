"""`manage.py loadtest <url>`: requests at a steady rate, and how long the answers took."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.progress import progress_bars
from mysocial.dev.loadtest import TOO_MANY, Load, LoadTestError, Report, check_own

MOST = {"rate": 2000.0, "seconds": 600.0, "people": 200}


class Command(BaseCommand):
    help = (
        "Load a site of one's own with what members do, as people whom it signs up and erases "
        "again. Exit codes: 0 all was answered; 1 some was not, or by a 5xx; 2 refused, or the "
        "site takes nobody."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
        parser.add_argument("--rate", type=float, default=20.0, help="requests a second")
        parser.add_argument("--seconds", type=float, default=15.0, help="for how long")
        parser.add_argument("--people", type=int, default=5, help="as how many people")
        parser.add_argument("--keep", action="store_true", help="do not erase the people")
        parser.add_argument("--i-own-this-host", action="store_true", help="it is no loopback")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        wrong = [name for name, most in MOST.items() if not 0 < options[name] <= most]
        if wrong:
            bounds = ", ".join(f"--{name} up to {most}" for name, most in MOST.items())
            raise CommandError(f"{bounds}, and more than nothing.", returncode=2)
        try:
            if not options["i_own_this_host"]:
                check_own(options["url"])
            report, left = self._load(options)
        except LoadTestError as error:
            raise CommandError(str(error), returncode=2) from error
        self._tell(report, left, options)
        if report.errors:
            raise CommandError(f"{report.errors} were not answered, or by a 5xx.", returncode=1)

    @staticmethod
    def _load(options: dict[str, Any]) -> tuple[Report, int]:
        load = Load(options["url"])
        with progress_bars() as tell:
            try:
                load.sign_up(options["people"], tell)
                report = load.run(rate=options["rate"], seconds=options["seconds"], tell=tell)
            finally:
                left = len(load.members) if options["keep"] else load.leave(tell)
        return report, left

    def _tell(self, report: Report, left: int, options: dict[str, Any]) -> None:
        total, times = sum(report.codes.values()), report.percentiles()
        if options["json"]:
            said = {
                "requests": total,
                "seconds": round(report.seconds, 3),
                "per_second": round(total / report.seconds, 1),
                "milliseconds": times,
                "statuses": {str(code): count for code, count in sorted(report.codes.items())},
                "errors": report.errors,
                "people_left": left,
            }
            self.stdout.write(json.dumps(said))
            return
        self.stdout.write(f"{total} requests in {report.seconds:.1f} s; milliseconds:")
        for deed, found in times.items():
            row = "  ".join(f"{name} {value:8.1f}" for name, value in found.items())
            self.stdout.write(f"{deed:>9}  {row}")
        self.stdout.write(f"Errors: {report.errors}. Refused by limits: {report.codes[TOO_MANY]}.")
        if left:
            self.stdout.write(f"{left} of the people are still there: load_….")
