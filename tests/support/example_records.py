"""Example records with small lists, and helpers for the tests of the store."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from mysocial.core.events import Event
from mysocial.core.ids import new_id
from mysocial.core.redis import client
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
    """Something on a shelf."""

    owner_id = models.CharField(**ID)
    shelf = models.CharField(max_length=9, default="on")
    name = models.CharField(max_length=99, default="")
    note = models.CharField(max_length=99, default="")
    size = models.IntegerField(default=0)
    code = models.CharField(max_length=99, default="")
    likes = models.IntegerField(default=0)

    class Meta(Record.Meta):
        app_label = "posts"
        db_table = "test_things"


class Like(Record):
    """Somebody likes a thing."""

    class Meta(Record.Meta):
        app_label = "posts"
        db_table = "test_likes"


class Tally(Record):
    """A counter that is made by counting."""

    count = models.IntegerField(default=0)

    class Meta(Record.Meta):
        app_label = "posts"
        db_table = "test_tallies"


things = Store(
    Thing,
    fragments={"code": ("code",)},
    plain_fields=("owner_id", "shelf"),
    counters=("likes",),
    unique=("code",),
    indexes=(
        Index("owner", "owner_id", max_entries=CAP),
        Index("shelf", where={"shelf": ("on",)}, max_entries=CAP),
    ),
    queue=QUEUE,
)
likes = Store(Like, indexes=(Index("all", max_entries=5000),), queue=QUEUE)
tallies = Store(Tally, counters=("count",), queue=QUEUE)
thing_template = JsonTemplate(things, Field("main"), b',"likes":', Field("likes"))
OWNER = "0" * 24


@dataclass(frozen=True)
class Shout(Event):
    """A thing says its likes. It has no `type`, so that it is no part of the contract."""

    thing_id: str
    kind: ClassVar[str] = "thing.shouted"

    def topics(self) -> list[str]:
        return [f"thing:{self.thing_id}", "things"]

    def data(self) -> list[Any]:
        return [b'{"likes":', [things.key(self.thing_id), "likes"], b"}"]

    def entry(self) -> list[Any]:
        return [self.topics(), self.kind, self.data(), b"{}"]


class Note(Shout):
    """A thing says its note, which may be long."""

    def data(self) -> list[Any]:
        return [b"{", [things.key(self.thing_id), "main"], b"}"]


def make(minute: int = 0, **fields: Any) -> Thing:
    """Return a thing that is not written yet, made so many minutes after the start."""
    made = START + timedelta(minutes=minute)
    return Thing(**{"id": new_id(), "owner_id": OWNER, "created_at": made, **fields})


def put(minute: int = 0, **fields: Any) -> Thing:
    """Write a new thing; return it as it was read."""
    thing = make(minute, **fields)
    with write() as w:
        w.create(thing)
    return get(thing)


def get(thing: Thing) -> Thing:
    return reads.get_record(things, thing.id)


def change(thing: Thing, **changes: Any) -> None:
    with write() as w:
        w.update(thing, **changes)


def remove(thing: Record) -> None:
    with write() as w:
        w.delete(thing)


def like(thing: Thing, who: str) -> None:
    """Make the edge and count it, in one step."""
    with write() as w:
        w.create(Like(id=f"{thing.id}:{who}", created_at=START))
        w.increment(Thing, thing.id, likes=1)
        w.announce(Shout(thing.id))


def key(record: Record) -> str:
    return store_of(type(record)).key(record.pk)


def evict() -> None:
    """Delete all keys with a TTL, as Redis may do when its memory is full."""
    names = list(client().scan_iter(count=1000))
    volatile = [name for name in names if client().pttl(name) >= 0]
    if volatile:
        client().delete(*volatile)


def everything() -> dict[bytes, bytes]:
    """Return all that Redis has, to show that a refusal changed nothing of it.

    Without Celery's messages and what limits them.
    """
    return {name: client().dump(name) for name in persistent_keys()}


def dirty_keys() -> list[str]:
    return [name.decode() for name in client().zrange(f"dirty:{QUEUE}", 0, -1)]


def ids(page: pagination.Page) -> list[str]:
    return [row.id for row in page.rows]


def walk(
    index: str = "shelf",
    value: str = "",
    *,
    oldest: bool = False,
    limit: int = 3,
    between: Callable[[], None] = lambda: None,
) -> list[str]:
    """Page through a whole list by cursor; `between` is called after each page."""
    collected: list[str] = []
    after: Entry | None = None
    while True:
        page = pagination.ListQuery(
            thing_template, index, value, limit=limit, after=after, oldest=oldest
        ).result()
        collected += ids(page)
        if page.next is None:
            return collected
        after = decode_cursor(encode_cursor(page.next) or "")
        between()


def begin(**names: list[str]) -> list[Any]:
    """Begin to load missing names, as a reader does; return the tokens."""
    wanted = {"records": [], "uniques": [], "lists": []} | names
    tokens: list[Any] = read_through.READ_THROUGH({"step": "begin", "epoch": "e", **wanted})
    return [token for group in tokens for token in group]


def take(**copies: list[Any]) -> None:
    """Finish loading with these copies, as the reader that began it does."""
    read_through.READ_THROUGH(
        {"step": "finish", "records": [], "uniques": [], "lists": [], **copies}
    )


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act` in several threads at once; return what each returned or raised."""

    def attempt(number: int) -> Any:
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(attempt, range(count)))


def taken(limit: int = 500) -> tuple[int, list[mongo_writer.Snapshot]]:
    """Return when a batch was read (ms) and its snapshots, as the flush takes them."""
    moment, hashes = flush.read_batch(QUEUE, limit)
    return moment, [mongo_writer.take_snapshot(name, fields) for name, fields in hashes.items()]


def written(
    values: list[mongo_writer.Snapshot], *, new: Collection[str] = ()
) -> list[mongo_writer.Snapshot]:
    """Write one store's snapshots as the flush does; return those that MongoDB has."""
    done, refused = mongo_writer.write_snapshots(values, new=new)
    assert refused == []
    return done
