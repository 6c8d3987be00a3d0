"""Check the language of the repository: `python -m tests.support.vocabulary [paths]`.

The house rules are in `CONTRIBUTING.md`: the terms of `docs/glossary.md`, names that carry their
object, and plain English. This module holds the words that must not come back.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.stack import ROOT

SUFFIXES = {
    ".css", ".html", ".http", ".js", ".lua", ".md", ".py", ".sh", ".toml", ".ts", ".txt", ".yaml",
    ".yml",
}  # fmt: skip
NAMED = {"Caddyfile", "Dockerfile", "Makefile", "run"}
# This file names the words that it forbids.
EXEMPT = {"tests/support/vocabulary.py", "tests/project/test_vocabulary.py", "requirements.lock"}

# Forbidden in all text: the private vocabulary of earlier versions, and archaic or personified
# English.
WORDS = re.compile(
    r"""\b(?: ow(?:e|es|ed|ing) | debts? | nudg(?:e|es|ed|ing) | wires? | sights? | verdicts?
    | crew | doors? | patience | patient | undead | whom | whoever | whosoever | whomever | anew
    | mend(?:s|ed|ing)? | oneself | told | hangs?\ on | hung\ on | is\ refused\ so
    | what\ is\ asked | at\ the\ ack )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Forbidden as a part of an identifier, such as `debt` in `oldest_debt_seconds`.
PARTS = {
    "anew", "crew", "debt", "debts", "door", "doors", "ears", "heard", "heart", "hearts", "heir",
    "heirs", "lean", "mend", "mouth", "nudge", "owe", "owed", "owes", "patience", "patient",
    "pulse", "sight", "sights", "stretch", "stretches", "told", "track", "tracks", "undead",
    "verdict", "verdicts", "whom", "wire", "wires", "wording",
}  # fmt: skip
# Forbidden as a whole identifier: a name must be the noun that it holds.
NAMES = {"asked", "found", "least", "most", "one", "said", "some"}
BOUNDS = re.compile(r"_?(?:MOST|LEAST)_\w+")  # bounds are MAX_... and MIN_...
OPENINGS = re.compile(r"(?:What|Who|How|Whether|Where)\b")  # not how a module docstring starts
# Not how the name of a test starts: a clause without a subject is hard to read.
TEST_OPENINGS = re.compile(r"test_(?:what|who|those|where)_")
CODE_SPAN = re.compile(r"`[^`\n]*`")
COMPONENT = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
JS_NAME = re.compile(
    r"\b(?:const|let|var|function)\s+(\w+)|[(,]\s*(\w+)(?=\s*(?:\)\s*=>|,|=>))|(?<![\w.])(\w+)\s*=>"
)


class Finding(NamedTuple):
    """A forbidden word, and where it stands."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}"


def tracked_files() -> list[str]:
    """Return the text files of the repository, also those that are not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(
        name
        for name in set(listed.split("\0"))
        if (Path(name).suffix in SUFFIXES or Path(name).name in NAMED)
        and name not in EXEMPT
        and (ROOT / name).is_file()
    )


def check_file(name: str) -> list[Finding]:
    """Return the findings in one file; `name` is relative to the repository."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [Finding(name, line, problem) for line, problem in text_problems(name, text)]


def text_problems(name: str, text: str) -> list[tuple[int, str]]:
    """Return the line and the problem of each finding in the text of the file `name`."""
    # Upgrade notes quote the old names as code.
    prose = CODE_SPAN.sub("", text) if name == "CHANGELOG.md" else text
    problems = {(line, f"word {word!r}") for line, word in _words(prose)}
    if name.endswith(".py"):
        problems.update(_python_problems(text))
    elif name.endswith(".js"):
        problems.update(_js_problems(text))
    return sorted(problems)


def _words(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in WORDS.finditer(line):
            yield number, match[0]


def _identifier_problem(name: str) -> str:
    if name in NAMES:
        return f"name {name!r} is not the noun that it holds"
    if BOUNDS.fullmatch(name):
        return f"bound {name!r} is not MAX_... or MIN_..."
    if TEST_OPENINGS.match(name):
        return f"name {name!r} starts with a clause, not with a noun"
    parts = {part.lower() for part in COMPONENT.findall(name)} & PARTS
    return f"identifier {name!r}" if parts else ""


def _python_problems(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and (problem := _identifier_problem(token.string)):
            yield token.start[0], problem
    docstring = ast.get_docstring(ast.parse(text)) or ""
    if OPENINGS.match(docstring):
        yield 1, f"module docstring starts with {docstring.split()[0]!r}"


def _js_problems(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in JS_NAME.finditer(line):
            name = next(filter(None, match.groups()))
            if problem := _identifier_problem(name):
                yield number, problem


def main() -> int:
    """Print the findings in the given files or folders, or in all files; 1 if there are any."""
    prefixes = tuple(sys.argv[1:]) or ("",)
    names = [name for name in tracked_files() if name.startswith(prefixes)]
    findings = [finding for name in names for finding in check_file(name)]
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    sys.stdout.write(f"{len(findings)} findings in {len(names)} files\n")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
