"""Whatever happens in whatever order, what is read is what was acknowledged."""

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
    OWNER,
    QUEUE,
    Like,
    Thing,
    begin,
    evict,
    key,
    likes,
    make,
    take,
    taken,
    things,
    walk,
)

SHELF = things.list_key("shelf")
PKS = [f"{n:024x}" for n in range(8)]
CODES = ["", "gold", "tin"]
pks = st.sampled_from(PKS)
Batch = tuple[
    list[mongo_writer.Snapshot], set[str]
]  # of one store, and which of them MongoDB lacked then


class Interleavings(RuleBasedStateMachine):
    """Eight things, of which the lists hold five; the model is a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[str, dict[str, Any]] = {}
        self.edges: set[tuple[str, str]] = set()
        self.fetched: list[dict[str, list[Any]]] = []
        self.batches: list[tuple[int, list[Batch]]] = []

    @initialize()
    def begin_empty(self) -> None:
        client().flushdb()
        for model in (Thing, Like):
            mongo.collection(model).delete_many({})

    # What members do

    @rule(pk=pks, minute=st.integers(0, 5), code=st.sampled_from(CODES))
    def create(self, pk: str, minute: int, code: str) -> None:
        taken = code and code in {item["code"] for item in self.live.values()}
        try:
            with write() as w:
                w.create(make(minute, id=pk, code=code))
        except AlreadyExists:
            assert taken or pk in self.live
        else:
            assert not taken
            assert pk not in self.live
            self.live[pk] = {"minute": minute, "code": code, "name": "", "shelf": "on", "likes": 0}

    @rule(pk=pks, minute=st.integers(0, 5), name=st.text("ab", max_size=2), on=st.booleans())
    def update(self, pk: str, minute: int, name: str, on: bool) -> None:
        shelf = "on" if on else "off"
        thing = make(0, id=pk)
        try:
            with write() as w:
                changes = {"created_at": make(minute).created_at, "name": name, "shelf": shelf}
                w.update(thing, **changes)
        except NotFound:
            assert pk not in self.live
        else:
            self.live[pk] |= {"minute": minute, "name": name, "shelf": shelf}

    @rule(pk=pks, code=st.sampled_from(CODES))
    def recode(self, pk: str, code: str) -> None:
        others = {item["code"] for other, item in self.live.items() if other != pk}
        try:
            with write() as w:
                w.update(make(0, id=pk), code=code)
        except NotFound:
            assert pk not in self.live
        except AlreadyExists:
            assert code in others - {""}
        else:
            assert code not in others - {""}
            self.live[pk]["code"] = code

    @rule(pk=pks, who=st.sampled_from("xy"))
    def like(self, pk: str, who: str) -> None:
        try:
            with write() as w:
                w.create(Like(id=f"{pk}:{who}"))
                w.increment(Thing, pk, likes=1)
        except (AlreadyExists, NotFound):
            assert pk not in self.live or (pk, who) in self.edges
        else:
            assert (pk, who) not in self.edges
            self.edges.add((pk, who))
            self.live[pk]["likes"] += 1

    @rule(pk=pks, who=st.sampled_from("xy"))
    def unlike(self, pk: str, who: str) -> None:
        try:
            with write() as w:
                w.delete(Like(id=f"{pk}:{who}"))
                w.increment(Thing, pk, missing_ok=True, likes=-1)
        except NotFound:
            assert (pk, who) not in self.edges
        else:
            self.edges.remove((pk, who))
            if pk in self.live:
                self.live[pk]["likes"] -= 1

    @rule(pk=pks)
    def delete(self, pk: str) -> None:
        try:
            with write() as w:
                w.delete(make(0, id=pk))
        except NotFound:
            assert pk not in self.live
        else:
            del self.live[pk]

    # What workers do, whole or killed on the way

    @rule()
    def drain(self) -> None:
        flush.flush_queue(QUEUE)
        assert dirty.get_backlogs()[QUEUE].count == 0

    @rule(limit=st.integers(1, 3))
    def take_batch(self, limit: int) -> None:
        moment, group = taken(limit)
        batches = [[item for item in group if item.store is store] for store in (things, likes)]
        self.batches.append(
            (moment, [(item, mongo_writer.missing_ids(item)) for item in batches if item])
        )

    @precondition(lambda self: self.batches)
    @rule(settle=st.booleans(), asks=st.booleans(), data=st.data())
    def carry_batch(self, settle: bool, asks: bool, data: Any) -> None:
        number = data.draw(st.integers(0, len(self.batches) - 1))
        moment, batches = self.batches.pop(number)
        done = [
            copy
            for group, lacked in batches
            for copy in mongo_writer.write_snapshots(group, new=lacked if asks else ())[0]
        ]
        if settle:
            items = [[item.key, item.pk, item.version, item.ttl_seconds, QUEUE] for item in done]
            flush.MARK_FLUSHED({"items": items, "taken": moment})

    # What Redis does, and readers that are slow

    @rule()
    def evict(self) -> None:
        evict()

    @rule(pk=pks)
    def begin_to_fetch(self, pk: str) -> None:
        names = [key(make(id=pk))]
        code = things.unique_key("code", "gold")
        record, unique, entries = begin(records=names, uniques=[code], lists=[SHELF])
        copies = {
            "records": read_through._fetch_records([Pending(names[0], record)]) if record else [],
            "uniques": [read_through._fetch_unique(Pending(code, unique))] if unique else [],
            "lists": [read_through._fetch_list(Pending(SHELF, entries))] if entries else [],
        }
        self.fetched.append(copies)

    @precondition(lambda self: self.fetched)
    @rule(data=st.data())
    def take_what_was_fetched(self, data: Any) -> None:
        take(**self.fetched.pop(data.draw(st.integers(0, len(self.fetched) - 1))))

    # What must hold

    @rule(pk=pks, who=st.sampled_from("xy"))
    def read_record(self, pk: str, who: str) -> None:
        result = reads.get_records(things, [pk]).get(pk)
        assert (result is not None) == (pk in self.live)
        if result:
            expected = self.live[pk]
            assert {name: getattr(result, name) for name in ("code", "name", "shelf", "likes")} == {
                name: expected[name] for name in ("code", "name", "shelf", "likes")
            }
            assert result.created_at == make(expected["minute"]).created_at
        assert bool(reads.get_records(likes, [f"{pk}:{who}"])) == ((pk, who) in self.edges)

    @rule(oldest=st.booleans(), limit=st.integers(1, 6))
    def read_list(self, oldest: bool, limit: int) -> None:
        on = [(item["minute"], pk) for pk, item in self.live.items() if item["shelf"] == "on"]
        expected = [pk for _, pk in sorted(on, reverse=not oldest)]
        assert walk("shelf", oldest=oldest, limit=limit) == expected
        everyone = sorted(((item["minute"], pk) for pk, item in self.live.items()), reverse=True)
        assert walk("owner", OWNER, limit=limit) == [pk for _, pk in everyone]

    @rule(code=st.sampled_from(CODES[1:]))
    def read_unique(self, code: str) -> None:
        holders = [pk for pk, item in self.live.items() if item["code"] == code]
        assert reads.find_by_unique(things, "code", code) == (holders[0] if holders else None)

    @invariant()
    def nothing_dirty_can_be_evicted(self) -> None:
        names = client().zrange(f"dirty:{QUEUE}", 0, -1)
        assert [client().pttl(name) for name in names] == [-1] * len(names)

    def teardown(self) -> None:
        flush.flush_queue(QUEUE)
        assert dead_letters.count_dead_letters()[QUEUE] == 0
        assert dirty.get_backlogs()[QUEUE].count == 0
        stored = {item["_id"]: item["likes"] for item in mongo.find(Thing, {})}
        assert stored == {pk: item["likes"] for pk, item in self.live.items()}
        assert {item["_id"] for item in mongo.find(Like, {})} == {f"{a}:{b}" for a, b in self.edges}
        evict()
        self.read_list(oldest=False, limit=3)
        for pk in PKS:
            self.read_record(pk, "x")
        for code in CODES[1:]:
            self.read_unique(code)


@pytest.mark.timeout(240)  # 60 examples of 25 steps
def test_any_interleaving_ends_in_what_was_acknowledged():
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
