"""A backup of all that members wrote, made while they write on: `manage.py backup`.

It is a cut between two writes, of MongoDB at a moment and of what Redis owed to it just after;
docs/operations.md says why that is every acknowledged write, and no half of one.
"""

import errno
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from bson import json_util
from django.conf import settings
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from mysocial.core import mongo
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script
from mysocial.ops.backup_archive import Manifest, Packer
from mysocial.persistence import dirty, flush

BACKUP = Script("common", "pending_cleanup", "backup", flags="allow-oom")
FREEZE_MS = 30_000
MAX_UNFLUSHED = 50_000  # copied in one step, in which Redis does nothing else
FOLDERS = ("public", "incoming")
# MongoDB keeps the past for 300 s unless it is told otherwise, and says so by these.
TOO_OLD = {239, 246}
UnflushedRecords = list[list[Any]]


class BackupFailed(Exception):
    """There is no backup; nothing was left behind."""


def make_backup(path: Path, tell: ProgressCallback) -> Manifest:
    """Write a backup to `path`, which must not be there; `BackupFailed`, `Unavailable`."""
    with _translate_errors(), Packer(path) as packer, _stage() as stage:
        for queue in dirty.queue_names():  # the less is owed, the shorter the copy
            flush.flush_queue(queue)
        _link(stage)
        with mongo.client().start_session(snapshot=True) as session:
            names, facts, owed = _snapshot(session)
            _link(stage)
            _pack_unflushed(packer, owed)
            counts = {name: _pack_collection(packer, session, name, tell) for name in names}
        media = _pack_media(packer, stage, tell)
        return packer.finish(
            facts
            | {
                "database": settings.MONGO_DB,
                "owed": len(owed),
                "documents": counts,
                "collections": {name: _described(name) for name in names},
                "media": media,
            }
        )


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        with mongo.available():
            yield
    except OperationFailure as error:
        if error.code not in TOO_OLD:
            raise
        raise BackupFailed(
            "MongoDB no longer has the moment of the backup: it took too long, or a collection was "
            "changed meanwhile. Raise minSnapshotHistoryWindowInSeconds and try again."
        ) from error


def _snapshot(session: ClientSession) -> tuple[list[str], dict[str, Any], UnflushedRecords]:
    """Fix the moment of MongoDB in `session`, then copy what is owed; nothing settles between."""
    token = secrets.token_hex(8)
    if not BACKUP({"step": "freeze", "token": token, "ttl_ms": FREEZE_MS}):
        raise BackupFailed("Another backup is being made.")
    try:
        names = _collections()
        at = _pin_snapshot(session, names)
        asked = {
            "step": "copy",
            "token": token,
            "max_records": MAX_UNFLUSHED,
            "queues": dirty.queue_names(),
        }
        verdict, *rest = BACKUP(asked)
    finally:
        BACKUP({"step": "unfreeze", "token": token})
    if verdict == b"not_frozen":
        raise BackupFailed("The servers took too long to answer. Try again.")
    if verdict == b"too_many":
        raise BackupFailed(f"{rest[0]} records wait for MongoDB. Wait for the workers.")
    epoch, clock, owed = rest
    facts = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "epoch": epoch.decode(),
        "clock": int(clock),
        "cluster_time": at,
    }
    return names, facts, owed


def _collections() -> list[str]:
    names = mongo.client()[settings.MONGO_DB].list_collection_names()
    return sorted(name for name in names if not name.startswith("system."))


def _pin_snapshot(session: ClientSession, names: list[str]) -> list[int]:
    """Let every read of `session` be of one moment, now; return it."""
    if not names:
        raise BackupFailed("There is nothing in MongoDB.")
    collection = mongo.client()[settings.MONGO_DB][names[0]]
    # A new primary may not know yet what was confirmed by the last one: this waits until it does.
    linearizable = collection.with_options(read_concern=ReadConcern("linearizable"))
    linearizable.find_one({"_id": ""}, max_time_ms=settings.MONGO_TIMEOUT_MS)
    collection.find_one({"_id": ""}, session=session)
    at: Any = session._snapshot_time  # noqa: SLF001 - told nowhere else
    return [at.time, at.inc]


def _pack_unflushed(packer: Packer, owed: UnflushedRecords) -> None:
    for number in range(0, len(owed), 1000):
        body = b"".join(bson.encode({"item": item}) for item in owed[number : number + 1000])
        packer.add(f"owed/{number:06}.bson", body)


def _pack_collection(
    packer: Packer, session: ClientSession, name: str, tell: ProgressCallback
) -> int:
    collection = mongo.client()[settings.MONGO_DB][name]
    expected, count = collection.estimated_document_count(), 0
    batches: Any = collection.find_raw_batches({}, session=session)  # bytes, whatever its type says
    for number, batch in enumerate(batches):
        packer.add(f"mongo/{name}/{number:06}.bson", batch)
        count += _count(batch)
        tell(name, count, max(count, expected))
    return count


def _count(batch: bytes) -> int:
    place = count = 0
    while place < len(batch):
        place += int.from_bytes(batch[place : place + 4], "little")
        count += 1
    return count


def _described(name: str) -> Any:
    """Return the indexes of a collection, as JSON can say them."""
    found = mongo.client()[settings.MONGO_DB][name].list_indexes()
    return json.loads(json_util.dumps([dict(one) for one in found]))


# Media --------------------------------------------------------------------------------------------


@contextmanager
def _stage() -> Iterator[Path]:
    """Make a folder beside the media, where links keep what is deleted meanwhile."""
    settings.MEDIA_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.MEDIA_DIR) as folder:
        yield Path(folder)


def _link(stage: Path) -> None:
    """Link what is there and was not linked yet."""
    for folder in FOLDERS:
        for file in (settings.MEDIA_DIR / folder).rglob("*"):
            kept = stage / file.relative_to(settings.MEDIA_DIR)
            if file.is_file() and not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                try:
                    _keep(file, kept)
                except FileNotFoundError:
                    pass  # it was deleted just now


def _keep(file: Path, kept: Path) -> None:
    try:
        kept.hardlink_to(file)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
            raise
        shutil.copyfile(file, kept)


def _pack_media(packer: Packer, stage: Path, tell: ProgressCallback) -> dict[str, int]:
    files = sorted(file for file in stage.rglob("*") if file.is_file())
    size = 0
    for number, file in enumerate(files, 1):
        packer.add_file(f"media/{file.relative_to(stage).as_posix()}", file)
        size += os.stat(file).st_size  # noqa: PTH116 - as many as there are pictures
        tell("media", number, len(files))
    return {"files": len(files), "bytes": size}
