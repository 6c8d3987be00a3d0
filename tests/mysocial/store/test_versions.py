"""Versions follow the clock, and dirty keys stay until they are flushed."""

import time

from mysocial.core.redis import client
from mysocial.persistence import dead_letters
from mysocial.store import reads, write
from tests.support.example_records import (
    QUEUE,
    Like,
    create_thing,
    delete_record,
    evict_cached_keys,
    get_thing,
    like_thing,
    likes,
    record_key,
    things,
    update_thing,
)


def test_versions_follow_the_clock_and_never_decrease():
    before = time.time_ns() // 1000
    thing = create_thing()
    assert before <= thing.version <= time.time_ns() // 1000

    ahead = thing.version + 10**12
    client().set("clock", ahead)
    update_thing(thing, name="Changed")
    assert get_thing(thing).version == ahead + 1

    client().delete("clock")
    update_thing(thing, name="Again")
    assert get_thing(thing).version == ahead + 2


def test_a_record_created_again_has_a_higher_version_than_its_tombstone(document, flush_all):
    thing = create_thing()
    like_thing(thing, "bob")
    flush_all()
    like = reads.get_record(likes, f"{thing.id}:bob")
    delete_record(like)
    flush_all()
    tombstone = document(Like, like.id)
    evict_cached_keys()

    with write() as w:
        w.create(Like(id=like.id))
    flush_all()

    assert tombstone["_deleted_at"] is not None
    assert document(Like, like.id)["_deleted_at"] is None
    assert document(Like, like.id)["_version"] > tombstone["_version"]
    assert dead_letters.count_dead_letters()[QUEUE] == 0


def test_dirty_keys_have_no_ttl_and_flushed_keys_have_one(flush_all):
    thing = create_thing(code="c1")
    like_thing(thing, "bob")
    other = create_thing(code="c2")
    flush_all()
    update_thing(thing, name="Changed", code="c3")
    delete_record(get_thing(other))
    like_thing(thing, "carol")

    def volatile_keys() -> set[str]:
        names = {name.decode() for name in client().scan_iter() if client().pttl(name) >= 0}
        return {name for name in names if not name.startswith(("lease:", "wakeup:"))}

    dirty = {record_key(thing), record_key(other), likes.key(f"{thing.id}:carol")}
    unique_keys = {things.unique_key("code", code) for code in ("c1", "c2", "c3")}
    assert volatile_keys().isdisjoint(dirty | unique_keys)
    lasting_keys = {name.decode() for name in client().scan_iter()} - volatile_keys()
    assert {
        "events",
        "clock",
        "epoch",
        "topic_logs",
        f"dirty:{QUEUE}",
        *dirty,
        *unique_keys,
    } <= lasting_keys
    protected = ("events", "idem", "dirty")
    assert [name for name in volatile_keys() if name.startswith(protected)] == []

    flush_all()
    assert dirty | unique_keys <= volatile_keys()
