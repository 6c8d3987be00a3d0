"""Coverage by group in the last run: `python -m tests.support.coverage_groups`.

Lines and branches count. The write path, the policies and the accounts must be covered completely.
"""

import fnmatch
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from coverage import Coverage

from tests.support.stack import ROOT

FULL = 100.0
FLOORS = {"write path": FULL, "policies": FULL, "accounts": FULL}
WRITE_PATH = (
    *("store/store", "store/indexes", "store/counters", "store/queries", "store/reads"),
    *("store/read_through", "store/list_fallback", "store/pagination", "store/json_templates"),
    *("store/writes", "persistence/flush", "persistence/dirty", "persistence/mongo_writer"),
    *("api/idempotency", "core/redis", "core/mongo"),
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "all": ("*",),
    "write path": tuple(f"mysocial/{name}.py" for name in WRITE_PATH),
    "policies": (
        *("*/permissions.py", "*/visibility.py"),
        "mysocial/store/script_errors.py",
    ),
    "accounts": (
        *("accounts/authentication.py", "accounts/services/*.py", "accounts/tokens.py"),
        *("accounts/passwords.py", "mysocial/realtime/auth.py"),
    ),
}


class Share(NamedTuple):
    """The number of lines and branches, and of those that were covered."""

    total: int
    covered: int

    @property
    def percent(self) -> float:
        """The covered part in percent."""
        return 100.0 * self.covered / self.total if self.total else 0.0


def measure_share(files: Mapping[str, Any], patterns: Iterable[str]) -> Share:
    """Return the share of the files that match any of the patterns."""
    summaries = [
        report["summary"]
        for name, report in files.items()
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
    ]
    return Share(
        sum(summary["num_statements"] + summary["num_branches"] for summary in summaries),
        sum(summary["covered_lines"] + summary["covered_branches"] for summary in summaries),
    )


def shares_below_floor(shares: Mapping[str, Share], floors: Mapping[str, float]) -> list[str]:
    """Return the groups below their floor, which includes any group without lines."""
    return [name for name, floor in floors.items() if shares[name].percent < floor]


def main() -> int:
    """Print the coverage of each group, and the lines and branches that are missing."""
    data = Coverage(data_file=str(ROOT / ".coverage"))
    if parts := list(ROOT.glob(".coverage.*")):
        # Data of processes that ended after the run was combined.
        data.combine([str(part) for part in parts])
    data.load()
    data.json_report(outfile=str(ROOT / ".coverage-report"), pretty_print=False)
    files = orjson.loads((ROOT / ".coverage-report").read_bytes())["files"]
    shares = {name: measure_share(files, patterns) for name, patterns in GROUPS.items()}
    for name, share in shares.items():
        print(f"{name}: {share.percent:.2f} % of {share.total} lines and branches")
    for name, report in sorted(files.items()):
        lines, branches = report["missing_lines"], report.get("missing_branches", [])
        if lines or branches:
            print(f"  {name}: lines {lines}, branches {branches}")
    floor = data.get_option("report:fail_under")
    failing = shares_below_floor(shares, {"all": float(str(floor)), **FLOORS})
    if failing:
        print(f"below the required coverage: {', '.join(failing)}", file=sys.stderr)
    return 1 if failing else 0


if __name__ == "__main__":
    raise SystemExit(main())
