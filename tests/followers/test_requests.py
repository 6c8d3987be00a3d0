"""Asking to follow a private account, through HTTP."""

import pytest

from followers.models import FollowRequest
from tests.followers.relations import counters, ids, people, relation
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import Person, anonymous, sign_up

REQUESTS, FOLLOWS = "followers.followrequest", "followers.follow"


@pytest.fixture
def secret() -> Person:
    person = sign_up("secret")
    assert person.patch("users/me/settings", {"is_private": True}).status_code == 200
    return person


def test_a_private_account_is_asked_and_the_two_hear_it(
    alice, secret, stranger, flush_all, document
):
    post = secret.create_post()
    answer = alice.put(f"users/{secret.id}/follow")
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Follow requested",
        "relation": relation(secret.id, requested=True),
    }
    event = {
        "type": "follow.requested",
        "data": {"follower_id": alice.id, "followee_id": secret.id},
    }
    assert alice.received_events() == [event]
    assert secret.received_events()[-1] == event
    assert event not in stranger.received_events(f"self:{alice.id}", f"self:{secret.id}")
    assert (counters(alice), counters(secret)) == ((0, 0), (0, 0))
    assert alice.get(f"posts/{post['id']}").status_code == 404
    for _ in range(2):
        (asking,) = people(secret, "users/me/follow-requests")
        assert (asking["id"], asking["relation"]) == (alice.id, relation(alice.id))
        assert ids(alice, "users/me/follow-requests") == []
        flush_all()
    assert document(FollowRequest, f"{alice.id}:{secret.id}")["target_id"] == secret.id
    with assert_no_changes():
        assert alice.put(f"users/{secret.id}/follow").json() == answer.json()


def test_an_accepted_request_is_a_follow(alice, secret, flush_all, document):
    post = secret.create_post()
    alice.put(f"users/{secret.id}/follow")
    path = f"users/me/follow-requests/{alice.id}"
    answer = secret.put(path)
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Request accepted",
        "relation": relation(alice.id, followed_by=True),
    }
    assert (counters(alice), counters(secret)) == ((1, 0), (0, 1))
    assert alice.get(f"posts/{post['id']}").status_code == 200
    created = {
        "type": "follow.created",
        "data": {"follower_id": alice.id, "followee_id": secret.id},
    }
    assert alice.received_events()[-1] == secret.received_events()[-1] == created
    assert ids(secret, "users/me/follow-requests") == []
    with assert_no_changes():
        assert secret.put(path).status_code == 200
        assert secret.delete(path).status_code == 200
    flush_all()
    assert document(FollowRequest, f"{alice.id}:{secret.id}")["_deleted_at"] is not None


def test_a_refused_request_is_gone_and_may_be_made_again(alice, secret):
    alice.put(f"users/{secret.id}/follow")
    answer = secret.delete(f"users/me/follow-requests/{alice.id}")
    assert answer.json() == {"message": "Request declined", "relation": relation(alice.id)}
    assert live_records(REQUESTS) == live_records(FOLLOWS) == {}
    with assert_no_changes():
        assert secret.put(f"users/me/follow-requests/{alice.id}").status_code == 404
    assert alice.put(f"users/{secret.id}/follow").json()["relation"]["requested"] is True


def test_who_asks_may_withdraw_by_unfollowing(alice, secret):
    alice.put(f"users/{secret.id}/follow")
    assert alice.delete(f"users/{secret.id}/follow").json()["relation"] == relation(secret.id)
    assert live_records(REQUESTS) == {}
    with assert_no_changes():
        assert alice.delete(f"users/{secret.id}/follow").status_code == 200


def test_only_who_is_asked_may_answer(alice, secret, stranger):
    alice.put(f"users/{secret.id}/follow")
    with assert_no_changes():
        for person in (alice, stranger):
            for other in (alice, secret):
                if other is not person:
                    path = f"users/me/follow-requests/{other.id}"
                    assert person.put(path).status_code == 404
        assert secret.put(f"users/me/follow-requests/{stranger.id}").status_code == 404
        assert secret.put(f"users/me/follow-requests/{'0' * 24}").status_code == 404
        assert secret.delete(f"users/me/follow-requests/{'0' * 24}").status_code == 404
        assert anonymous.put(f"users/me/follow-requests/{alice.id}").status_code == 401
        assert anonymous.get("users/me/follow-requests").status_code == 401


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_block_removes_requests_both_ways(alice, secret, direction):
    alice.patch("users/me/settings", {"is_private": True})
    alice.put(f"users/{secret.id}/follow")
    secret.put(f"users/{alice.id}/follow")
    assert len(live_records(REQUESTS)) == 2
    blocker, blocked = (alice, secret) if direction == "blocks" else (secret, alice)
    blocker.put(f"users/{blocked.id}/block")
    assert live_records(REQUESTS) == {}
    with assert_no_changes():
        assert alice.put(f"users/{secret.id}/follow").status_code == 404
        assert secret.put(f"users/me/follow-requests/{alice.id}").status_code == 404


def test_going_public_accepts_nothing_by_itself(alice, secret):
    alice.put(f"users/{secret.id}/follow")
    with_request = live_records(REQUESTS)
    secret.patch("users/me/settings", {"is_private": False})
    assert live_records(REQUESTS) == with_request
    assert ids(secret, "users/me/follow-requests") == [alice.id]
    answer = alice.put(f"users/{secret.id}/follow")
    assert answer.json()["relation"] == relation(secret.id, following=True)
    assert live_records(REQUESTS) == {}
    assert (counters(alice), counters(secret)) == ((1, 0), (0, 1))


def test_going_private_keeps_the_followers(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    alice.patch("users/me/settings", {"is_private": True})
    assert ids(alice, f"users/{alice.id}/followers") == [bob.id]


def test_ten_requests_and_ten_acceptances_at_once_are_one(alice, secret):
    follow = [lambda: alice.put(f"users/{secret.id}/follow")] * 10
    assert count_statuses(run_concurrently(*follow)) == {200: 10}
    assert [one["type"] for one in alice.received_events()] == ["follow.requested"]
    accept = [lambda: secret.put(f"users/me/follow-requests/{alice.id}")] * 10
    assert count_statuses(run_concurrently(*accept)) == {200: 10}
    assert [one["type"] for one in alice.received_events()] == [
        "follow.requested",
        "follow.created",
    ]
    assert (counters(alice), counters(secret)) == ((1, 0), (0, 1))


def test_a_storm_of_every_verb_leaves_no_drift(alice, secret, flush_all, document):
    path = f"users/me/follow-requests/{alice.id}"
    verbs = [
        lambda: alice.put(f"users/{secret.id}/follow"),
        lambda: secret.put(path),
        lambda: alice.delete(f"users/{secret.id}/follow"),
        lambda: secret.delete(path),
        lambda: secret.put(f"users/{alice.id}/block"),
        lambda: secret.delete(f"users/{alice.id}/block"),
        lambda: secret.delete(f"users/me/followers/{alice.id}"),
    ]
    for turn in range(3):
        run_concurrently(*(verbs[(number + turn) % len(verbs)] for number in range(30)))
        edges = len(live_records(FOLLOWS))
        assert edges + len(live_records(REQUESTS)) + len(live_records("followers.block")) <= 1
        assert (counters(alice), counters(secret)) == ((edges, 0), (0, edges))
        flush_all()
        secret.delete(f"users/{alice.id}/block")
    heard = [
        one["type"]
        for one in alice.received_events()
        if one["type"] in {"follow.created", "follow.deleted"}
    ]
    assert heard == ["follow.created", "follow.deleted"] * (len(heard) // 2) + (
        ["follow.created"] * edges
    )


def test_no_follow_slips_past_an_account_that_goes_private(alice):
    for turn in range(6):
        alice.patch("users/me/settings", {"is_private": False})
        fans = [sign_up(f"fan{turn}x{number}") for number in range(4)]
        follows = [lambda fan=fan: fan.put(f"users/{alice.id}/follow") for fan in fans]
        run_concurrently(*follows, lambda: alice.patch("users/me/settings", {"is_private": True}))
        heard = [
            one["type"] for one in alice.received_events() if one["type"] != "follow.requested"
        ]
        assert heard[-1] == "user.updated"
        assert counters(alice) == (0, len(live_records(FOLLOWS)))


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_request_can_not_slip_past_a_block(alice, secret, direction):
    blocker, blocked = (alice, secret) if direction == "blocks" else (secret, alice)
    for _ in range(12):
        asks = [lambda: alice.put(f"users/{secret.id}/follow")] * 6
        run_concurrently(*asks, lambda: blocker.put(f"users/{blocked.id}/block"))
        assert live_records(REQUESTS) == live_records(FOLLOWS) == {}
        blocker.delete(f"users/{blocked.id}/block")
