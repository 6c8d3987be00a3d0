"""`docs/adding-a-feature.md` names files, functions and modules that exist."""

import ast
import builtins
import importlib
import re
from types import ModuleType

import pytest

from posts.views import PostViewSet
from tests.support.stack import ROOT

PAGE = (ROOT / "docs/adding-a-feature.md").read_text()
NEW_FILES = {
    "posts/services/bookmarks.py",
    "posts/selectors/bookmarks.py",
    "tests/posts/test_bookmarks.py",
}
FILE = re.compile(r"`((?:posts|tests|docs|clients|examples|mysocial)/[\w/.]*)`")
# Each block of code is appended to the file that the page named last.
BLOCKS = [
    (FILE.findall(PAGE[: block.start()])[-1], block.group(1))
    for block in re.finditer(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
NAMED_IN_FILES = (
    ("posts/services/write_steps.py", "require_visible"),
    ("posts/selectors/rows.py", "get_rows"),
    ("tests/mysocial/api/test_every_read.py", "ids"),
)


def test_each_file_exists_unless_the_feature_creates_it() -> None:
    files = set(FILE.findall(PAGE))
    assert files >= NEW_FILES
    assert {name for name in files if not (ROOT / name).exists()} == NEW_FILES


@pytest.mark.parametrize(("file", "code"), BLOCKS, ids=[file for file, _ in BLOCKS])
def test_the_names_of_a_block_exist_in_the_file_that_it_extends(file: str, code: str) -> None:
    known = {*vars(_module(file)), *vars(builtins)}
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    assert used
    assert used <= known


def test_both_blocks_are_checked() -> None:
    assert [file for file, _ in BLOCKS] == ["posts/urls.py", "tests/authorization/content_rules.py"]


@pytest.mark.parametrize(("file", "name"), NAMED_IN_FILES)
def test_a_function_is_in_the_file_that_the_page_names(file: str, name: str) -> None:
    assert f"`{name}`" in PAGE
    assert f"`{file}`" in PAGE
    function = getattr(_module(file), name)
    assert getattr(function, "__module__", "") == _module(file).__name__


def test_the_view_methods_are_new_and_those_of_the_routes() -> None:
    from_example = dict(re.findall(r"`(\w+)` becomes `(\w+)`", PAGE))
    example = (ROOT / "examples/bookmarks_app/bookmarks/views.py").read_text()
    assert all(f"def {name}(" in example for name in from_example)
    assert set(from_example.values()) == set(re.findall(r'(?:get|put|delete)="(\w+)"', PAGE))
    assert not any(hasattr(PostViewSet, name) for name in from_example.values())


def _module(file: str) -> ModuleType:
    return importlib.import_module(file.removesuffix(".py").replace("/", "."))
