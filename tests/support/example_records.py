"""Example records with small lists, and helpers for the tests of the store."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from mysocial.core.events import Event
from mysocial.core.ids import new_id
from mysocial.core.redis import client, server
from mysocial.persistence import flush, mongo_writer
from mysocial.store import (
    ID,
    Field,
    Index,
    JsonTemplate,
    Record,
    Store,
    decode_cursor,
    encode_cursor,
    pagination,
    read_through,
    reads,
    store_of,
    write,
)
from tests.support.concurrency import persistent_keys

QUEUE = "default"
CAP = 5
START = datetime(2026, 1, 1, tzinfo=UTC)
Entry = tuple[str, int]


class Thing(Record):
    """A record with lists, a unique field and a counter."""

    owner_id = models.CharField(**ID)
    status = models.CharField(max_length=9, default="listed")
    name = models.CharField(max_length=99, default="")
    note = models.CharField(max_length=99, default="")
    size = models.IntegerField(default=0)
    code = models.CharField(max_length=99, default="")
    likes = models.IntegerField(default=0)

    class Meta(Record.Meta):
        app_label = "posts"
        db_table = "test_things"


class Like(Record):
    """A member likes a thing: its id is natural, as that of a reaction is."""

    class Meta(Record.Meta):
        app_label = "posts"
        db_table = "test_likes"


class Tally(Record):
    """A counter that its first increment creates."""

    count = models.IntegerField(default=0)

    class Meta(Record.Meta):
        app_label = "posts"
        db_table = "test_tallies"


things = Store(
    Thing,
    fragments={"code": ("code",)},
    plain_fields=("owner_id", "status"),
    counters=("likes",),
    unique=("code",),
    indexes=(
        Index("owner", "owner_id", max_entries=CAP),
        Index("listed", where={"status": ("listed",)}, max_entries=CAP),
    ),
    queue=QUEUE,
)
likes = Store(Like, indexes=(Index("all", max_entries=5000),), queue=QUEUE)
tallies = Store(Tally, counters=("count",), queue=QUEUE)
thing_template = JsonTemplate(things, Field("main"), b',"likes":', Field("likes"))
LISTED = things.list_key("listed")
OWNER = "0" * 24


@dataclass(frozen=True)
class LikesChanged(Event):
    """The likes of a thing. It has no `type`, so that it is no part of the contract."""

    thing_id: str
    kind: ClassVar[str] = "thing.likes_changed"

    def topics(self) -> list[str]:
        return [f"thing:{self.thing_id}", "things"]

    def data(self) -> list[Any]:
        return [b'{"likes":', [things.key(self.thing_id), "likes"], b"}"]

    def entry(self) -> list[Any]:
        return [self.topics(), self.kind, self.data(), [b"{}"]]


class NoteChanged(LikesChanged):
    """The fields of a thing, of which the note may be long."""

    kind: ClassVar[str] = "thing.note_changed"

    def data(self) -> list[Any]:
        return [b"{", [things.key(self.thing_id), "main"], b"}"]


def build_thing(minute: int = 0, **fields: Any) -> Thing:
    """Return an unwritten thing that was created `minute` minutes after `START`."""
    created_at = START + timedelta(minutes=minute)
    return Thing(**{"id": new_id(), "owner_id": OWNER, "created_at": created_at, **fields})


def create_thing(minute: int = 0, **fields: Any) -> Thing:
    """Write a new thing, and return it as it is read."""
    thing = build_thing(minute, **fields)
    with write() as w:
        w.create(thing)
    return get_thing(thing)


def create_things(count: int, start: int = 0) -> list[str]:
    """Create so many listed things, one for each minute; return their ids, newest first."""
    return [create_thing(start + minute).id for minute in range(count)][::-1]


def get_thing(thing: Thing) -> Thing:
    """Return the stored thing with the id of `thing`."""
    return reads.get_record(things, thing.id)


def update_thing(thing: Thing, **changes: Any) -> None:
    with write() as w:
        w.update(thing, **changes)


def delete_record(record: Record) -> None:
    with write() as w:
        w.delete(record)


def like_thing(thing: Thing, member: str) -> None:
    """Create a like and count it, in one write."""
    with write() as w:
        w.create(Like(id=f"{thing.id}:{member}", created_at=START))
        w.increment(Thing, thing.id, likes=1)
        w.announce(LikesChanged(thing.id))


def record_key(record: Record) -> str:
    return store_of(type(record)).key(record.pk)


def evict_cached_keys() -> None:
    """Delete all keys with a TTL, as Redis may do when its memory is full."""
    names = list(client().scan_iter(count=1000))
    volatile = [name for name in names if client().pttl(name) >= 0]
    if volatile:
        client().delete(*volatile)


def dump_redis() -> dict[bytes, bytes]:
    """Return all persistent keys with their values, to show that nothing was changed."""
    return {name: client().dump(name) for name in persistent_keys()}


def dirty_keys() -> list[str]:
    return [name.decode() for name in client().zrange(f"dirty:{QUEUE}", 0, -1)]


def read_all_pages(
    index: str = "listed",
    value: str = "",
    *,
    oldest: bool = False,
    limit: int = 3,
    after_each_page: Callable[[], None] = lambda: None,
) -> list[str]:
    """Return the ids of a whole list, which is read page by page with cursors."""
    ids: list[str] = []
    after: Entry | None = None
    while True:
        page = pagination.ListQuery(
            thing_template, index, value, limit=limit, after=after, oldest=oldest
        ).result()
        ids += [row.id for row in page.rows]
        if page.next is None:
            return ids
        after = decode_cursor(encode_cursor(page.next) or "")
        after_each_page()


def begin_loading(**names: list[str]) -> list[Any]:
    """Begin to load missing names, as a reader does; return the fetch tokens."""
    server.compare()  # gives an empty Redis an epoch
    wanted = {"records": [], "uniques": [], "lists": []} | names
    tokens: list[Any] = read_through.READ_THROUGH({"step": "begin", **wanted})
    return [token for group in tokens for token in group]


def finish_loading(**copies: list[Any]) -> None:
    """Finish loading with these copies from MongoDB, as the reader that began it does."""
    read_through.READ_THROUGH(
        {"step": "finish", "records": [], "uniques": [], "lists": [], **copies}
    )


def run_in_threads(count: int, call: Callable[[int], Any]) -> list[Any]:
    """Call `call(number)` in several threads at once; return what each call returned or raised."""

    def attempt(number: int) -> Any:
        try:
            return call(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(attempt, range(count)))


def take_snapshots(limit: int = 500) -> tuple[int, list[mongo_writer.Snapshot]]:
    """Return when a batch of dirty records was read (ms), and its snapshots, as a flush does."""
    taken_at, hashes, _position = flush.read_batch(QUEUE, limit)
    return taken_at, [mongo_writer.take_snapshot(name, fields) for name, fields in hashes.items()]


def write_snapshots(
    snapshots: list[mongo_writer.Snapshot], *, new: Collection[str] = ()
) -> list[mongo_writer.Snapshot]:
    """Write the snapshots of one store as a flush does; return those that MongoDB has.

    Args:
        snapshots: What is written.
        new: The ids that MongoDB lacked at the lookup.
    """
    done, rejected = mongo_writer.write_snapshots(snapshots, new=new)
    assert rejected == []
    return done
