"""`manage.py loadtest <url>`: send requests at a steady rate and measure response times."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mysocial.core.progress import progress_bars
from mysocial.dev.loadtest import TOO_MANY, Load, LoadTestError, Report, require_loopback

LIMITS = {"rate": 2000.0, "seconds": 600.0, "people": 200}


class Command(BaseCommand):
    help = (
        "Send typical requests to your own site, as test members that are signed up first and "
        "deleted afterwards. Exit codes: 0 no errors; 1 requests failed or got a 5xx; 2 invalid "
        "options, or the sign-up failed."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
        parser.add_argument("--rate", type=float, default=20.0, help="requests per second")
        parser.add_argument("--seconds", type=float, default=15.0, help="duration of the test")
        parser.add_argument("--people", type=int, default=5, help="number of test members")
        parser.add_argument("--keep", action="store_true", help="do not delete the test members")
        parser.add_argument(
            "--i-own-this-host", action="store_true", help="allow a URL that is not on this machine"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        if not all(0 < options[name] <= limit for name, limit in LIMITS.items()):
            bounds = ", ".join(f"--{name} at most {limit}" for name, limit in LIMITS.items())
            raise CommandError(f"The options must be positive, {bounds}.", returncode=2)
        try:
            if not options["i_own_this_host"]:
                require_loopback(options["url"])
            report, left = self._load(options)
        except LoadTestError as error:
            raise CommandError(str(error), returncode=2) from error
        self._print(report, left, options)
        if report.errors:
            raise CommandError(f"{report.errors} requests failed or got a 5xx.", returncode=1)

    @staticmethod
    def _load(options: dict[str, Any]) -> tuple[Report, int]:
        load = Load(options["url"])
        with progress_bars() as progress:
            try:
                load.sign_up(options["people"], progress)
                report = load.run(options["rate"], options["seconds"], progress)
            finally:
                left = len(load.members) if options["keep"] else load.delete_members(progress)
        return report, left

    def _print(self, report: Report, left: int, options: dict[str, Any]) -> None:
        total, times = sum(report.codes.values()), report.percentiles()
        if options["json"]:
            result = {
                "requests": total,
                "seconds": round(report.seconds, 3),
                "per_second": round(total / report.seconds, 1),
                "milliseconds": times,
                "statuses": {str(code): count for code, count in sorted(report.codes.items())},
                "errors": report.errors,
                "people_left": left,
            }
            self.stdout.write(json.dumps(result))
            return
        self.stdout.write(f"{total} requests in {report.seconds:.1f} s; times in milliseconds:")
        for action, percentiles in times.items():
            row = "  ".join(f"{name} {value:8.1f}" for name, value in percentiles.items())
            self.stdout.write(f"{action:>9}  {row}")
        self.stdout.write(f"Errors: {report.errors}. Rate limited: {report.codes[TOO_MANY]}.")
        if left:
            self.stdout.write(f"{left} test members were not deleted: load_….")
