"""Bring a backup into servers that are empty: `manage.py restore`."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.conf import settings

from mysocial.core import mongo
from mysocial.core.progress import ProgressCallback
from mysocial.core.redis import Script
from mysocial.ops import backup_archive
from mysocial.ops.backup_archive import Manifest
from mysocial.ops.consistency import Difference, cached, verify
from mysocial.persistence import dirty, flush
from mysocial.store import STORES, ensure_indexes
from mysocial.store.read_through import new_epoch

RESTORE = Script("common", "pending_cleanup", "restore")
RAW = CodecOptions(document_class=RawBSONDocument)
# What `prepare` puts into tables that are empty otherwise; the backup's own take its place.
CREATED_BY_PREPARE = {"auth_permission", "django_content_type", "django_migrations"}


class NotEmpty(Exception):
    """There is something where the backup is to go; nothing was changed."""


def restore(path: Path, tell: ProgressCallback) -> tuple[Manifest, set[Difference]]:
    """Bring the backup at `path`; return its manifest and what `verify` then finds.

    `BadArchive` and `NotEmpty` change nothing; `Unavailable`.
    """
    size = path.stat().st_size if path.exists() else 0
    manifest = backup_archive.check(path, lambda seen: tell("check", seen, size))
    _check_empty()
    database = mongo.client()[settings.MONGO_DB]
    with mongo.available():
        ensure_indexes()
        for name in sorted(CREATED_BY_PREPARE):
            database[name].delete_many({})
        _make_collections(manifest)
        owed = _restore_records(path, manifest, tell)
        clock = max(manifest["clock"], *(_highest(name) for name in manifest["documents"]))
    RESTORE({"epoch": new_epoch(), "clock": str(clock), "records": []})
    for item in owed:
        RESTORE({"records": [item]})
    for queue in dirty.queue_names():
        while flush.flush_queue(queue):
            pass
    return manifest, verify(pause=0, tell=tell)


def _check_empty() -> None:
    with mongo.available():
        database = mongo.client()[settings.MONGO_DB]
        for name in set(database.list_collection_names()) - CREATED_BY_PREPARE:
            if database[name].find_one({}, ["_id"]) is not None:
                raise NotEmpty(f"MongoDB has documents in {settings.MONGO_DB}.{name}.")
    for name, kind, rest in (key for keys in cached() for key in keys):
        raise NotEmpty(f"Redis has {name}{kind}{rest}.")
    public = settings.MEDIA_DIR / "public"
    if any(file.is_file() for file in public.rglob("*")):
        raise NotEmpty(f"There are files in {public}.")


def _make_collections(manifest: Manifest) -> None:
    """Make the tables of staff with their indexes; those of records have what the code says."""
    database = mongo.client()[settings.MONGO_DB]
    ours = {store.table for store in STORES.values()}
    for name, indexes in manifest["collections"].items():
        wanted = [one for one in indexes if one["name"] != "_id_"]
        if name not in ours and wanted:
            database.command("createIndexes", name, indexes=wanted)


def _restore_records(path: Path, manifest: Manifest, tell: ProgressCallback) -> list[list[Any]]:
    """Write documents and media; return what was owed."""
    owed: list[list[Any]] = []
    counts: dict[str, int] = {}
    for name, member in backup_archive.members(path):
        kind, _, rest = name.partition("/")
        if kind == "mongo":
            table = rest.rpartition("/")[0]
            counts[table] = counts.get(table, 0) + _insert(table, member)
            tell(table, counts[table], manifest["documents"][table])
        elif kind == "owed":
            owed += [one["item"] for one in bson.decode_all(member.read())]
        elif kind == "media":
            _write(settings.MEDIA_DIR / rest, member)
            counts["media"] = counts.get("media", 0) + 1
            tell("media", counts["media"], manifest["media"]["files"])
    return owed


def _insert(table: str, member: IO[bytes]) -> int:
    documents = bson.decode_all(member.read(), RAW)
    for some in _batches(documents):
        mongo.client()[settings.MONGO_DB].get_collection(
            table, write_concern=mongo.MAJORITY
        ).insert_many(some, ordered=False)
    return len(documents)


def _batches(documents: list[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    return (documents[first : first + 5000] for first in range(0, len(documents), 5000))


def _write(place: Path, member: IO[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as file:
        shutil.copyfileobj(member, file)


def _highest(table: str) -> int:
    group = [{"$group": {"_id": None, "version": {"$max": "$_version"}}}]
    found = list(mongo.client()[settings.MONGO_DB][table].aggregate(group))
    return int(found[0]["version"] or 0) if found else 0
