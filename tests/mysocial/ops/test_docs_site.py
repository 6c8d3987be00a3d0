"""The documentation site: built from the Markdown files, with valid links and anchors."""

import re
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from tests.support.stack import ROOT

CONFIG = ROOT / "deploy" / "docs" / "mkdocs.yml"
LOADED = re.compile(
    r"<(?:script|img|iframe|link rel=.(?:stylesheet|preconnect|icon))[^>]*https?://"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Path:
    """Build the site; a broken link is an error."""
    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(CONFIG), site_dir=str(folder), strict=True))
    return folder


def test_the_site_has_every_page_and_the_readme_as_home(site):
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / page.stem / "index.html").is_file(), page
    assert "make up" in (site / "index.html").read_text()
    assert (site / "repository" / "CHANGELOG" / "index.html").is_file()


def test_linked_files_outside_the_docs_are_copied_unchanged(site):
    files = [file for file in (site / "repository").rglob("*") if file.is_file()]
    copies = [file for file in files if file.suffix != ".html"]
    assert site / "repository" / "deploy" / "grafana" / "mysocial.json" in copies
    for copy in copies:
        assert copy.read_bytes() == (ROOT / copy.relative_to(site / "repository")).read_bytes()


def test_no_page_loads_anything_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert not LOADED.search(page.read_text()), page
