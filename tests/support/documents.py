"""Documents that reference tests: their tables, and whether the tests exist."""

import ast
import re
from functools import cache

from tests.support.stack import ROOT

TEST_REFERENCE = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")


def parse_tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a document as rows of cells, without the headings."""
    tables = re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE)
    return [
        [[cell.strip() for cell in line[1:-1].split(" | ")] for line in table.splitlines()[2:]]
        for table in tables
    ]


@cache
def test_functions_of(path: str) -> set[str]:
    """Return the names of the functions of a test module; empty if there is no such file."""
    file = ROOT / path
    body = ast.parse(file.read_text()).body if file.is_file() else []
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def missing_tests(text: str) -> list[str]:
    """Return the tests that a document references and that do not exist."""
    references = TEST_REFERENCE.findall(text)
    return [f"{path}::{name}" for path, name in references if name not in test_functions_of(path)]
