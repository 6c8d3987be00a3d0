"""The dependency audit: it fails on a problem, and also if it checked nothing."""

import pytest

from tests.support.dependency_audit import (
    FLOORS,
    LOCK,
    Floor,
    audit_problems,
    pinned_versions,
    versions_below_floor,
)

LINES = "django==5.2.19 \\\n    --hash=sha256:aa\nh11==0.15.0 ; sys_platform != 'nowhere' \\\n"
ELSEWHERE = "pywin32==1 ; sys_platform == 'win32' \\\n"


def test_the_lock_is_above_every_floor():
    assert versions_below_floor(LOCK.read_text(), FLOORS) == []


def test_a_lock_is_read_for_this_machine():
    assert pinned_versions(LINES + ELSEWHERE) == {"django": "5.2.19", "h11": "0.15.0"}
    assert len(pinned_versions(LOCK.read_text())) > 100


@pytest.mark.parametrize(
    ("lock", "floors", "problems"),
    [
        (LINES, {"django": Floor("5.2.9", "x")}, []),
        (LINES, {"h11": Floor("0.16.0", "a flaw")}, ["h11 0.15.0 is below 0.16.0: a flaw"]),
        (LINES, {"gone": Floor("1", "x")}, ["gone is not in the lock: take it out of the table"]),
        (LINES, {}, ["nothing was checked"]),
        ("", {}, ["nothing was checked"]),
    ],
)
def test_a_version_below_its_floor_or_a_missing_package_is_reported(lock, floors, problems):
    assert versions_below_floor(lock, floors) == problems


def test_a_report_that_skips_a_package_is_incomplete():
    flaw = {"id": "PYSEC-1", "fix_versions": ["0.16.0"]}
    django = {"name": "django", "version": "5.2.19", "vulns": []}
    h11 = {"name": "h11", "version": "0.15.0", "vulns": [flaw]}
    skipped = {"name": "h11", "skip_reason": "Dependency not found on PyPI"}
    assert audit_problems(LINES, {"dependencies": [django, h11]}) == [
        "h11 0.15.0: PYSEC-1, fixed in 0.16.0"
    ]
    assert audit_problems(LINES, {"dependencies": [django]}) == ["h11 was not audited"]
    assert audit_problems(LINES, {"dependencies": [django, skipped]}) == ["h11 was not audited"]
