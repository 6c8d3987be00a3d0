"""Following, through HTTP."""

import pytest

from followers.models import Follow
from tests.followers.relations import counters, relation
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous, sign_up
from users.store import users


def test_a_follow_is_counted_on_both_sides_and_heard_by_the_two(
    alice, bob, stranger, flush_all, document
):
    answer = alice.put(f"users/{bob.id}/follow")
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Following",
        "relation": relation(bob.id, following=True),
    }
    assert (counters(alice), counters(bob)) == ((1, 0), (0, 1))
    event = {
        "type": "follow.created",
        "data": {"follower_id": alice.id, "followee_id": bob.id},
    }
    assert alice.received_events() == bob.received_events() == [event]
    assert stranger.received_events(f"self:{alice.id}", "feed") == []
    flush_all()
    assert (counters(alice), counters(bob)) == ((1, 0), (0, 1))
    assert document(Follow, f"{alice.id}:{bob.id}")["_deleted_at"] is None
    assert document(users.model, bob.id)["followers_count"] == 1


def test_an_unfollow_is_counted_and_heard(alice, bob, flush_all, document):
    alice.put(f"users/{bob.id}/follow")
    answer = alice.delete(f"users/{bob.id}/follow")
    assert answer.status_code == 200
    assert answer.json()["relation"] == relation(bob.id)
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))
    assert [event["type"] for event in bob.received_events()] == [
        "follow.created",
        "follow.deleted",
    ]
    flush_all()
    assert document(Follow, f"{alice.id}:{bob.id}")["_deleted_at"] is not None


def test_following_and_unfollowing_twice_changes_nothing_more(alice, bob):
    with assert_no_changes():
        assert alice.delete(f"users/{bob.id}/follow").status_code == 200
    alice.put(f"users/{bob.id}/follow")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow").status_code == 200


def test_one_can_not_follow_oneself_nor_nobody(alice):
    with assert_no_changes():
        assert alice.put(f"users/{alice.id}/follow").status_code == 400
        for method in ("PUT", "DELETE"):
            assert alice.call(method, f"users/{'0' * 24}/follow").status_code == 404
        assert anonymous.put(f"users/{alice.id}/follow").status_code == 401
        assert alice.put(f"users/{alice.id}/follow", {"x": 1}).status_code == 400


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_nobody_follows_across_a_block(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow").status_code == 404
        assert alice.delete(f"users/{bob.id}/follow").status_code == 404


def test_a_private_account_is_not_followed_without_asking(alice, bob):
    bob.patch("users/me/settings", {"is_private": True})
    answer = alice.put(f"users/{bob.id}/follow")
    assert answer.json() == {
        "message": "Follow requested",
        "relation": relation(bob.id, requested=True),
    }
    assert live_records("followers.follow") == {}
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))


def test_ten_follows_at_once_are_one(alice, bob):
    answers = run_concurrently(*[lambda: alice.put(f"users/{bob.id}/follow")] * 10)
    assert count_statuses(answers) == {200: 10}
    assert (counters(alice), counters(bob)) == ((1, 0), (0, 1))
    assert len(bob.received_events()) == 1


def test_many_followers_at_once_are_all_counted(alice):
    people = [sign_up(f"fan{number}") for number in range(20)]
    answers = run_concurrently(*[lambda p=p: p.put(f"users/{alice.id}/follow") for p in people])
    assert count_statuses(answers) == {200: 20}
    assert counters(alice) == (0, 20)


def test_a_storm_of_follows_and_unfollows_leaves_no_drift(alice, bob, flush_all, document):
    def act(number):
        method = "PUT" if number % 2 else "DELETE"
        return lambda: alice.call(method, f"users/{bob.id}/follow")

    for _ in range(2):
        assert count_statuses(run_concurrently(*map(act, range(24)))) == {200: 24}
        edges = len(live_records("followers.follow"))
        assert (counters(alice), counters(bob)) == ((edges, 0), (0, edges))
        flush_all()
    heard = [event["type"] for event in bob.received_events()]
    assert heard == ["follow.created", "follow.deleted"] * (len(heard) // 2) + (
        ["follow.created"] * edges
    )
    assert document(users.model, bob.id)["followers_count"] == edges


def test_a_follow_under_a_key_is_answered_again_after_it_was_undone(alice, bob):
    key = {"Idempotency-Key": "k"}
    first = alice.put(f"users/{bob.id}/follow", **key)
    alice.delete(f"users/{bob.id}/follow")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow", **key).content == first.content


def test_an_answer_that_changed_nothing_is_kept_under_its_key_too(alice, bob):
    alice.put(f"users/{bob.id}/follow")
    key = {"Idempotency-Key": "k"}
    assert alice.put(f"users/{bob.id}/follow", **key).status_code == 200
    alice.delete(f"users/{bob.id}/follow")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow", **key).status_code == 200
