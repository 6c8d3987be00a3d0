"""The docs as a site: made of the same files, every link and anchor leads somewhere."""

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
    """Build it; a link that leads nowhere is an error."""
    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(CONFIG), site_dir=str(folder), strict=True))
    return folder


def test_every_page_of_the_docs_is_there_and_the_readme_is_its_home(site):
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / page.stem / "index.html").is_file(), page
    assert "make up" in (site / "index.html").read_text()
    assert (site / "repository" / "CHANGELOG" / "index.html").is_file()


def test_what_is_linked_outside_of_the_docs_is_as_it_is_in_the_repository(site):
    linked = [one for one in (site / "repository").rglob("*") if one.is_file()]
    kept = [one for one in linked if one.suffix != ".html"]
    assert site / "repository" / "deploy" / "grafana" / "mysocial.json" in kept
    for one in kept:
        assert one.read_bytes() == (ROOT / one.relative_to(site / "repository")).read_bytes()


def test_no_page_loads_anything_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert not LOADED.search(page.read_text()), page
