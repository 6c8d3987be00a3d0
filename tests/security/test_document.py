"""`docs/security.md`: no row is missing or empty, and each test it references exists."""

from tests.support.documents import TEST_REFERENCE, missing_tests, parse_tables
from tests.support.stack import ROOT

TEXT = (ROOT / "docs/security.md").read_text()


def test_every_row_exists_and_references_its_tests():
    rows = [row for table in parse_tables(TEXT) for row in table]
    kinds = {"R": 8, "P": 21, "A": 26, "C": 9, "S": 5, "F": 52}
    numbers = [f"{kind}{n}" for kind, count in kinds.items() for n in range(1, count + 1)]
    assert [row[0] for row in rows] == numbers
    assert {len(row) for row in rows} == {4}
    assert [row[0] for row in rows if not all(row) or not TEST_REFERENCE.search(row[3])] == []


def test_every_referenced_test_exists():
    assert len(TEST_REFERENCE.findall(TEXT)) > 80
    assert missing_tests(TEXT) == []
