"""The evaluation of a coverage run."""

from tests.support.coverage_groups import GROUPS, Share, measure_share, shares_below_floor
from tests.support.stack import ROOT


def summary(statements: int, branches: int, lines: int, taken: int) -> dict[str, object]:
    return {
        "summary": {
            "num_statements": statements,
            "num_branches": branches,
            "covered_lines": lines,
            "covered_branches": taken,
        }
    }


def test_lines_and_branches_count_alike():
    files = {"a/x.py": summary(6, 2, 6, 2), "b/y.py": summary(2, 0, 1, 0)}
    assert measure_share(files, ("*",)) == Share(10, 9)
    assert measure_share(files, ("a/*",)).percent == 100.0


def test_a_group_below_its_floor_and_an_empty_group_are_reported():
    shares = {"full": Share(4, 4), "part": Share(4, 3), "nothing": Share(0, 0)}
    assert shares_below_floor(shares, {"full": 100.0, "part": 75.0}) == []
    assert shares_below_floor(shares, dict.fromkeys(shares, 80.0)) == ["part", "nothing"]


def test_each_pattern_of_a_group_matches_a_file():
    for patterns in GROUPS.values():
        for pattern in patterns:
            assert next(ROOT.glob(pattern), None), pattern
