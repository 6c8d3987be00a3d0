"""Snapshots that MongoDB refused because it has the record in the same or a higher version.

That alone does not prove that the record is flushed: a Redis that lost its data, or a clock that
went back, may have given an acknowledged write too low a version.
"""

import logging
from typing import TYPE_CHECKING, Any

import bson
from bson.codec_options import CodecOptions

from mysocial.core import mongo
from mysocial.core.redis import Script

if TYPE_CHECKING:
    from mysocial.persistence.mongo_writer import Snapshot

RAISE_VERSION = Script("common", "raise_version", flags="allow-oom")
DECODED = CodecOptions[dict[str, Any]](tz_aware=True)
logger = logging.getLogger(__name__)


def flushed_snapshots(snapshots: "list[Snapshot]") -> "list[Snapshot]":
    """Return those snapshots of one store that MongoDB has, or that Redis has replaced since.

    The others stay dirty. Those that are older than MongoDB's version get a version above it.

    Raises:
        Unavailable: Redis or MongoDB cannot be reached.
    """
    if not snapshots:
        return []
    model = snapshots[0].store.model
    query = {"_id": {"$in": [snapshot.pk for snapshot in snapshots]}}
    documents = {
        document["_id"]: document for document in mongo.find(model, query, tombstones=True)
    }
    flushed, older = [], []
    for snapshot in snapshots:
        stored = documents.get(snapshot.pk)
        if stored is None or stored["_version"] < int(snapshot.version):
            continue  # it was deleted, or replaced, between the two commands: try again
        if _is_same(snapshot.document, stored):
            flushed.append(snapshot)
        else:
            older.append((snapshot, stored["_version"]))
    return flushed + _raise_versions(older)


def _is_same(document: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Return whether MongoDB has this version of the record, with the same fields."""
    if document["_version"] != stored["_version"]:
        return False
    if document["_deleted_at"] and stored["_deleted_at"]:
        return True  # each attempt gives a tombstone another time
    return bool(bson.decode(bson.encode(document), DECODED) == stored)


def _raise_versions(older: "list[tuple[Snapshot, int]]") -> "list[Snapshot]":
    """Raise the version of the records that Redis still has; return the snapshots of the others."""
    if not older:
        return []
    items = [
        [snapshot.key, snapshot.version, str(stored_version)] for snapshot, stored_version in older
    ]
    raised = RAISE_VERSION({"items": items})
    keys = [snapshot.key for (snapshot, _), flag in zip(older, raised, strict=True) if flag]
    if keys:
        logger.warning("MongoDB had a newer version of %s, which are written again.", keys[:5])
    return [snapshot for (snapshot, _), flag in zip(older, raised, strict=True) if not flag]
