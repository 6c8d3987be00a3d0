"""Redis is older than MongoDB, or empty: what MongoDB has survives, and both agree again."""

import pytest

from mysocial.core import keys, watermark
from mysocial.core.redis import client
from mysocial.core.wakeup_names import RECOVERY
from mysocial.ops.consistency import verify
from mysocial.persistence import flush, packing
from mysocial.persistence.due import is_due
from posts.models import Post
from reactions.models import Reaction
from tests.support.example_records import evict_cached_keys
from tests.support.older_servers import OlderMongo, OlderRedis, lose_redis, recover_data


def post_texts(person) -> list[str]:
    return [post["text"] for post in person.get("posts").json()["posts"]]


def epoch() -> str:
    return client().get(keys.EPOCH).decode()


def test_an_older_redis_does_not_destroy_newer_documents(alice, flush_all, document):
    post = alice.create_post("Old")
    flush_all()
    older = OlderRedis()
    edit = alice.patch(f"posts/{post['id']}", {"text": "New"})
    assert edit.status_code == 200
    alice.create_post("Later")
    flush_all()
    before = epoch()

    older.install()

    assert post_texts(alice) == ["Later", "New"]
    assert alice.patch(f"posts/{post['id']}", {"feelings": "happy"}).status_code == 200
    flush_all()
    assert document(Post, post["id"])["text"] == "New"
    assert document(Post, post["id"])["feelings"] == "happy"
    assert epoch() != before
    recover_data()
    assert verify(pause=0) == set()


def test_a_dirty_record_of_an_older_redis_does_not_hide_the_newer_document(alice, flush_all):
    post = alice.create_post("Old")
    older = OlderRedis()
    alice.patch(f"posts/{post['id']}", {"text": "New"})
    flush_all()

    older.install()

    assert post_texts(alice) == ["New"]
    flush_all()
    recover_data()
    assert verify(pause=0) == set()


def test_a_dirty_record_that_mongodb_lacks_survives_in_an_older_redis(alice, document, flush_all):
    alice.create_post("Flushed")
    flush_all()
    post = alice.create_post("Only in Redis")
    older = OlderRedis()
    alice.create_post("Flushed early")
    position = flush.read_batch("users", 1).position
    assert watermark.raise_mark(position)

    older.install()

    assert post_texts(alice) == ["Only in Redis", "Flushed"]
    flush_all()
    assert document(Post, post["id"])["text"] == "Only in Redis"
    recover_data()
    assert verify(pause=0) == set()


def test_a_redis_that_lost_nothing_keeps_its_epoch(alice, flush_all):
    alice.create_post("Flushed")
    flush_all()
    alice.create_post("Dirty")
    before = epoch()
    OlderRedis().install()
    assert post_texts(alice) == ["Dirty", "Flushed"]
    assert epoch() == before
    assert not is_due(RECOVERY)


def test_a_lost_redis_counts_on_above_all_versions(alice, bob, flush_all, document):
    """A reaction that is made again has a higher version than its tombstone, whatever the clock of
    the new machine says."""
    post = alice.create_post("Hello")
    client().incrby(keys.CLOCK, 10**9)
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    bob.delete(f"posts/{post['id']}/reaction")
    flush_all()

    lose_redis()
    assert bob.get(f"posts/{post['id']}/reactions").status_code == 200
    assert bob.put(f"posts/{post['id']}/reaction", {"type": "like"}).status_code in {200, 201}
    flush_all()

    evict_cached_keys()
    assert document(Reaction, f"{post['id']}:{bob.id}")["_deleted_at"] is None
    assert bob.get(f"posts/{post['id']}/reactions/mine").json() is not None
    recover_data()
    assert verify(pause=0) == set()


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_idempotency_key_survives_a_lost_redis(alice, flush_all, is_packed):
    headers = {"Idempotency-Key": "the same"}
    first = alice.post("posts", {"text": "Once"}, **headers)
    assert first.status_code == 201
    if is_packed:
        assert packing.pack_new_responses() == 1
    flush_all()

    lose_redis()

    second = alice.post("posts", {"text": "Once"}, **headers)
    assert (second.status_code, second.content) == (201, first.content)
    assert post_texts(alice) == ["Once"]
    assert alice.post("posts", {"text": "Other"}, **headers).status_code == 422


def test_a_response_that_was_packed_meanwhile_is_saved_with_the_next_batch(alice, flush_all):
    """It is in another list then."""
    headers = {"Idempotency-Key": "the same"}
    first = alice.post("posts", {"text": "Once"}, **headers)
    assert packing.pack_new_responses() == 1
    alice.post("posts", {"text": "New"}, **{"Idempotency-Key": "another"})
    flush_all()
    assert sum(map(len, watermark.saved_responses())) == 2

    lose_redis()

    assert alice.post("posts", {"text": "Once"}, **headers).content == first.content


def test_an_idempotency_key_survives_an_older_mongodb_and_a_lost_redis(alice, flush_all):
    older = OlderMongo()
    headers = {"Idempotency-Key": "the same"}
    first = alice.post("posts", {"text": "Once"}, **headers)
    flush_all()
    older.install()
    recover_data()

    lose_redis()

    assert alice.post("posts", {"text": "Once"}, **headers).content == first.content
    assert post_texts(alice) == ["Once"]


def test_a_redis_that_is_emptied_while_it_runs_is_recovered(alice, flush_all):
    alice.create_post("Kept")
    flush_all()
    before, clock = epoch(), int(client().get(keys.CLOCK))

    client().flushall()

    assert post_texts(alice) == ["Kept"]
    assert epoch() != before
    assert int(client().get(keys.CLOCK)) >= clock


def test_a_batch_of_a_former_epoch_is_not_written(alice, flush_all):
    alice.create_post("Kept")
    flush_all()
    position = flush.read_batch("posts", 1).position
    client().flushall()
    assert post_texts(alice) == ["Kept"]
    assert not watermark.raise_mark(position)
