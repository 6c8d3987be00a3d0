"""`docs/adding-a-feature.md` names files, functions, routes and rules that exist."""

import ast
import importlib
import re
from types import ModuleType

import pytest

from tests.authorization.content_rules import POSTS
from tests.support.stack import ROOT

PAGE = (ROOT / "docs/adding-a-feature.md").read_text()
FILE = re.compile(r"`((?:posts|tests|docs|clients|examples|mysocial|accounts)/[\w/.]*)`")
# Each block of code quotes the file that the page named last.
BLOCKS = [
    (FILE.findall(PAGE[: block.start()])[-1], block.group(1))
    for block in re.finditer(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
NAMED_IN_FILES = (
    ("posts/services/write_steps.py", "require_visible"),
    ("posts/selectors/rows.py", "get_rows"),
    ("posts/selectors/viewer_fields.py", "viewer_fields"),
    ("tests/mysocial/api/test_every_read.py", "ids"),
)


def test_each_file_exists() -> None:
    files = set(FILE.findall(PAGE))
    assert "posts/services/bookmarks.py" in files
    assert [name for name in files if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("file", "code"), BLOCKS, ids=[file for file, _ in BLOCKS])
def test_each_statement_of_a_block_is_in_the_file_that_it_quotes(file: str, code: str) -> None:
    calls = {
        ast.dump(node)
        for node in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(node, ast.Call)
    }
    quoted = [ast.dump(node.value) for node in ast.parse(code).body if isinstance(node, ast.Expr)]
    assert quoted
    assert set(quoted) <= calls


def test_both_blocks_are_checked() -> None:
    assert [file for file, _ in BLOCKS] == ["posts/urls.py", "tests/authorization/content_rules.py"]


def test_the_page_names_all_rules_of_bookmarks() -> None:
    paths = {rule.path for rule in POSTS if "bookmark" in rule.path}
    assert paths
    assert all(f'"{path}"' in PAGE for path in paths)


@pytest.mark.parametrize(("file", "name"), NAMED_IN_FILES)
def test_a_function_is_in_the_file_that_the_page_names(file: str, name: str) -> None:
    assert f"`{name}`" in PAGE
    assert f"`{file}`" in PAGE
    function = getattr(_module(file), name)
    assert getattr(function, "__module__", "") == _module(file).__name__


def _module(file: str) -> ModuleType:
    return importlib.import_module(file.removesuffix(".py").replace("/", "."))
