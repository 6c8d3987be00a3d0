"""MongoDB is older than Redis, or empty: what Redis has survives, and both agree again."""

import pytest

from mysocial.core import keys, mongo, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client, server
from mysocial.core.wakeup_names import RECOVERY
from mysocial.ops import health
from mysocial.ops.consistency import verify
from mysocial.ops.recovery import recover
from mysocial.persistence.due import is_due
from posts.models import Post
from tests.support.example_records import evict_cached_keys
from tests.support.older_servers import OlderMongo, empty_mongo, recover_data


def post_texts(person) -> list[str]:
    return [post["text"] for post in person.get("posts").json()["posts"]]


def test_an_older_mongodb_gets_the_records_of_redis_again(alice, flush_all):
    post = alice.create_post("Old")
    gone = alice.create_post("Deleted")
    flush_all()
    older = OlderMongo()
    alice.patch(f"posts/{post['id']}", {"text": "New"})
    alice.delete(f"posts/{gone['id']}")
    alice.create_post("Later")
    flush_all()

    older.install()

    assert is_due(RECOVERY)
    assert health.readiness()["status"] == "degraded"
    assert "MONGO_DB" in health.readiness()["checks"]["data"]
    recover_data()
    evict_cached_keys()
    assert post_texts(alice) == ["Later", "New"]
    assert verify(pause=0) == set()
    assert health.readiness()["checks"]["data"] == "ok"


def test_an_emptied_mongodb_gets_the_records_of_redis_again(alice, bob, flush_all):
    post = alice.create_post("Hello")
    bob.post(f"posts/{post['id']}/comments", {"text": "First"})
    flush_all()

    empty_mongo()

    assert is_due(RECOVERY)
    recover_data()
    evict_cached_keys()
    assert post_texts(alice) == ["Hello"]
    assert len(alice.get(f"posts/{post['id']}/comments").json()["comments"]) == 1
    assert verify(pause=0) == set()


def test_a_worker_writes_nothing_to_an_older_mongodb_before_it_is_noticed(alice, flush_all):
    flush_all()
    older = OlderMongo()
    alice.create_post("First")
    flush_all()
    older.install()
    alice.create_post("Second")

    with pytest.raises(Unavailable, match="lost data"):
        flush_all()

    assert mongo.collection(Post).count_documents({}) == 0
    assert client().exists(keys.MONGODB_IS_OLDER)
    recover_data()
    evict_cached_keys()
    assert post_texts(alice) == ["Second", "First"]


def test_the_mongodb_of_another_installation_is_left_alone(alice, flush_all):
    alice.create_post("Ours")
    flush_all()
    watermark.rename_installation("0" * 24)
    before = list(mongo.collection(Post).find())
    alice.create_post("Not theirs")

    with pytest.raises(Unavailable, match="MONGO_DB"):
        flush_all()
    with pytest.raises(Unavailable, match="installation"):
        server.compare()

    assert list(mongo.collection(Post).find()) == before
    assert health.readiness()["status"] == "degraded"


def test_lists_are_read_again_only_when_all_workers_have_written_their_records(alice, flush_all):
    older = OlderMongo()
    alice.create_post("Hello")
    flush_all()
    older.install()
    assert is_due(RECOVERY)
    client().set(keys.lease("posts"), "1", px=1500)  # another worker begins to flush the queue

    recover(pause=lambda: None)

    assert mongo.collection(Post).count_documents({}) == 1
    evict_cached_keys()
    assert post_texts(alice) == ["Hello"]
