"""Makes a site of the repository's own Markdown: its links lead to the same things there.

`docs/` is the site's root, and the README its home. Files outside of `docs/` that are linked stand
under `repository/`. A link to a folder, which a site has no page for, becomes its text.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
HOME, README, ELSEWHERE = "index.md", "README.md", "repository"
# Of a link or picture of Markdown that leads nowhere else: its text, its path and its anchor.
LINK = re.compile(r"(!?\[[^\]]*\])\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def place_of(uri: str) -> str:
    """Return where in the repository a page of the site stands."""
    if uri == HOME:
        return README
    inside = uri.removeprefix(f"{ELSEWHERE}/")
    return f"docs/{uri}" if inside == uri else inside


def uri_of(place: str) -> str:
    """Return where on the site a file of the repository stands."""
    if place == README:
        return HOME
    inside = place.removeprefix("docs/")
    return f"{ELSEWHERE}/{place}" if inside == place else inside


def linked(text: str, place: str) -> set[str]:
    """Return the files of the repository that a page at a place links to."""
    here = PurePosixPath(place).parent
    found = {normpath(str(here / path)) for _, path, _ in LINK.findall(text)}
    return {one for one in found if (ROOT / one).is_file()}


def on_files(files: Files, config: Any) -> Files:
    """Add the README, and what is linked outside of `docs/`."""
    known, waiting = {place_of(file.src_uri) for file in files}, [README]
    waiting += [place for place in known if place.endswith(".md")]
    while waiting:
        place = waiting.pop()
        if place not in known:
            known.add(place)
            content = (ROOT / place).read_bytes()
            files.append(File.generated(config, uri_of(place), content=content))
        if place.endswith(".md"):
            waiting += linked((ROOT / place).read_text(), place) - known
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let each link lead where the same thing is on the site."""
    uri = page.file.src_uri
    here = PurePosixPath(place_of(uri)).parent

    def led(link: re.Match[str]) -> str:
        text, path, anchor = link[1], link[2], link[3] or ""
        place = normpath(str(here / path))
        if (ROOT / place).is_dir():
            return text.removeprefix("[").removesuffix("]")
        return f"{text}({relpath(uri_of(place), PurePosixPath(uri).parent)}{anchor})"

    return LINK.sub(led, markdown)
