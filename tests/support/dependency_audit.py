"""Check requirements.lock for known vulnerabilities.

First offline, by a table of versions that none may be below. Then by pip-audit, which must audit
every package of the lock: where it can't, because no advisory service is in reach, that is said
aloud, and with `--strict` (`make audit`) it is an error. pip-audit alone says "No known
vulnerabilities found" when it audited nothing.
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
    """The oldest version that may be used, and why."""

    version: str
    reason: str


# What advisories and release notes say; raise one when there is news.
FLOORS = {
    "celery": Floor("5.7", "restores unacknowledged messages as often as it is told to"),
    "channels": Floor("4.3.2", "the release that these channel layers were tried with"),
    "channels-redis": Floor("4.3.0", "the release that redis-py 8 was tried with"),
    "cryptography": Floor("49.0.0", "GHSA-537c-gmf6-5ccf: its OpenSSL; CVE-2026-26007"),
    "daphne": Floor("4.2.2", "CVE-2026-44545: a message without end fills the memory"),
    "django": Floor("5.2.17", "CVE-2026-15307, -15337, -15830, -15920; CVE-2025-64459"),
    "djangorestframework": Floor("3.17.2", "CVE-2026-73228: bodies without a bound; -73229"),
    "djangorestframework-simplejwt": Floor("5.5.1", "CVE-2024-22513: people who were disabled"),
    "h11": Floor("0.16.0", "CVE-2025-43859: request smuggling by chunks"),
    "kombu": Floor("5.7", "as celery"),
    "orjson": Floor("3.11.6", "CVE-2025-67221: what is nested deep ends the process"),
    "pillow": Floor("12.3.0", "CVE-2026-40192, PYSEC-2026-3451 to -3453: pictures that overflow"),
    "pyjwt": Floor("2.13.0", "CVE-2026-48526: tokens that are forged"),
    "requests": Floor("2.32.4", "CVE-2024-47081: passwords of .netrc go to others"),
    "tornado": Floor("6.5.0", "CVE-2025-47287: a form fills the log"),
    "urllib3": Floor("2.7.0", "CVE-2026-44431, -44432: headers that leak, small bombs"),
}


def pinned_versions(lock: str) -> dict[str, str]:
    """Return what a lock names for this machine, and its versions."""
    return {
        name: version
        for name, version, marker in PINNED.findall(lock)
        if not marker or Marker(marker.strip()).evaluate()
    }


def versions_below_floor(lock: str, floors: Mapping[str, Floor]) -> list[str]:
    """Return what of a lock is below its floor, or missing; to check nothing is wrong, too."""
    found = pinned_versions(lock)
    wrong = [] if found and floors else ["nothing was checked"]
    for name, floor in floors.items():
        if name not in found:
            wrong.append(f"{name} is not in the lock: take it out of the table")
        elif Version(found[name]) < Version(floor.version):
            wrong.append(f"{name} {found[name]} is below {floor.version}: {floor.reason}")
    return wrong


def audit_problems(lock: str, report: Mapping[str, Any]) -> list[str]:
    """Return the holes that pip-audit's report names, and each package that it leaves out."""
    audited = {one["name"]: one for one in report["dependencies"] if "vulns" in one}
    missing = sorted(set(pinned_versions(lock)) - set(audited))
    wrong = [f"{name} was not audited" for name in missing]
    return wrong + [
        f"{name} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions'])}"
        for name, one in audited.items()
        for hole in one["vulns"]
    ]


def _run_pip_audit() -> tuple[Mapping[str, Any] | None, str]:
    """Return pip-audit's report, or why there is none."""
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
        return None, f"no answer within {TIMEOUT_SECONDS:.0f} s"
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["it says nothing"])[-1]


def main() -> int:
    """Return 1 when there is a hole, or with `--strict` when nobody could be asked."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="not to be audited is an error")
    options = parser.parse_args()
    lock = LOCK.read_text()
    wrong = versions_below_floor(lock, FLOORS)
    print(f"{len(FLOORS)} floors checked, of {len(pinned_versions(lock))} packages in the lock")
    report, why = _run_pip_audit()
    if report is not None:
        wrong += audit_problems(lock, report)
        print(f"audited: {len(report['dependencies'])} packages")
    else:
        print(f"NOT AUDITED: {why}", file=sys.stderr)
        print("NOT AUDITED: holes that became known since are not looked for.", file=sys.stderr)
    for one in wrong:
        print(one, file=sys.stderr)
    return 1 if wrong or (report is None and options.strict) else 0


if __name__ == "__main__":
    raise SystemExit(main())
