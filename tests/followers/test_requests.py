"""Requests to follow a private account, through HTTP."""

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
def private() -> Person:
    person = sign_up("secret")
    assert person.patch("users/me/settings", {"is_private": True}).status_code == 200
    return person


def test_a_follow_request_is_sent_to_both_members(alice, private, stranger, flush_all, document):
    post = private.create_post()
    response = alice.put(f"users/{private.id}/follow")
    assert response.status_code == 200
    assert response.json() == {
        "message": "Follow requested",
        "relation": relation(private.id, requested=True),
    }
    event = {
        "type": "follow.requested",
        "data": {"follower_id": alice.id, "followee_id": private.id},
    }
    assert alice.received_events() == [event]
    assert private.received_events()[-1] == event
    assert event not in stranger.received_events(f"self:{alice.id}", f"self:{private.id}")
    assert (counters(alice), counters(private)) == ((0, 0), (0, 0))
    assert alice.get(f"posts/{post['id']}").status_code == 404
    for _ in range(2):
        (requester,) = people(private, "users/me/follow-requests")
        assert (requester["id"], requester["relation"]) == (alice.id, relation(alice.id))
        assert ids(alice, "users/me/follow-requests") == []
        flush_all()
    assert document(FollowRequest, f"{alice.id}:{private.id}")["target_id"] == private.id
    with assert_no_changes():
        assert alice.put(f"users/{private.id}/follow").json() == response.json()


def test_an_accepted_request_becomes_a_follow(alice, private, flush_all, document):
    post = private.create_post()
    alice.put(f"users/{private.id}/follow")
    path = f"users/me/follow-requests/{alice.id}"
    response = private.put(path)
    assert response.status_code == 200
    assert response.json() == {
        "message": "Request accepted",
        "relation": relation(alice.id, followed_by=True),
    }
    assert (counters(alice), counters(private)) == ((1, 0), (0, 1))
    assert alice.get(f"posts/{post['id']}").status_code == 200
    created = {
        "type": "follow.created",
        "data": {"follower_id": alice.id, "followee_id": private.id},
    }
    assert alice.received_events()[-1] == private.received_events()[-1] == created
    assert ids(private, "users/me/follow-requests") == []
    with assert_no_changes():
        assert private.put(path).status_code == 200
        assert private.delete(path).status_code == 200
    flush_all()
    assert document(FollowRequest, f"{alice.id}:{private.id}")["_deleted_at"] is not None


def test_a_declined_request_can_be_made_again(alice, private):
    alice.put(f"users/{private.id}/follow")
    response = private.delete(f"users/me/follow-requests/{alice.id}")
    assert response.json() == {"message": "Request declined", "relation": relation(alice.id)}
    assert live_records(REQUESTS) == live_records(FOLLOWS) == {}
    with assert_no_changes():
        assert private.put(f"users/me/follow-requests/{alice.id}").status_code == 404
    assert alice.put(f"users/{private.id}/follow").json()["relation"]["requested"] is True


def test_a_request_is_withdrawn_by_unfollowing(alice, private):
    alice.put(f"users/{private.id}/follow")
    assert alice.delete(f"users/{private.id}/follow").json()["relation"] == relation(private.id)
    assert live_records(REQUESTS) == {}
    with assert_no_changes():
        assert alice.delete(f"users/{private.id}/follow").status_code == 200


def test_only_the_target_decides_on_a_request(alice, private, stranger):
    alice.put(f"users/{private.id}/follow")
    with assert_no_changes():
        for person in (alice, stranger):
            for other in (alice, private):
                if other is not person:
                    path = f"users/me/follow-requests/{other.id}"
                    assert person.put(path).status_code == 404
        assert private.put(f"users/me/follow-requests/{stranger.id}").status_code == 404
        assert private.put(f"users/me/follow-requests/{'0' * 24}").status_code == 404
        assert private.delete(f"users/me/follow-requests/{'0' * 24}").status_code == 404
        assert anonymous.put(f"users/me/follow-requests/{alice.id}").status_code == 401
        assert anonymous.get("users/me/follow-requests").status_code == 401


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_block_deletes_the_requests_of_both(alice, private, direction):
    alice.patch("users/me/settings", {"is_private": True})
    alice.put(f"users/{private.id}/follow")
    private.put(f"users/{alice.id}/follow")
    assert len(live_records(REQUESTS)) == 2
    blocker, blocked = (alice, private) if direction == "blocks" else (private, alice)
    blocker.put(f"users/{blocked.id}/block")
    assert live_records(REQUESTS) == {}
    with assert_no_changes():
        assert alice.put(f"users/{private.id}/follow").status_code == 404
        assert private.put(f"users/me/follow-requests/{alice.id}").status_code == 404


def test_making_an_account_public_keeps_the_requests_on_demand(alice, private):
    alice.put(f"users/{private.id}/follow")
    with_request = live_records(REQUESTS)
    private.patch("users/me/settings", {"is_private": False, "pending_requests": "keep"})
    assert live_records(REQUESTS) == with_request
    assert ids(private, "users/me/follow-requests") == [alice.id]
    response = alice.put(f"users/{private.id}/follow")
    assert response.json()["relation"] == relation(private.id, following=True)
    assert live_records(REQUESTS) == {}
    assert (counters(alice), counters(private)) == ((1, 0), (0, 1))


def test_making_an_account_private_keeps_the_followers(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    alice.patch("users/me/settings", {"is_private": True})
    assert ids(alice, f"users/{alice.id}/followers") == [bob.id]


def test_concurrent_requests_and_acceptances_are_one(alice, private):
    follow = [lambda: alice.put(f"users/{private.id}/follow")] * 10
    assert count_statuses(run_concurrently(*follow)) == {200: 10}
    assert [event["type"] for event in alice.received_events()] == ["follow.requested"]
    accept = [lambda: private.put(f"users/me/follow-requests/{alice.id}")] * 10
    assert count_statuses(run_concurrently(*accept)) == {200: 10}
    assert [event["type"] for event in alice.received_events()] == [
        "follow.requested",
        "follow.created",
    ]
    assert (counters(alice), counters(private)) == ((1, 0), (0, 1))


def test_concurrent_actions_of_all_kinds_keep_counters_exact(alice, private, flush_all, document):
    path = f"users/me/follow-requests/{alice.id}"
    actions = [
        lambda: alice.put(f"users/{private.id}/follow"),
        lambda: private.put(path),
        lambda: alice.delete(f"users/{private.id}/follow"),
        lambda: private.delete(path),
        lambda: private.put(f"users/{alice.id}/block"),
        lambda: private.delete(f"users/{alice.id}/block"),
        lambda: private.delete(f"users/me/followers/{alice.id}"),
    ]
    for turn in range(3):
        run_concurrently(*(actions[(number + turn) % len(actions)] for number in range(30)))
        edges = len(live_records(FOLLOWS))
        assert edges + len(live_records(REQUESTS)) + len(live_records("followers.block")) <= 1
        assert (counters(alice), counters(private)) == ((edges, 0), (0, edges))
        flush_all()
        private.delete(f"users/{alice.id}/block")
    types = [
        event["type"]
        for event in alice.received_events()
        if event["type"] in {"follow.created", "follow.deleted"}
    ]
    assert types == ["follow.created", "follow.deleted"] * (len(types) // 2) + (
        ["follow.created"] * edges
    )


def test_no_direct_follow_is_created_after_an_account_becomes_private(alice):
    for turn in range(6):
        alice.patch("users/me/settings", {"is_private": False})
        fans = [sign_up(f"fan{turn}x{number}") for number in range(4)]
        follows = [lambda fan=fan: fan.put(f"users/{alice.id}/follow") for fan in fans]
        run_concurrently(*follows, lambda: alice.patch("users/me/settings", {"is_private": True}))
        types = [
            event["type"]
            for event in alice.received_events()
            if event["type"] != "follow.requested"
        ]
        assert types[-1] == "user.updated"
        assert counters(alice) == (0, len(live_records(FOLLOWS)))


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_no_request_survives_a_concurrent_block(alice, private, direction):
    blocker, blocked = (alice, private) if direction == "blocks" else (private, alice)
    for _ in range(12):
        asks = [lambda: alice.put(f"users/{private.id}/follow")] * 6
        run_concurrently(*asks, lambda: blocker.put(f"users/{blocked.id}/block"))
        assert live_records(REQUESTS) == live_records(FOLLOWS) == {}
        blocker.delete(f"users/{blocked.id}/block")
