"""Counters after a loss of data: they are compared while no writes are accepted."""

import threading

import pytest

from mysocial.core import keys, mongo
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from mysocial.ops.recovery import LEASE, recover
from mysocial.persistence import flush
from mysocial.store.recovery import writes_frozen
from posts.models import Post
from tests.support.concurrency import assert_no_changes
from tests.support.older_servers import lose_redis, recover_data
from tests.support.stack import wait_for


def test_counters_agree_after_a_lost_redis_although_a_write_was_flushed_in_part(alice, bob):
    post = alice.create_post("Hello")
    for queue in ("users", "accounts", "posts", "default"):
        flush.flush_queue(queue)
    assert bob.post(f"posts/{post['id']}/comments", {"text": "First"}).status_code == 201
    assert flush.flush_queue("comments")

    lose_redis()

    assert len(alice.get(f"posts/{post['id']}/comments").json()["comments"]) == 1
    recover_data()
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 1
    assert verify(pause=0) == set()


def test_no_write_is_accepted_while_counters_are_compared(alice, flush_all):
    post = alice.create_post("Hello")
    with assert_no_changes(), writes_frozen(20):
        response = alice.patch(f"posts/{post['id']}", {"text": "Refused"})
        assert (response.status_code, response["Retry-After"]) == (503, "2")
        assert "Counters are being compared" in response.json()["detail"]
        assert alice.get(f"posts/{post['id']}").json()["text"] == "Hello"
    assert alice.patch(f"posts/{post['id']}", {"text": "Accepted"}).status_code == 200


def test_a_comparison_during_which_writes_were_accepted_is_not_used(alice):
    with pytest.raises(Unavailable, match="too long"), writes_frozen(20):
        client().delete(keys.WRITE_FREEZE)


def test_counters_are_repaired_exactly_under_writes(alice, bob, flush_all):
    post = alice.create_post("Hello")
    path = f"posts/{post['id']}/comments"
    for queue in ("users", "accounts", "posts", "default"):
        flush.flush_queue(queue)
    bob.post(path, {"text": "First"})
    flush.flush_queue("comments")
    lose_redis()
    assert bob.get(path).status_code == 200
    done, accepted = threading.Event(), []

    def comment() -> None:
        while not done.is_set():
            accepted.append(bob.post(path, {"text": "More"}).status_code == 201)

    writer = threading.Thread(target=comment)
    writer.start()
    try:
        wait_for(lambda: any(accepted), within=20, name="a comment")
        recover_data()
    finally:
        done.set()
        writer.join()

    flush_all()
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 1 + sum(accepted)
    assert verify(pause=0) == set()


def test_one_worker_at_a_time_repairs_counters(alice, flush_all):
    post = alice.create_post("Hello")
    flush_all()
    mongo.collection(Post).update_one({"_id": post["id"]}, {"$inc": {"comments_count": 1}})
    client().set(keys.RECOUNT, "1")
    client().set(keys.lease(LEASE), "1")

    assert recover(pause=lambda: None) == 0
    assert client().exists(keys.RECOUNT)

    client().delete(keys.lease(LEASE))
    assert recover(pause=lambda: None) == 1
    assert not client().exists(keys.RECOUNT)
