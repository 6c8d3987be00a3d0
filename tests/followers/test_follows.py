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


def test_a_follow_is_counted_for_both_members_and_sent_to_both(
    alice, bob, stranger, flush_all, document
):
    response = alice.put(f"users/{bob.id}/follow")
    assert response.status_code == 200
    assert response.json() == {
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


def test_an_unfollow_is_counted_and_sent_to_both_members(alice, bob, flush_all, document):
    alice.put(f"users/{bob.id}/follow")
    response = alice.delete(f"users/{bob.id}/follow")
    assert response.status_code == 200
    assert response.json()["relation"] == relation(bob.id)
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))
    assert [event["type"] for event in bob.received_events()] == [
        "follow.created",
        "follow.deleted",
    ]
    flush_all()
    assert document(Follow, f"{alice.id}:{bob.id}")["_deleted_at"] is not None


def test_repeated_follows_and_unfollows_change_nothing(alice, bob):
    with assert_no_changes():
        assert alice.delete(f"users/{bob.id}/follow").status_code == 200
    alice.put(f"users/{bob.id}/follow")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow").status_code == 200


def test_following_yourself_or_an_unknown_user_is_rejected(alice):
    with assert_no_changes():
        assert alice.put(f"users/{alice.id}/follow").status_code == 400
        for method in ("PUT", "DELETE"):
            assert alice.call(method, f"users/{'0' * 24}/follow").status_code == 404
        assert anonymous.put(f"users/{alice.id}/follow").status_code == 401
        assert alice.put(f"users/{alice.id}/follow", {"x": 1}).status_code == 400


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_blocked_member_cannot_be_followed(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow").status_code == 404
        assert alice.delete(f"users/{bob.id}/follow").status_code == 404


def test_a_private_account_is_only_followed_by_request(alice, bob):
    bob.patch("users/me/settings", {"is_private": True})
    response = alice.put(f"users/{bob.id}/follow")
    assert response.json() == {
        "message": "Follow requested",
        "relation": relation(bob.id, requested=True),
    }
    assert live_records("followers.follow") == {}
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))


def test_ten_concurrent_follows_are_one(alice, bob):
    responses = run_concurrently(*[lambda: alice.put(f"users/{bob.id}/follow")] * 10)
    assert count_statuses(responses) == {200: 10}
    assert (counters(alice), counters(bob)) == ((1, 0), (0, 1))
    assert len(bob.received_events()) == 1


def test_concurrent_followers_are_all_counted(alice):
    people = [sign_up(f"fan{number}") for number in range(20)]
    responses = run_concurrently(*[lambda p=p: p.put(f"users/{alice.id}/follow") for p in people])
    assert count_statuses(responses) == {200: 20}
    assert counters(alice) == (0, 20)


def test_concurrent_follows_and_unfollows_keep_counters_exact(alice, bob, flush_all, document):
    def send(number):
        method = "PUT" if number % 2 else "DELETE"
        return lambda: alice.call(method, f"users/{bob.id}/follow")

    for _ in range(2):
        assert count_statuses(run_concurrently(*map(send, range(24)))) == {200: 24}
        edges = len(live_records("followers.follow"))
        assert (counters(alice), counters(bob)) == ((edges, 0), (0, edges))
        flush_all()
    types = [event["type"] for event in bob.received_events()]
    assert types == ["follow.created", "follow.deleted"] * (len(types) // 2) + (
        ["follow.created"] * edges
    )
    assert document(users.model, bob.id)["followers_count"] == edges


def test_a_follow_with_a_known_key_is_replayed_after_an_unfollow(alice, bob):
    key = {"Idempotency-Key": "k"}
    first = alice.put(f"users/{bob.id}/follow", **key)
    alice.delete(f"users/{bob.id}/follow")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow", **key).content == first.content


def test_a_response_without_a_write_is_replayed_too(alice, bob):
    alice.put(f"users/{bob.id}/follow")
    key = {"Idempotency-Key": "k"}
    assert alice.put(f"users/{bob.id}/follow", **key).status_code == 200
    alice.delete(f"users/{bob.id}/follow")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/follow", **key).status_code == 200
