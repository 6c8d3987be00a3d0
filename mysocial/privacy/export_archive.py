"""A member's export as a ZIP: JSON for programs, pages for people, and the files themselves."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.template.loader import render_to_string

from mysocial.core.ids import is_id, now
from mysocial.core.json import dumps
from mysocial.core.progress import ProgressCallback
from mysocial.privacy.exports import SECTIONS, ExportSection, Owner

PER_PAGE = 200
Names = Callable[[set[str]], dict[str, str]]  # from ids to names of members


class Contents(NamedTuple):
    """What one portion has come to."""

    title: str
    data: str
    pages: list[str]
    records: int


def write_archive(
    path: Path, owner: Owner, *, names: Names, tell: ProgressCallback = lambda *_: None
) -> dict[str, int]:
    """Write everything that is a member's own to a new ZIP; return how many records of each kind.

    `Unavailable`; `FileExistsError`. `names` says how members whom records name are called.
    """
    contents = []
    with path.open("xb") as raw:
        path.chmod(0o600)
        with ZipFile(raw, "w", ZIP_DEFLATED) as pack:
            for number, portion in enumerate(SECTIONS.values(), 1):
                contents.append(_pack(pack, portion, owner, names))
                tell("Kinds of records", number, len(SECTIONS))
            words = {"owner": owner, "contents": contents, "at": now()}
            pack.writestr("index.html", render_to_string("export_index.html", words))
    return {one.title: one.records for one in contents}


def _pack(pack: ZipFile, portion: ExportSection, owner: Owner, names: Names) -> Contents:
    data, count = f"data/{portion.slug}.json", 0
    pages: list[str] = []
    with tempfile.TemporaryFile() as listed:
        listed.write(b"[")
        for some in _batches(portion.found(owner)):
            shown = [portion.shown(one) for one in some]
            files = [_add_file(pack, portion, one) for one in some]
            listed.write(b"," * bool(count) + b",\n".join(map(dumps, shown)))
            count += len(shown)
            pages.append(f"pages/{portion.slug}-{len(pages) + 1}.html")
            pack.writestr(pages[-1], _page(portion, shown, files, names, len(pages)))
        listed.write(b"]\n")
        listed.seek(0)
        with pack.open(data, "w", force_zip64=True) as entry:
            copyfileobj(listed, entry)
    return Contents(portion.title, data, pages, count)


def _batches(records: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(records, PER_PAGE)):
        yield some


def _add_file(pack: ZipFile, portion: ExportSection, record: Any) -> str:
    """Add the file of a record; return its name in the ZIP, empty for none."""
    found = portion.file(record)
    if found is None:
        return ""
    name, opened = f"files/{found[0]}", found[1]
    try:
        with opened() as file, pack.open(name, "w", force_zip64=True) as entry:
            copyfileobj(file, entry)
    except FileNotFoundError:  # it was deleted just now
        return ""
    return name


def _page(
    portion: ExportSection,
    shown: list[dict[str, Any]],
    files: Iterable[str],
    names: Names,
    number: int,
) -> str:
    ids = {one for fields in shown for one in _ids(fields)}
    called = names(ids) if ids else {}
    rows = [
        {"fields": [(name, _text(value, called)) for name, value in fields.items()], "file": file}
        for fields, file in zip(shown, files, strict=True)
    ]
    words = {"title": portion.title, "rows": rows, "number": number}
    return render_to_string("export_page.html", words)


def _ids(fields: dict[str, Any]) -> Iterator[str]:
    return (str(value) for value in fields.values() if is_id(value))


def _text(value: Any, called: dict[str, str]) -> str:
    """Return a value as people read it; a member by name."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"{called[value]} ({value})" if value in called else value
    return dumps(value).decode().strip('"')
