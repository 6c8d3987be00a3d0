"""`docs/apps.md` contains the code of its example, file by file."""

import re

from tests.support.stack import ROOT

EXAMPLE = ROOT / "examples/bookmarks_app"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_contains_the_code_of_the_example() -> None:
    text = (ROOT / "docs/apps.md").read_text()
    sections = [part.partition("\n## ")[0] for part in text.split("\n### `")[1:]]
    blocks = {section.partition("`")[0]: BLOCK.findall(section) for section in sections}
    files = {
        path.relative_to(EXAMPLE).as_posix(): [path.read_text()]
        for path in sorted(EXAMPLE.rglob("*.py"))
        if path.stat().st_size
    }
    assert blocks == files
