"""Read-through from MongoDB: loading what Redis does not know without hiding a newer write.

The script puts a token into each empty place before MongoDB is read, and takes the copies only
where the token still stands. So a copy that was read before a write cannot overwrite it.
"""

import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import Script, server
from mysocial.store.codec import ABSENT_FIELDS
from mysocial.store.list_fallback import load_list
from mysocial.store.store import ABSENT_SECONDS, parse_list, parse_record, parse_unique

READ_THROUGH = Script("common", "read_through")
MAX_FOLLOWERS_WAIT_SECONDS = 0.25  # how long a post waits for its author's followers
FOLLOWERS_RETRY_SECONDS = 5.0


@dataclass
class _FollowersBackoff:
    """Until when this process does not load followers."""

    retry_at: float = 0.0  # time.monotonic()


_followers = _FollowersBackoff()


class Pending(NamedTuple):
    """A key that is to be loaded, and the token that stands in its place."""

    key: str
    token: int


def new_epoch() -> str:
    """Return the name of a new event log."""
    return secrets.token_hex(4)


def load_missing(
    records: Sequence[bytes], uniques: Sequence[bytes] = (), lists: Sequence[bytes] = ()
) -> None:
    """Load the named records, unique values and lists from MongoDB into Redis.

    What MongoDB does not have is marked absent for a minute.

    Raises:
        Unavailable: Redis or MongoDB does not respond.
    """
    wanted = [sorted({key.decode() for key in group}) for group in (records, uniques, lists)]
    names = ("records", "uniques", "lists")
    with_sources = {key: True for key in wanted[2] if parse_list(key)[1].follow_graph}
    begin = {"step": "begin", "with_sources": with_sources, **dict(zip(names, wanted, strict=True))}
    tokens = READ_THROUGH(begin)
    if tokens == b"not_compared":
        server.compare()
        tokens = READ_THROUGH(begin)
        if tokens == b"not_compared":
            raise Unavailable("The store is being recovered. Try again.")
    # A token of 0 says that the value is known by now.
    pending_records, pending_uniques, pending_lists = (
        [Pending(*item) for item in zip(group, group_tokens, strict=True) if item[1]]
        for group, group_tokens in zip(wanted, tokens, strict=True)
    )
    READ_THROUGH(
        {
            "step": "finish",
            "records": _fetch_records(pending_records),
            "uniques": [_fetch_unique(pending) for pending in pending_uniques],
            "lists": [_fetch_list(pending) for pending in pending_lists],
        }
    )


def load_followers(lists: Sequence[bytes]) -> None:
    """Load lists of followers if MongoDB responds within `MAX_FOLLOWERS_WAIT_SECONDS`.

    After a failure, this process does not try again for `FOLLOWERS_RETRY_SECONDS`, so that posts
    do not wait for an absent MongoDB.
    """
    if time.monotonic() < _followers.retry_at:
        return
    try:
        with mongo.deadline(MAX_FOLLOWERS_WAIT_SECONDS):
            load_missing((), (), lists)
    except Unavailable:
        _followers.retry_at = time.monotonic() + FOLLOWERS_RETRY_SECONDS


def _fetch_records(pending_records: Iterable[Pending]) -> list[list[Any]]:
    by_label: dict[str, dict[str, Pending]] = defaultdict(dict)
    for pending in pending_records:
        store, pk = parse_record(pending.key)
        by_label[store.label][pk] = pending
    copies = []
    for pending_by_id in by_label.values():
        store, _ = parse_record(next(iter(pending_by_id.values())).key)
        # With tombstones: their version outranks a late copy of the record.
        query = {"_id": {"$in": list(pending_by_id)}}
        documents = {
            document["_id"]: document
            for document in mongo.find(store.model, query, tombstones=True)
        }
        for pk, (key, token) in pending_by_id.items():
            if pk in documents:
                fields, ttl_seconds = store.from_document(documents[pk]), store.ttl_seconds
            else:
                fields, ttl_seconds = list(ABSENT_FIELDS), ABSENT_SECONDS
            copies.append([key, token, fields, ttl_seconds])
    return copies


def _fetch_unique(pending: Pending) -> list[Any]:
    store, field, value = parse_unique(pending.key)
    documents = mongo.find(store.model, {field: {"$eq": value}}, limit=1, projection=["_id"])
    owner = documents[0]["_id"] if documents else ""
    return [*pending, owner, store.ttl_seconds if owner else ABSENT_SECONDS]


def _fetch_list(pending: Pending) -> list[Any]:
    store, index, value = parse_list(pending.key)
    owners = index.sources(value)
    entries, floor = load_list(store, index, value, owners)
    flat = [item for entry in entries for item in entry]
    copy = [*pending, flat, floor, store.ttl_seconds]
    if index.follow_graph:
        _, *followed = owners
        copy.append([followed, len(followed) < index.follow_graph.max_followed])
    return copy
