"""MkDocs hooks that build the documentation site from the Markdown of the repository.

`docs/` is the root of the site and the README its home page. Files outside `docs/` that pages link
to are copied to `repository/`. A link to a folder, for which there is no page, becomes plain text.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
HOME, README, OUTSIDE_DOCS = "index.md", "README.md", "repository"
# A Markdown link or image with a relative path: its text, path and anchor.
LINK = re.compile(r"(!?\[[^\]]*\])\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def source_path(uri: str) -> str:
    """Return the path in the repository of a page of the site."""
    if uri == HOME:
        return README
    path = uri.removeprefix(f"{OUTSIDE_DOCS}/")
    return f"docs/{uri}" if path == uri else path


def site_uri(path: str) -> str:
    """Return the URI on the site of a file of the repository."""
    if path == README:
        return HOME
    uri = path.removeprefix("docs/")
    return f"{OUTSIDE_DOCS}/{path}" if uri == path else uri


def linked_files(text: str, source: str) -> set[str]:
    """Return the files of the repository that the text of a page links to."""
    folder = PurePosixPath(source).parent
    targets = {normpath(str(folder / path)) for _, path, _ in LINK.findall(text)}
    return {target for target in targets if (ROOT / target).is_file()}


def on_files(files: Files, config: Any) -> Files:
    """Add the README and the linked files outside `docs/` to the site."""
    known, pending = {source_path(file.src_uri) for file in files}, [README]
    pending += [path for path in known if path.endswith(".md")]
    while pending:
        path = pending.pop()
        if path not in known:
            known.add(path)
            content = (ROOT / path).read_bytes()
            files.append(File.generated(config, site_uri(path), content=content))
        if path.endswith(".md"):
            pending += linked_files((ROOT / path).read_text(), path) - known
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite the links of a page to the URIs of the site."""
    uri = page.file.src_uri
    folder = PurePosixPath(source_path(uri)).parent

    def rewrite(link: re.Match[str]) -> str:
        text, path, anchor = link[1], link[2], link[3] or ""
        target = normpath(str(folder / path))
        if (ROOT / target).is_dir():
            return text.removeprefix("[").removesuffix("]")
        return f"{text}({relpath(site_uri(target), PurePosixPath(uri).parent)}{anchor})"

    return LINK.sub(rewrite, markdown)
