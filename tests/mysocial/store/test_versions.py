"""Versions follow the clock, and dirty keys stay until they are flushed."""

import time

from mysocial.core.redis import client
from mysocial.persistence import dead_letters
from mysocial.store import reads, write
from tests.support.example_records import (
    QUEUE,
    Like,
    change,
    evict,
    get,
    key,
    like,
    likes,
    put,
    remove,
    things,
)


def test_versions_follow_the_clock_and_never_go_back():
    before = time.time_ns() // 1000
    thing = put()
    assert before <= thing.version <= time.time_ns() // 1000

    ahead = thing.version + 10**12
    client().set("clock", ahead)
    change(thing, name="Changed")
    assert get(thing).version == ahead + 1

    client().delete("clock")
    change(thing, name="Again")
    assert get(thing).version == ahead + 2


def test_a_record_created_again_outranks_its_tombstone(document, flush_all):
    thing = put()
    like(thing, "bob")
    flush_all()
    edge = reads.get_record(likes, f"{thing.id}:bob")
    remove(edge)
    flush_all()
    tombstone = document(Like, edge.id)
    evict()

    with write() as w:
        w.create(Like(id=edge.id))
    flush_all()

    assert tombstone["_deleted_at"] is not None
    assert document(Like, edge.id)["_deleted_at"] is None
    assert document(Like, edge.id)["_version"] > tombstone["_version"]
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_dirty_keys_have_no_ttl_and_flushed_keys_have_one(flush_all):
    thing = put(code="c1")
    like(thing, "bob")
    other = put(code="c2")
    flush_all()
    change(thing, name="Changed", code="c3")
    remove(get(other))
    like(thing, "carol")

    def mortal() -> set[str]:
        result = {name.decode() for name in client().scan_iter() if client().pttl(name) >= 0}
        return {name for name in result if not name.startswith(("lease:", "wakeup:"))}

    dirty = {key(thing), key(other), likes.key(f"{thing.id}:carol")}
    reserved = {things.unique_key("code", code) for code in ("c1", "c2", "c3")}
    assert mortal().isdisjoint(dirty | reserved)
    eternal = {name.decode() for name in client().scan_iter()} - mortal()
    assert {
        "events",
        "clock",
        "epoch",
        "topic_logs",
        f"dirty:{QUEUE}",
        *dirty,
        *reserved,
    } <= eternal
    assert {name for name in mortal() if name.startswith(("events", "idem", "dirty"))} == set()

    flush_all()
    assert dirty | reserved <= mortal()
