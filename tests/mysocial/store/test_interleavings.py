"""Random interleavings of writes, flushes, evictions and reads, compared with a model."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mysocial.core import mongo
from mysocial.core.errors import AlreadyExists, NotFound
from mysocial.core.redis import client
from mysocial.persistence import dead_letters, dirty, flush, mongo_writer
from mysocial.store import read_through, reads, write
from mysocial.store.read_through import Pending
from tests.support.example_records import (
    LISTED,
    OWNER,
    QUEUE,
    Like,
    Thing,
    begin_loading,
    build_thing,
    evict_cached_keys,
    finish_loading,
    likes,
    read_all_pages,
    record_key,
    take_snapshots,
    things,
)

PKS = [f"{n:024x}" for n in range(8)]
CODES = ["", "gold", "tin"]
pks = st.sampled_from(PKS)
# Snapshots of one store, and the ids of those that MongoDB lacked at the lookup.
Batch = tuple[list[mongo_writer.Snapshot], set[str]]


class Interleavings(RuleBasedStateMachine):
    """Eight things in lists that keep five entries; the model is a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[str, dict[str, Any]] = {}
        self.likes: set[tuple[str, str]] = set()
        self.loads: list[dict[str, list[Any]]] = []
        self.batches: list[tuple[int, list[Batch]]] = []

    @initialize()
    def clear(self) -> None:
        client().flushdb()
        for model in (Thing, Like):
            mongo.collection(model).delete_many({})

    # Writes of members

    @rule(pk=pks, minute=st.integers(0, 5), code=st.sampled_from(CODES))
    def create(self, pk: str, minute: int, code: str) -> None:
        is_taken = bool(code) and code in {item["code"] for item in self.live.values()}
        try:
            with write() as w:
                w.create(build_thing(minute, id=pk, code=code))
        except AlreadyExists:
            assert is_taken or pk in self.live
        else:
            assert not is_taken
            assert pk not in self.live
            self.live[pk] = {
                "minute": minute,
                "code": code,
                "name": "",
                "status": "listed",
                "likes": 0,
            }

    @rule(pk=pks, minute=st.integers(0, 5), name=st.text("ab", max_size=2), listed=st.booleans())
    def update(self, pk: str, minute: int, name: str, listed: bool) -> None:
        status = "listed" if listed else "unlisted"
        thing = build_thing(0, id=pk)
        try:
            with write() as w:
                changes = {
                    "created_at": build_thing(minute).created_at,
                    "name": name,
                    "status": status,
                }
                w.update(thing, **changes)
        except NotFound:
            assert pk not in self.live
        else:
            self.live[pk] |= {"minute": minute, "name": name, "status": status}

    @rule(pk=pks, code=st.sampled_from(CODES))
    def change_code(self, pk: str, code: str) -> None:
        others = {item["code"] for other, item in self.live.items() if other != pk}
        try:
            with write() as w:
                w.update(build_thing(0, id=pk), code=code)
        except NotFound:
            assert pk not in self.live
        except AlreadyExists:
            assert code in others - {""}
        else:
            assert code not in others - {""}
            self.live[pk]["code"] = code

    @rule(pk=pks, member=st.sampled_from("xy"))
    def like(self, pk: str, member: str) -> None:
        try:
            with write() as w:
                w.create(Like(id=f"{pk}:{member}"))
                w.increment(Thing, pk, likes=1)
        except (AlreadyExists, NotFound):
            assert pk not in self.live or (pk, member) in self.likes
        else:
            assert (pk, member) not in self.likes
            self.likes.add((pk, member))
            self.live[pk]["likes"] += 1

    @rule(pk=pks, member=st.sampled_from("xy"))
    def unlike(self, pk: str, member: str) -> None:
        try:
            with write() as w:
                w.delete(Like(id=f"{pk}:{member}"))
                w.increment(Thing, pk, missing_ok=True, likes=-1)
        except NotFound:
            assert (pk, member) not in self.likes
        else:
            self.likes.remove((pk, member))
            if pk in self.live:
                self.live[pk]["likes"] -= 1

    @rule(pk=pks)
    def delete(self, pk: str) -> None:
        try:
            with write() as w:
                w.delete(build_thing(0, id=pk))
        except NotFound:
            assert pk not in self.live
        else:
            del self.live[pk]

    # Flushes, complete or interrupted

    @rule()
    def flush_queue(self) -> None:
        flush.flush_queue(QUEUE)
        assert dirty.get_backlogs()[QUEUE].count == 0

    @rule(limit=st.integers(1, 3))
    def take_batch(self, limit: int) -> None:
        taken_at, snapshots = take_snapshots(limit)
        by_store = [
            [item for item in snapshots if item.store is store] for store in (things, likes)
        ]
        self.batches.append(
            (taken_at, [(group, mongo_writer.missing_ids(group)) for group in by_store if group])
        )

    @precondition(lambda self: self.batches)
    @rule(marks=st.booleans(), uses_lookup=st.booleans(), data=st.data())
    def write_batch(self, marks: bool, uses_lookup: bool, data: Any) -> None:
        number = data.draw(st.integers(0, len(self.batches) - 1))
        taken_at, batches = self.batches.pop(number)
        flushed: list[mongo_writer.Snapshot] = []
        for group, missing in batches:
            flushed += mongo_writer.write_snapshots(group, new=missing if uses_lookup else ())[0]
        if marks:
            items = [[item.key, item.pk, item.version, item.ttl_seconds, QUEUE] for item in flushed]
            flush.MARK_FLUSHED({"items": items, "read_at_ms": taken_at})

    # Evictions and slow readers

    @rule()
    def evict(self) -> None:
        evict_cached_keys()

    @rule(pk=pks)
    def begin_to_load(self, pk: str) -> None:
        names = [record_key(build_thing(id=pk))]
        code = things.unique_key("code", "gold")
        record, unique, entries = begin_loading(records=names, uniques=[code], lists=[LISTED])
        copies = {
            "records": read_through._fetch_records([Pending(names[0], record)]) if record else [],
            "uniques": [read_through._fetch_unique(Pending(code, unique))] if unique else [],
            "lists": [read_through._fetch_list(Pending(LISTED, entries))] if entries else [],
        }
        self.loads.append(copies)

    @precondition(lambda self: self.loads)
    @rule(data=st.data())
    def finish_to_load(self, data: Any) -> None:
        finish_loading(**self.loads.pop(data.draw(st.integers(0, len(self.loads) - 1))))

    # Comparisons with the model

    @rule(pk=pks, member=st.sampled_from("xy"))
    def read_record(self, pk: str, member: str) -> None:
        result = reads.get_records(things, [pk]).get(pk)
        assert (result is not None) == (pk in self.live)
        if result:
            expected = self.live[pk]
            for name in ("code", "name", "status", "likes"):
                assert getattr(result, name) == expected[name]
            assert result.created_at == build_thing(expected["minute"]).created_at
        assert bool(reads.get_records(likes, [f"{pk}:{member}"])) == ((pk, member) in self.likes)

    @rule(oldest=st.booleans(), limit=st.integers(1, 6))
    def read_list(self, oldest: bool, limit: int) -> None:
        positions = {pk: (item["minute"], pk) for pk, item in self.live.items()}
        listed = [pk for pk, item in self.live.items() if item["status"] == "listed"]
        expected = sorted(listed, key=lambda pk: positions[pk], reverse=not oldest)
        assert read_all_pages("listed", oldest=oldest, limit=limit) == expected
        of_owner = sorted(self.live, key=lambda pk: positions[pk], reverse=True)
        assert read_all_pages("owner", OWNER, limit=limit) == of_owner

    @rule(code=st.sampled_from(CODES[1:]))
    def read_unique(self, code: str) -> None:
        holders = [pk for pk, item in self.live.items() if item["code"] == code]
        assert reads.find_by_unique(things, "code", code) == (holders[0] if holders else None)

    @invariant()
    def dirty_records_have_no_ttl(self) -> None:
        names = client().zrange(f"dirty:{QUEUE}", 0, -1)
        assert [client().pttl(name) for name in names] == [-1] * len(names)

    def teardown(self) -> None:
        flush.flush_queue(QUEUE)
        assert dead_letters.count_dead_letters()[QUEUE] == 0
        assert dirty.get_backlogs()[QUEUE].count == 0
        stored = {document["_id"]: document["likes"] for document in mongo.find(Thing, {})}
        assert stored == {pk: item["likes"] for pk, item in self.live.items()}
        like_ids = {document["_id"] for document in mongo.find(Like, {})}
        assert like_ids == {f"{pk}:{member}" for pk, member in self.likes}
        evict_cached_keys()
        self.read_list(oldest=False, limit=3)
        for pk in PKS:
            self.read_record(pk, "x")
        for code in CODES[1:]:
            self.read_unique(code)


@pytest.mark.timeout(240)  # 60 examples of 25 steps
def test_every_interleaving_keeps_all_acknowledged_writes():
    run_state_machine_as_test(
        Interleavings,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
