"""Bring what Redis does not know from MongoDB, without ever hiding a newer write.

A token is left in the empty place first (`begin` in fill.lua), MongoDB is asked, and the copy is
taken only where the token still stands. So a value read before a write can't land after it.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from mysocial.core import keys, mongo
from mysocial.core.redis import Script
from mysocial.store.list_fallback import load_list
from mysocial.store.store import ABSENT_SECONDS, parse_list, parse_record, parse_unique

FILL = Script("common", "read_through")


def new_epoch() -> str:
    """Return a name for a new event log, used only where Redis has none."""
    return secrets.token_hex(4)


def load_missing(
    records: Sequence[bytes], uniques: Sequence[bytes] = (), lists: Sequence[bytes] = ()
) -> None:
    """Fetch the named records, reservations and lists; `Unavailable` when MongoDB is away.

    What MongoDB does not have is marked absent for a minute, so that absence is known, not assumed.
    """
    wanted = [sorted({name.decode() for name in names}) for names in (records, uniques, lists)]
    begin = {
        "step": "begin",
        "epoch": new_epoch(),
        **dict(zip(("records", "uniques", "lists"), wanted, strict=True)),
    }
    tokens = FILL(begin)
    pending = [
        [(name, token) for name, token in zip(names, some, strict=True) if token]
        for names, some in zip(wanted, tokens, strict=True)
    ]
    FILL(
        {
            "step": "finish",
            "records": _fetch_records(pending[0]),
            "uniques": [_fetch_unique(*item) for item in pending[1]],
            "lists": [_fetch_list(*item) for item in pending[2]],
        }
    )


def _fetch_records(pending: Iterable[tuple[str, int]]) -> list[list[Any]]:
    by_store: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for key, token in pending:
        store, pk = parse_record(key)
        by_store[store.label].append((key, pk, token))
    fills = []
    for items in by_store.values():
        store, _ = parse_record(items[0][0])
        # Tombstones are wanted here: their version outranks a late copy of the record.
        found = mongo.find(
            store.model, {"_id": {"$in": [pk for _, pk, _ in items]}}, tombstones=True
        )
        documents = {document["_id"]: document for document in found}
        for key, pk, token in items:
            if pk in documents:
                fills.append([key, token, store.from_document(documents[pk]), store.ttl_seconds])
            else:
                fills.append([key, token, [keys.VERSION, "0", keys.TOMBSTONE, "1"], ABSENT_SECONDS])
    return fills


def _fetch_unique(key: str, token: int) -> list[Any]:
    store, name, value = parse_unique(key)
    found = mongo.find(store.model, {name: {"$eq": value}}, limit=1, projection=["_id"])
    owner = found[0]["_id"] if found else ""
    return [key, token, owner, store.ttl_seconds if owner else ABSENT_SECONDS]


def _fetch_list(key: str, token: int) -> list[Any]:
    store, index, value = parse_list(key)
    entries, floor = load_list(store, index, value)
    flat = [part for entry in entries for part in entry]
    return [key, token, flat, floor, store.ttl_seconds]
