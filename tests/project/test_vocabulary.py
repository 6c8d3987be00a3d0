"""The language of the repository: no forbidden word or name in any file (see `CONTRIBUTING.md`)."""

import pytest

from tests.support.vocabulary import check_file, text_problems, tracked_files


def test_no_file_has_a_forbidden_word_or_name() -> None:
    assert [str(finding) for name in tracked_files() for finding in check_file(name)] == []


@pytest.mark.parametrize(
    ("name", "text", "problems"),
    [
        ("docs/x.md", "Pay the debt\nto whom it may concern", ["word 'debt'", "word 'whom'"]),
        ("a.py", "# Make it anew.", ["word 'anew'"]),
        ("a.py", '"""What is kept."""', ["module docstring starts with 'What'"]),
        ("a.py", "oldest_debt_seconds = 1", ["identifier 'oldest_debt_seconds'"]),
        (
            "a.py",
            "def test_a_refused_write_is_heard_by_nobody(): ...",
            ["identifier 'test_a_refused_write_is_heard_by_nobody'"],
        ),
        (
            "a.py",
            "def test_what_is_deleted_is_hidden(): ...",
            ["name 'test_what_is_deleted_is_hidden' starts with a clause, not with a noun"],
        ),
        ("a.py", "class WireFormat: ...", ["identifier 'WireFormat'"]),
        ("a.py", "def f(one): ...", ["name 'one' is not the noun that it holds"]),
        ("a.py", "x = [y for found in z]", ["name 'found' is not the noun that it holds"]),
        ("a.py", "MOST_TEXT = 1", ["bound 'MOST_TEXT' is not MAX_... or MIN_..."]),
        ("a.js", "const found = 1;", ["name 'found' is not the noun that it holds"]),
        ("a.js", "rows.map((one) => 1)", ["name 'one' is not the noun that it holds"]),
        ("a.py", '"""Heartbeats of one worker."""\nMAX_TEXT = learn = tracker = "found"', []),
        ("CHANGELOG.md", "- `nudge` is now `wake`, not mended.", ["word 'mended'"]),
        ("a.md", "Someone learned to behold the owner of the doorway.", []),
    ],
)
def test_a_forbidden_word_or_name_is_found(name: str, text: str, problems: list[str]) -> None:
    assert [problem for _, problem in text_problems(name, text)] == problems


def test_the_files_of_the_repository_are_checked() -> None:
    names = tracked_files()
    assert {"README.md", "manage.py", "Makefile", ".ci/run", "mysocial/lua/read.lua"} <= set(names)
    assert "requirements.lock" not in names
