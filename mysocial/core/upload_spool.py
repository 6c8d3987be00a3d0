"""The upload spool: the folder where uploaded files wait for a worker.

All web processes and workers share it (`STORAGES["incoming"]`).
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

from mysocial.core import request_context
from mysocial.core.errors import AppError, IdempotentReplay, Unavailable

MAX_AGE_SECONDS = 24 * 3600


@contextmanager
def spooled(name: str, file: "File[bytes]") -> Iterator[None]:
    """Store a file for the workers before the block begins; remove it if the block is refused.

    When the outcome of the block is unknown the file stays. A periodic task removes files that no
    record needs; see `stale_spooled`. The write of the block counts the bytes against the daily
    budget of the member.

    Raises:
        Unavailable: The files that wait have reached `UPLOAD_SPOOL_BYTES`.
    """
    size = file.size or 0
    if spooled_bytes() + size > settings.UPLOAD_SPOOL_BYTES:
        raise Unavailable("Too many uploads wait to be processed. Try again later.")
    context = request_context.current()
    if context is not None:
        context.upload_bytes += size
    file.seek(0)
    storage = _storage()
    storage.save(name, file)
    path = Path(storage.path(name))
    fsync(path)
    fsync(path.parent)
    try:
        yield
    except Unavailable:
        raise
    except (AppError, IdempotentReplay):
        delete_spooled(name)
        raise


def open_spooled(name: str) -> IO[bytes]:
    """Open a spooled file for reading and writing.

    Raises:
        FileNotFoundError: There is no such file.
    """
    return Path(_storage().path(name)).open("r+b")


def delete_spooled(name: str) -> None:
    """Delete a spooled file if it exists."""
    _storage().delete(name)


def stale_spooled() -> list[str]:
    """Return the names of the files that have waited for more than a day."""
    before = time.time() - MAX_AGE_SECONDS
    folder = Path(_storage().location)
    return sorted(
        path.name for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < before
    )


def spooled_bytes() -> int:
    """Return the size of all files that wait for a worker."""
    folder, total = Path(_storage().location), 0
    if not folder.is_dir():
        return 0
    for entry in os.scandir(folder):
        try:
            total += entry.stat().st_size
        except FileNotFoundError:
            continue  # a worker has deleted it meanwhile
    return total


def fsync(path: Path) -> None:
    """Flush a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage() -> FileSystemStorage:
    storage = storages["incoming"]
    assert isinstance(storage, FileSystemStorage)  # noqa: S101 - see STORAGES
    return storage
