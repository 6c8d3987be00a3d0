"""`docs/apps.md` contains the code of its example, file by file."""

import re

from tests.support.stack import ROOT

EXAMPLE = ROOT / "examples/bookmarks_app"
BLOCK = re.compile(r"^### `([\w/.]+)`\n(?:(?!###|```).*\n)*```python\n(.*?)^```$", re.M | re.S)


def test_the_page_contains_the_code_of_the_example() -> None:
    blocks = dict(BLOCK.findall((ROOT / "docs/apps.md").read_text()))
    files = {
        path.relative_to(EXAMPLE).as_posix(): path.read_text()
        for path in sorted(EXAMPLE.rglob("*.py"))
        if path.stat().st_size
    }
    assert blocks == files
