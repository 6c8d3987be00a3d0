"""`python -m tests.support.coverage_groups`: coverage of each part in the last run.

Lines and branches. The write path, who may do what, and who one is are to be run whole.
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
    """How many lines and branches there are, and how many of them were run."""

    total: int
    covered: int

    @property
    def percent(self) -> float:
        return 100.0 * self.covered / self.total if self.total else 0.0


def measure_share(files: Mapping[str, Any], patterns: Iterable[str]) -> Share:
    """Return the share of the files that fit one of the patterns."""
    some = [
        one["summary"]
        for name, one in files.items()
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
    ]
    return Share(
        sum(one["num_statements"] + one["num_branches"] for one in some),
        sum(one["covered_lines"] + one["covered_branches"] for one in some),
    )


def shares_below_floor(shares: Mapping[str, Share], floors: Mapping[str, float]) -> list[str]:
    """Return the groups that were run less than they are to be; one of no lines is among them."""
    return [name for name, floor in floors.items() if shares[name].percent < floor]


def main() -> int:
    """Print the share of each group, and what the groups that are to be whole lack."""
    data = Coverage(data_file=str(ROOT / ".coverage"))
    if parts := list(ROOT.glob(".coverage.*")):
        data.combine(
            [str(one) for one in parts]
        )  # of processes that ended after the run was counted
    data.load()
    data.json_report(outfile=str(ROOT / ".coverage-report"), pretty_print=False)
    files = orjson.loads((ROOT / ".coverage-report").read_bytes())["files"]
    shares = {name: measure_share(files, patterns) for name, patterns in GROUPS.items()}
    for name, one in shares.items():
        print(f"{name}: {one.percent:.2f} % of {one.total} lines and branches")
    for name, one in sorted(files.items()):
        lines, branches = one["missing_lines"], one.get("missing_branches", [])
        if lines or branches:
            print(f"  {name}: lines {lines}, branches {branches}")
    least = data.get_option("report:fail_under")
    wrong = shares_below_floor(shares, {"all": float(str(least)), **FLOORS})
    if wrong:
        print(f"less than it should be: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
