"""Backup of everything that members wrote, while they continue to write: `manage.py backup`.

A backup consists of a snapshot of MongoDB and of the records in Redis that were not flushed when it
was taken. It contains every acknowledged write up to one moment and no part of a later write.
docs/operations.md explains why.
"""

import errno
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import bson
from bson import json_util
from django.conf import settings
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from mysocial.core import keys, mongo
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script, available, client
from mysocial.ops.backup_archive import Manifest, Packer
from mysocial.persistence import dirty, flush

BACKUP = Script("common", "pending_cleanup", "backup", flags="allow-oom")
FREEZE_MS = 30_000
MAX_UNFLUSHED = 50_000  # copied by one script, which blocks Redis
RECORDS_PER_MEMBER = 1000
MEDIA_FOLDERS = ("public", "incoming")
FILE_NAME = "mysocial-{:%Y%m%dT%H%M%SZ}.tar.gz"  # in a folder; names sort by time
FILE_PATTERN = "mysocial-????????T??????Z.tar.gz"
# MongoDB keeps snapshots for 300 s by default: SnapshotTooOld, SnapshotUnavailable.
SNAPSHOT_ERROR_CODES = {239, 246}
# Errors of hard links that the file system does not support: copy the file instead.
LINK_ERRNOS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}


class BackupFailed(Exception):
    """The backup failed and left no file."""


class Snapshot(NamedTuple):
    """What a backup contains besides the documents and the media."""

    collections: list[str]
    unflushed: list[list[Any]]  # records as backup.lua returns them
    facts: dict[str, Any]  # for the manifest


def new_path(folder: Path) -> Path:
    """Return the path of a new backup in a folder."""
    return folder / FILE_NAME.format(datetime.now(UTC))


def delete_old_backups(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups of a folder, and return their paths.

    Only files with a name of `new_path` count.
    """
    old = sorted(folder.glob(FILE_PATTERN))[:-keep]
    for path in old:
        path.unlink()
    return old


def make_backup(path: Path, report_progress: ProgressCallback) -> Manifest:
    """Write a backup to a new file and return its manifest.

    Raises:
        FileExistsError: The file exists already.
        BackupFailed: The backup could not be made.
        Unavailable: Redis or MongoDB is unavailable.
    """
    manifest = _write_backup(path, report_progress)
    with available():
        client().set(keys.LAST_BACKUP, int(time.time()))
    return manifest


def _write_backup(path: Path, report_progress: ProgressCallback) -> Manifest:
    with _translate_errors(), Packer(path) as packer, _staging_folder() as staging:
        for queue in dirty.queue_names():  # leaves fewer records for the blocking copy
            flush.flush_queue(queue)
        _link_media(staging)
        with mongo.client().start_session(snapshot=True) as session:
            snapshot = _take_snapshot(session)
            _link_media(staging)  # files that were added before the snapshot
            _pack_unflushed(packer, snapshot.unflushed)
            counts = {
                name: _pack_collection(packer, session, name, report_progress)
                for name in snapshot.collections
            }
        media = _pack_media(packer, staging, report_progress)
        return packer.finish(
            snapshot.facts
            | {
                "database": settings.MONGO_DB,
                "unflushed": len(snapshot.unflushed),
                "documents": counts,
                "collections": {name: _indexes_of(name) for name in snapshot.collections},
                "media": media,
            }
        )


@contextmanager
def _translate_errors() -> Iterator[None]:
    with mongo.available():
        try:
            yield
        except OperationFailure as error:
            if error.code not in SNAPSHOT_ERROR_CODES:
                raise
            raise BackupFailed(
                "The snapshot of MongoDB has expired: the backup took too long, or a collection "
                "was changed meanwhile. Raise minSnapshotHistoryWindowInSeconds and try again."
            ) from error


def _take_snapshot(session: ClientSession) -> Snapshot:
    """Pin the snapshot of MongoDB, then copy the unflushed records.

    No record is marked as flushed in between, so that none is missing from both.
    """
    token = secrets.token_hex(8)
    if not BACKUP({"step": "freeze", "token": token, "ttl_ms": FREEZE_MS}):
        raise BackupFailed("Another backup is in progress.")
    try:
        collections = _collection_names()
        cluster_time = _pin_snapshot(session, collections)
        copy = {
            "step": "copy",
            "token": token,
            "max_records": MAX_UNFLUSHED,
            "queues": dirty.queue_names(),
        }
        result = BACKUP(copy)
    finally:
        BACKUP({"step": "unfreeze", "token": token})
    if result[0] == b"not_frozen":
        raise BackupFailed("The servers took too long to respond. Try again.")
    if result[0] == b"too_many":
        raise BackupFailed(
            f"{result[1]} records are waiting for MongoDB. Try again when the workers have caught "
            "up."
        )
    _, epoch, clock, unflushed = result
    facts = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "epoch": epoch.decode(),
        "clock": int(clock),
        "cluster_time": cluster_time,
    }
    return Snapshot(collections, unflushed, facts)


def _collection_names() -> list[str]:
    names = mongo.client()[settings.MONGO_DB].list_collection_names()
    return sorted(name for name in names if not name.startswith("system."))


def _pin_snapshot(session: ClientSession, collections: list[str]) -> list[int]:
    """Fix the moment that the session reads at to now, and return it as a cluster time."""
    if not collections:
        raise BackupFailed("MongoDB is empty.")
    collection = mongo.client()[settings.MONGO_DB][collections[0]]
    # A new primary may not know yet what the last one confirmed; a linearizable read waits for it.
    linearizable = collection.with_options(read_concern=ReadConcern("linearizable"))
    linearizable.find_one({"_id": ""}, max_time_ms=settings.MONGO_TIMEOUT_MS)
    collection.find_one({"_id": ""}, session=session)
    cluster_time: Any = session._snapshot_time  # noqa: SLF001 - PyMongo has no public attribute
    return [cluster_time.time, cluster_time.inc]


def _pack_unflushed(packer: Packer, records: list[list[Any]]) -> None:
    for start in range(0, len(records), RECORDS_PER_MEMBER):
        batch = records[start : start + RECORDS_PER_MEMBER]
        content = b"".join(bson.encode({"record": record}) for record in batch)
        packer.add(f"unflushed/{start:06}.bson", content)


def _pack_collection(
    packer: Packer, session: ClientSession, name: str, report_progress: ProgressCallback
) -> int:
    """Add the documents of a collection to the archive and return their number."""
    collection = mongo.client()[settings.MONGO_DB][name]
    estimate, count = collection.estimated_document_count(), 0
    batches: Any = collection.find_raw_batches({}, session=session)  # bytes, despite its type
    for number, batch in enumerate(batches):
        packer.add(f"mongo/{name}/{number:06}.bson", batch)
        count += _document_count(batch)
        report_progress(name, count, max(count, estimate))
    return count


def _document_count(batch: bytes) -> int:
    position = count = 0
    while position < len(batch):
        position += int.from_bytes(batch[position : position + 4], "little")
        count += 1
    return count


def _indexes_of(name: str) -> Any:
    """Return the indexes of a collection as JSON values."""
    indexes = mongo.client()[settings.MONGO_DB][name].list_indexes()
    return json.loads(json_util.dumps([dict(index) for index in indexes]))


# Media --------------------------------------------------------------------------------------------


@contextmanager
def _staging_folder() -> Iterator[Path]:
    """Yield a folder beside the media, whose links keep files that are deleted meanwhile."""
    settings.MEDIA_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.MEDIA_DIR) as folder:
        yield Path(folder)


def _link_media(staging: Path) -> None:
    """Link the media files that are not linked yet."""
    for folder in MEDIA_FOLDERS:
        for file in (settings.MEDIA_DIR / folder).rglob("*"):
            link = staging / file.relative_to(settings.MEDIA_DIR)
            if file.is_file() and not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                try:
                    _link_or_copy(file, link)
                except FileNotFoundError:
                    pass  # the file was deleted meanwhile


def _link_or_copy(file: Path, link: Path) -> None:
    try:
        link.hardlink_to(file)
    except OSError as error:
        if error.errno not in LINK_ERRNOS:
            raise
        shutil.copyfile(file, link)


def _pack_media(packer: Packer, staging: Path, report_progress: ProgressCallback) -> dict[str, int]:
    files = sorted(file for file in staging.rglob("*") if file.is_file())
    size = 0
    for number, file in enumerate(files, 1):
        packer.add_file(f"media/{file.relative_to(staging).as_posix()}", file)
        size += os.stat(file).st_size  # noqa: PTH116 - faster, and there may be many files
        report_progress("media", number, len(files))
    return {"files": len(files), "bytes": size}
