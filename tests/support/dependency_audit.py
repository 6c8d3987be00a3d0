"""Check requirements.lock for known vulnerabilities.

The first check is offline: no package may be older than its floor in a table. The second one is
pip-audit, which must audit every package of the lock. If it cannot, because no advisory service is
reachable, a warning is printed; with `--strict` (`make audit`) that is an error. pip-audit alone
prints "No known vulnerabilities found" when it audited nothing.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packaging.markers import Marker
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)
TIMEOUT_SECONDS = 300.0


class Floor(NamedTuple):
    """The oldest version that is allowed, and the reason."""

    version: str
    reason: str


# From advisories and release notes. Raise a floor when a new advisory is published.
FLOORS = {
    "celery": Floor("5.7", "restores unacknowledged messages as often as configured"),
    "channels": Floor("4.3.2", "the release that channels-redis was tested with"),
    "channels-redis": Floor("4.3.0", "the release that redis-py 8 was tested with"),
    "cryptography": Floor("49.0.0", "GHSA-537c-gmf6-5ccf: its OpenSSL; CVE-2026-26007"),
    "daphne": Floor("4.2.2", "CVE-2026-44545: an endless message exhausts memory"),
    "django": Floor("5.2.17", "CVE-2026-15307, -15337, -15830, -15920; CVE-2025-64459"),
    "djangorestframework": Floor("3.17.2", "CVE-2026-73228: unbounded request bodies; -73229"),
    "djangorestframework-simplejwt": Floor(
        "5.5.1", "CVE-2024-22513: tokens of disabled users are accepted"
    ),
    "h11": Floor("0.16.0", "CVE-2025-43859: request smuggling by chunks"),
    "kombu": Floor("5.7", "see celery"),
    "orjson": Floor("3.11.6", "CVE-2025-67221: deeply nested JSON crashes the process"),
    "pillow": Floor(
        "12.3.0", "CVE-2026-40192, PYSEC-2026-3451 to -3453: images that overflow buffers"
    ),
    "pyjwt": Floor("2.13.0", "CVE-2026-48526: forged tokens are accepted"),
    "requests": Floor("2.32.4", "CVE-2024-47081: .netrc passwords leak to other hosts"),
    "tornado": Floor("6.5.0", "CVE-2025-47287: a form floods the log"),
    "urllib3": Floor("2.7.0", "CVE-2026-44431, -44432: leaked headers, decompression bombs"),
}


def pinned_versions(lock: str) -> dict[str, str]:
    """Return the versions that a lock pins for this machine, by package."""
    return {
        name: version
        for name, version, marker in PINNED.findall(lock)
        if not marker or Marker(marker.strip()).evaluate()
    }


def versions_below_floor(lock: str, floors: Mapping[str, Floor]) -> list[str]:
    """Return the packages of a lock that are older than their floor or missing.

    A check of nothing counts as a problem, too.
    """
    versions = pinned_versions(lock)
    problems = [] if versions and floors else ["nothing was checked"]
    for name, floor in floors.items():
        if name not in versions:
            problems.append(f"{name} is not in the lock: take it out of the table")
        elif Version(versions[name]) < Version(floor.version):
            problems.append(f"{name} {versions[name]} is below {floor.version}: {floor.reason}")
    return problems


def audit_problems(lock: str, report: Mapping[str, Any]) -> list[str]:
    """Return the vulnerabilities in a report of pip-audit, and the packages that it left out."""
    audited = {package["name"]: package for package in report["dependencies"] if "vulns" in package}
    missing = sorted(set(pinned_versions(lock)) - set(audited))
    problems = [f"{name} was not audited" for name in missing]
    return problems + [
        f"{name} {package['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions'])}"
        for name, package in audited.items()
        for flaw in package["vulns"]
    ]


def _run_pip_audit() -> tuple[Mapping[str, Any] | None, str]:
    """Return pip-audit's report, or None and the reason why there is none."""
    command = [
        str(Path(sys.executable).parent / "pip-audit"),
        *("--strict", "--disable-pip", "--require-hashes", "--requirement", str(LOCK)),
        *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
        return json.loads(done.stdout), ""
    except subprocess.TimeoutExpired:
        return None, f"no response within {TIMEOUT_SECONDS:.0f} s"
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["no error message"])[-1]


def main() -> int:
    """Return 1 if a vulnerability is known, or if with `--strict` the audit was impossible."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument(
        "--strict", action="store_true", help="fail if the packages cannot be audited"
    )
    options = parser.parse_args()
    lock = LOCK.read_text()
    problems = versions_below_floor(lock, FLOORS)
    print(f"{len(FLOORS)} floors checked, of {len(pinned_versions(lock))} packages in the lock")
    report, reason = _run_pip_audit()
    if report is not None:
        problems += audit_problems(lock, report)
        print(f"audited: {len(report['dependencies'])} packages")
    else:
        print(f"NOT AUDITED: {reason}", file=sys.stderr)
        print("NOT AUDITED: newer vulnerabilities are not detected.", file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems or (report is None and options.strict) else 0


if __name__ == "__main__":
    raise SystemExit(main())
