"""Blocking, through HTTP."""

import pytest

from mysocial.core.redis import client
from tests.followers.relations import counters, relation
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous


def test_a_block_ends_the_follows_both_ways_and_only_the_blocker_hears_of_it(alice, bob, stranger):
    alice.put(f"users/{bob.id}/follow")
    bob.put(f"users/{alice.id}/follow")

    answer = alice.put(f"users/{bob.id}/block")

    assert answer.status_code == 200
    assert answer.json()["relation"] == relation(bob.id, blocking=True)
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))
    assert live_records("followers.follow") == {}
    news = {"type": "block.created", "data": {"user_id": bob.id}}
    assert alice.received_events()[-1] == news
    kinds = [event["type"] for event in bob.received_events()]
    assert kinds[2:] == ["follow.deleted", "follow.deleted", "user.hidden"]
    assert bob.received_events(f"self:{alice.id}").count(news) == 0
    assert stranger.received_events(f"self:{alice.id}") == []


def test_what_was_hidden_by_a_block_is_seen_again_after_it(alice, bob):
    post = bob.create_post("Hello")
    alice.put(f"users/{bob.id}/block")
    assert alice.get(f"posts/{post['id']}").status_code == 404
    answer = alice.delete(f"users/{bob.id}/block")
    assert answer.json()["relation"] == relation(bob.id)
    assert alice.get(f"posts/{post['id']}").status_code == 200
    assert alice.received_events()[-1] == {"type": "block.deleted", "data": {"user_id": bob.id}}


def test_two_who_block_each_other_meet_when_both_have_stopped(alice, bob):
    alice.put(f"users/{bob.id}/block")
    assert bob.put(f"users/{alice.id}/block").status_code == 200
    alice.delete(f"users/{bob.id}/block")
    assert alice.get(f"users/{bob.id}").status_code == 404
    bob.delete(f"users/{alice.id}/block")
    assert alice.get(f"users/{bob.id}").status_code == 200


def test_blocking_and_unblocking_twice_changes_nothing_more(alice, bob):
    alice.put(f"users/{bob.id}/block")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/block").status_code == 200
    alice.delete(f"users/{bob.id}/block")
    with assert_no_changes():
        assert alice.delete(f"users/{bob.id}/block").status_code == 200


def test_unblocking_whom_one_follows_does_not_say_that_one_does_not(alice, bob):
    alice.put(f"users/{bob.id}/follow")
    with assert_no_changes():
        answer = alice.delete(f"users/{bob.id}/block")
    assert answer.json()["relation"] == relation(bob.id, following=True)


def test_one_can_not_block_oneself_nor_nobody(alice):
    with assert_no_changes():
        assert alice.put(f"users/{alice.id}/block").status_code == 400
        assert alice.put(f"users/{'0' * 24}/block").status_code == 404
        assert alice.delete(f"users/{'0' * 24}/block").status_code == 404
        assert anonymous.put(f"users/{alice.id}/block").status_code == 401


def test_somebody_is_blocked_whom_redis_does_not_know(alice, bob, flush_all):
    bob.put(f"users/{alice.id}/follow")
    flush_all()
    client().flushall()
    answer = alice.put(f"users/{bob.id}/block")
    assert (answer.status_code, answer.json()["relation"]["blocking"]) == (200, True)
    assert bob.get(f"users/{alice.id}").status_code == 404
    assert counters(alice) == (0, 0)
    flush_all()
    client().flushall()
    assert bob.get(f"users/{alice.id}").status_code == 404
    assert alice.delete(f"users/{bob.id}/block").status_code == 200
    flush_all()
    client().flushall()
    assert bob.get(f"users/{alice.id}").status_code == 200


def test_a_storm_of_blocks_and_follows_leaves_no_follow_across_a_block(alice, bob):
    def act(number):
        one, other = (alice, bob) if number % 2 else (bob, alice)
        verb = ("follow", "block")[number % 3 == 0]
        method = "DELETE" if number % 5 == 0 else "PUT"
        return lambda: one.call(method, f"users/{other.id}/{verb}")

    for _ in range(2):
        answers = run_concurrently(*map(act, range(30)))
        assert set(count_statuses(answers)) <= {200, 404}
        follows, blocks = live_records("followers.follow"), live_records("followers.block")
        assert not (follows and blocks)
        assert counters(alice) == (
            f"{alice.id}:{bob.id}" in follows,
            f"{bob.id}:{alice.id}" in follows,
        )
        assert counters(bob) == counters(alice)[::-1]


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_follow_can_not_slip_past_a_block(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    for _ in range(12):
        follows = [lambda: alice.put(f"users/{bob.id}/follow")] * 6
        run_concurrently(*follows, lambda: blocker.put(f"users/{blocked.id}/block"))
        assert live_records("followers.follow") == {}
        assert counters(alice) == counters(bob) == (0, 0)
        blocker.delete(f"users/{blocked.id}/block")


def test_ten_blocks_at_once_are_one(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    answers = run_concurrently(*[lambda: alice.put(f"users/{bob.id}/block")] * 10)
    assert count_statuses(answers) == {200: 10}
    assert [event["type"] for event in alice.received_events()] == [
        "follow.created", "follow.deleted", "block.created",
    ]  # fmt: skip
    assert counters(alice) == (0, 0)


def test_whom_a_block_hides_somebody_from_is_told_to_drop_what_they_hold(alice, bob, stranger):
    alice.put(f"users/{bob.id}/block")
    hidden = {"type": "user.hidden", "data": {"user_id": alice.id, "what": "all"}}
    assert bob.received_events() == [hidden]
    assert hidden not in [*alice.received_events(), *stranger.received_events("feed")]
    alice.delete(f"users/{bob.id}/block")
    shown = {"type": "user.shown", "data": {"user_id": alice.id, "what": "all"}}
    assert bob.received_events() == [shown]
    assert shown not in [*alice.received_events(), *stranger.received_events("feed")]


def test_that_one_of_two_blocks_has_ended_is_not_told_to_whom_the_other_hides(alice, bob):
    alice.put(f"users/{bob.id}/block")
    bob.put(f"users/{alice.id}/block")
    alice.delete(f"users/{bob.id}/block")
    assert [one["type"] for one in bob.received_events()] == ["user.hidden", "block.created"]
    assert [one["type"] for one in alice.received_events()] == [
        "block.created", "user.hidden", "block.deleted",
    ]  # fmt: skip
