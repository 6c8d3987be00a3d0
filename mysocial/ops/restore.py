"""Restore of a backup into empty servers: `manage.py restore`."""

import shutil
from collections import Counter
from pathlib import Path
from typing import IO, Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.conf import settings

from mysocial.core import keys, mongo, watermark
from mysocial.core.ids import new_id
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script, available, client, server
from mysocial.ops import backup_archive
from mysocial.ops.backup_archive import Manifest
from mysocial.ops.consistency import cached_keys, verify
from mysocial.ops.differences import Difference
from mysocial.persistence import dirty, flush
from mysocial.store import STORES, ensure_indexes

RESTORE = Script("common", "pending_cleanup", "restore")
RAW = CodecOptions(document_class=RawBSONDocument)
# `prepare` fills these collections; the documents of the backup replace theirs.
CREATED_BY_PREPARE = {"auth_permission", "django_content_type", "django_migrations"}
INSERT_BATCH = 5000


class NotEmpty(Exception):
    """The servers are not empty; nothing was changed."""


def restore(path: Path, report_progress: ProgressCallback) -> tuple[Manifest, set[Difference]]:
    """Restore the backup at `path` and return its manifest and what `verify` finds then.

    Raises:
        BadArchive: The file is not a complete backup. Nothing was changed.
        NotEmpty: The servers are not empty. Nothing was changed.
        Unavailable: Redis or MongoDB is unavailable.
    """
    size = path.stat().st_size if path.exists() else 0
    manifest = backup_archive.check(path, lambda read: report_progress("check", read, size))
    _require_empty()
    database = mongo.client()[settings.MONGO_DB]
    with mongo.available():
        ensure_indexes()
        for name in sorted(CREATED_BY_PREPARE):
            database[name].delete_many({})
        _create_collections(manifest)
        unflushed = _restore_members(path, manifest, report_progress)
        versions = (_highest_version(name) for name in manifest["documents"])
        clock = max(manifest["clock"], *versions)
        _separate_from_backup()
    server.compare()  # Redis has no data of this MongoDB: it gets a new epoch
    RESTORE({"clock": str(clock), "records": []})
    for record in unflushed:
        RESTORE({"records": [record]})
    for queue in dirty.queue_names():
        while flush.flush_queue(queue):
            pass
    return manifest, verify(pause=0, report_progress=report_progress)


def _separate_from_backup() -> None:
    """Give MongoDB the installation id of this Redis, or a new one: the backup has another."""
    with available():
        installation = client().get(keys.INSTALLATION)
    watermark.rename_installation(installation.decode() if installation else new_id())


def _require_empty() -> None:
    with mongo.available():
        database = mongo.client()[settings.MONGO_DB]
        for name in set(database.list_collection_names()) - CREATED_BY_PREPARE:
            if database[name].find_one({}, ["_id"]) is not None:
                raise NotEmpty(f"MongoDB has documents in {settings.MONGO_DB}.{name}.")
    for key in (key for batch in cached_keys() for key in batch):
        raise NotEmpty(f"Redis has {key}.")
    public = settings.MEDIA_DIR / "public"
    if any(file.is_file() for file in public.rglob("*")):
        raise NotEmpty(f"There are files in {public}.")


def _create_collections(manifest: Manifest) -> None:
    """Create Django's collections with their indexes; `ensure_indexes` created those of records."""
    database = mongo.client()[settings.MONGO_DB]
    record_collections = {store.table for store in STORES.values()}
    for name, indexes in manifest["collections"].items():
        secondary = [index for index in indexes if index["name"] != "_id_"]
        if name not in record_collections and secondary:
            database.command("createIndexes", name, indexes=secondary)


def _restore_members(
    path: Path, manifest: Manifest, report_progress: ProgressCallback
) -> list[list[Any]]:
    """Write the documents and media of an archive and return its unflushed records."""
    unflushed: list[list[Any]] = []
    counts: Counter[str] = Counter()
    for name, member in backup_archive.members(path):
        kind, _, rest = name.partition("/")
        if kind == "mongo":
            collection = rest.rpartition("/")[0]
            counts[collection] += _insert_documents(collection, member)
            report_progress(collection, counts[collection], manifest["documents"][collection])
        elif kind == "unflushed":
            unflushed += [document["record"] for document in bson.decode_all(member.read())]
        elif kind == "media":
            _write_file(settings.MEDIA_DIR / rest, member)
            counts["media"] += 1
            report_progress("media", counts["media"], manifest["media"]["files"])
    return unflushed


def _insert_documents(name: str, member: IO[bytes]) -> int:
    documents = bson.decode_all(member.read(), RAW)
    collection = mongo.client()[settings.MONGO_DB].get_collection(
        name, write_concern=mongo.MAJORITY
    )
    for start in range(0, len(documents), INSERT_BATCH):
        collection.insert_many(documents[start : start + INSERT_BATCH], ordered=False)
    return len(documents)


def _write_file(path: Path, member: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(member, file)


def _highest_version(name: str) -> int:
    group = [{"$group": {"_id": None, "version": {"$max": "$_version"}}}]
    documents = list(mongo.client()[settings.MONGO_DB][name].aggregate(group))
    return int(documents[0]["version"] or 0) if documents else 0
