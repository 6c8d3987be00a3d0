"""The archive of a data export: a ZIP with JSON, HTML pages and the member's files."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.template.loader import render_to_string

from mysocial.core.ids import is_id, now
from mysocial.core.json import dumps
from mysocial.core.progress import ProgressCallback
from mysocial.privacy.exports import SECTIONS, ExportSection, Owner

PER_PAGE = 200
FindNames = Callable[[set[str]], dict[str, str]]  # from ids of members to usernames


class Contents(NamedTuple):
    """The files of one section."""

    title: str
    data: str
    pages: list[str]
    records: int


def write_archive(
    path: Path,
    owner: Owner,
    *,
    names: FindNames,
    report_progress: ProgressCallback = lambda *_: None,
) -> dict[str, int]:
    """Write all data of a member to a new ZIP.

    Args:
        path: The file to create.
        owner: The member.
        names: Returns the usernames of members to which records refer.
        report_progress: Called after each section.

    Returns:
        The number of records of each section.

    Raises:
        FileExistsError: The file exists.
        Unavailable: A server cannot be reached.
    """
    contents = []
    with path.open("xb") as raw:
        path.chmod(0o600)
        with ZipFile(raw, "w", ZIP_DEFLATED) as archive:
            for number, section in enumerate(SECTIONS.values(), 1):
                contents.append(_add_section(archive, section, owner, names))
                report_progress("Kinds of records", number, len(SECTIONS))
            context = {"owner": owner, "contents": contents, "at": now()}
            archive.writestr("index.html", render_to_string("export_index.html", context))
    return {section.title: section.records for section in contents}


def _add_section(
    archive: ZipFile, section: ExportSection, owner: Owner, names: FindNames
) -> Contents:
    data, count = f"data/{section.slug}.json", 0
    pages: list[str] = []
    with tempfile.TemporaryFile(dir=settings.MEDIA_DIR) as buffer:  # /tmp may be in memory
        buffer.write(b"[")
        for records in _batches(section.find_records(owner)):
            shown = [section.exported_fields(record) for record in records]
            files = [_add_file(archive, section, record) for record in records]
            buffer.write(b"," * bool(count) + b",\n".join(map(dumps, shown)))
            count += len(shown)
            pages.append(f"pages/{section.slug}-{len(pages) + 1}.html")
            archive.writestr(pages[-1], _page(section, shown, files, names, len(pages)))
        buffer.write(b"]\n")
        buffer.seek(0)
        with archive.open(data, "w", force_zip64=True) as entry:
            copyfileobj(buffer, entry)
    return Contents(section.title, data, pages, count)


def _batches(records: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(records, PER_PAGE)):
        yield batch


def _add_file(archive: ZipFile, section: ExportSection, record: Any) -> str:
    """Add the file of a record; return its name in the ZIP, empty if there is none."""
    record_file = section.file(record)
    if record_file is None:
        return ""
    file_name, open_file = record_file
    name = f"files/{file_name}"
    try:
        with open_file() as file, archive.open(name, "w", force_zip64=True) as entry:
            copyfileobj(file, entry)
    except FileNotFoundError:  # it was deleted meanwhile
        return ""
    return name


def _page(
    section: ExportSection,
    shown: list[dict[str, Any]],
    files: Iterable[str],
    names: FindNames,
    number: int,
) -> str:
    ids = {member_id for fields in shown for member_id in _ids(fields)}
    usernames = names(ids) if ids else {}
    rows = [
        {
            "fields": [(name, _text(value, usernames)) for name, value in fields.items()],
            "file": file,
        }
        for fields, file in zip(shown, files, strict=True)
    ]
    context = {"title": section.title, "rows": rows, "number": number}
    return render_to_string("export_page.html", context)


def _ids(fields: dict[str, Any]) -> Iterator[str]:
    return (str(value) for value in fields.values() if is_id(value))


def _text(value: Any, usernames: dict[str, str]) -> str:
    """Return a value as readable text; a member by username."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"{usernames[value]} ({value})" if value in usernames else value
    return dumps(value).decode().strip('"')
