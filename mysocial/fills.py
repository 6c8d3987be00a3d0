"""Bring what Redis does not know from MongoDB, without ever hiding a newer write.

A token is left in the empty place first (`begin` in fill.lua), MongoDB is asked, and the copy is
taken only where the token still stands. So a value read before a write can't land after it.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from mysocial import mongo
from mysocial.ids import milliseconds
from mysocial.redis import Script, available, client
from mysocial.store import ABSENT_SECONDS, Index, Store, parse_list, parse_record, parse_unique

FILL = Script("common", "fill")
NOWHERE = "-inf"
Entry = tuple[str, int]  # id, score


def new_epoch() -> str:
    """Return a name for a new event log, used only where Redis has none."""
    return secrets.token_hex(4)


def fill(
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
            "step": "take",
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
                fills.append([key, token, store.from_document(documents[pk]), store.ttl])
            else:
                fills.append([key, token, ["v", "0", "x", "1"], ABSENT_SECONDS])
    return fills


def _fetch_unique(key: str, token: int) -> list[Any]:
    store, name, value = parse_unique(key)
    found = mongo.find(store.model, {name: {"$eq": value}}, limit=1, projection=["_id"])
    owner = found[0]["_id"] if found else ""
    return [key, token, owner, store.ttl if owner else ABSENT_SECONDS]


def _fetch_list(key: str, token: int) -> list[Any]:
    store, index, value = parse_list(key)
    entries = stretch(store, index, value, limit=index.cap + 1)
    floor = str(entries[-1][1]) if len(entries) > index.cap else NOWHERE
    flat = [part for entry in entries for part in entry]
    return [key, token, flat, floor, store.ttl]


def stretch(  # noqa: PLR0913 - the six are one question
    store: Store[Any],
    index: Index,
    value: str,
    *,
    limit: int,
    after: Entry | None = None,
    oldest: bool = False,
) -> list[Entry]:
    """Return (id, score) of a list as MongoDB has it, beyond `after`, by the list's own index."""
    query = index.query(value)
    if after:
        query |= _beyond(index, after, oldest=oldest)
    way = 1 if oldest else -1
    found = mongo.find(
        store.model, query, sort=[(index.order, way), ("_id", way)], limit=limit,
        projection=[index.order],
    )  # fmt: skip
    return [(document["_id"], milliseconds(document[index.order])) for document in found]


def _beyond(index: Index, after: Entry, *, oldest: bool) -> dict[str, Any]:
    from_id, score = after
    moment = mongo.moment(score)
    operator = "$gt" if oldest else "$lt"
    return {
        # Bounds the walk through the index; what follows only parts those of the same moment.
        index.order: {f"{operator}e": moment},
        "$or": [{index.order: {operator: moment}}, {"_id": {operator: from_id}}],
    }


def owed(list_key: str) -> dict[str, float]:
    """Return what MongoDB has not got of a list yet: id -> score, minus infinity for removed."""
    with available():
        return {
            name.decode(): score
            for name, score in client().zrange(f"{list_key}+", 0, -1, withscores=True)
        }
