"""Documents that name tests: their tables, and whether what they name exists."""

import ast
import re
from functools import cache

from tests.support.stack import ROOT

TEST_REFERENCE = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")


def parse_tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a document: rows of cells, heads left out."""
    found = re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE)
    return [
        [[cell.strip() for cell in line[1:-1].split(" | ")] for line in table.splitlines()[2:]]
        for table in found
    ]


@cache
def test_functions_of(path: str) -> set[str]:
    """Return the names of the test functions of a module; none when there is no such file."""
    file = ROOT / path
    body = ast.parse(file.read_text()).body if file.is_file() else []
    return {one.name for one in body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def missing_tests(text: str) -> list[str]:
    """Return the tests that a document names and nobody has."""
    named = TEST_REFERENCE.findall(text)
    return [f"{path}::{name}" for path, name in named if name not in test_functions_of(path)]
