"""Blocking, through HTTP."""

import pytest

from followers.models import Block
from mysocial.core.redis import client
from mysocial.store import reads, write
from tests.followers.relations import counters, relation
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous
from users.store import users


def test_a_block_deletes_the_follows_and_only_the_blocker_is_notified(alice, bob, stranger):
    alice.put(f"users/{bob.id}/follow")
    bob.put(f"users/{alice.id}/follow")

    response = alice.put(f"users/{bob.id}/block")

    assert response.status_code == 200
    assert response.json()["relation"] == relation(bob.id, blocking=True)
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))
    assert live_records("followers.follow") == {}
    event = {"type": "block.created", "data": {"user_id": bob.id}}
    assert alice.received_events()[-1] == event
    types = [event["type"] for event in bob.received_events()]
    assert types[2:] == ["follow.deleted", "follow.deleted", "user.hidden"]
    assert bob.received_events(f"self:{alice.id}").count(event) == 0
    assert stranger.received_events(f"self:{alice.id}") == []


def test_an_unblock_restores_visibility(alice, bob):
    post = bob.create_post("Hello")
    alice.put(f"users/{bob.id}/block")
    assert alice.get(f"posts/{post['id']}").status_code == 404
    response = alice.delete(f"users/{bob.id}/block")
    assert response.json()["relation"] == relation(bob.id)
    assert alice.get(f"posts/{post['id']}").status_code == 200
    assert alice.received_events()[-1] == {"type": "block.deleted", "data": {"user_id": bob.id}}


def test_a_block_cannot_be_distinguished_from_an_unknown_account(alice, bob):
    alice.put(f"users/{bob.id}/block")
    report = {"target_type": "user", "reason": "spam"}
    requests = [
        *[(method, f"users/{{}}/{of}") for method in ("PUT", "DELETE") for of in
          ("block", "mute", "follow")],
        *[("GET", f"users/{{}}{of}") for of in ("", "/posts", "/images", "/followers",
                                                "/following", "/reactions")],
        ("DELETE", "users/me/followers/{}"),
        ("PUT", "users/me/follow-requests/{}"),
        ("DELETE", "users/me/follow-requests/{}"),
        ("PUT", "chat/users/{}"),
        ("DELETE", "chat/users/{}"),
        ("GET", "chat/messages/{}"),
    ]  # fmt: skip
    with assert_no_changes():
        for method, path in requests:
            blocked, unknown = (bob.call(method, path.format(pk)) for pk in (alice.id, "0" * 24))
            assert blocked.status_code == unknown.status_code == 404, (method, path)
            assert blocked.content == unknown.content, (method, path)
        for pk in (alice.id, "0" * 24):
            assert bob.post("reports", {**report, "target_id": pk}).status_code == 404
            query = f"users/relationships?id={pk}"
            assert bob.get(query).json()["relationships"] == [relation(pk)]
        assert bob.get("users/me/blocks").json()["users"] == []


def test_your_own_block_can_be_removed_while_the_other_blocks_you(alice, bob):
    with write() as w:  # as two blocks at the same time could before
        w.create(Block(id=f"{bob.id}:{alice.id}", blocker_id=bob.id, blocked_id=alice.id))
    with write() as w:
        w.create(Block(id=f"{alice.id}:{bob.id}", blocker_id=alice.id, blocked_id=bob.id))
    with assert_no_changes():
        assert bob.put(f"users/{alice.id}/block").status_code == 200
    response = bob.delete(f"users/{alice.id}/block")
    assert response.json()["relation"] == relation(alice.id)
    with assert_no_changes():
        assert bob.delete(f"users/{alice.id}/block").status_code == 404
        assert bob.get(f"users/{alice.id}").status_code == 404


def test_the_list_of_blocks_shows_what_was_known_when_each_was_made(alice, bob):
    known = alice.get(f"users/{bob.id}").json()
    alice.put(f"users/{bob.id}/block")
    bob.patch("users/me/settings", {"is_private": True})
    with write() as w:
        w.update(reads.get_record(users, bob.id), avatar_url="https://example.com/new.png")
    (shown,) = alice.get("users/me/blocks").json()["users"]
    assert shown.pop("relation")["blocking"] is True
    card = ("id", "username", "display_name", "avatar_color", "avatar_url", "is_private")
    assert shown == {name: known[name] for name in card}
    alice.delete(f"users/{bob.id}/block")
    alice.put(f"users/{bob.id}/block")
    (shown,) = alice.get("users/me/blocks").json()["users"]
    assert (shown["is_private"], shown["avatar_url"]) == (True, "https://example.com/new.png")


def test_two_members_who_block_each_other_at_once_have_one_block(alice, bob):
    for _ in range(4):
        responses = run_concurrently(
            *[lambda: alice.put(f"users/{bob.id}/block")] * 3,
            *[lambda: bob.put(f"users/{alice.id}/block")] * 3,
        )
        assert count_statuses(responses) == {200: 3, 404: 3}
        assert len(live_records("followers.block")) == 1
        alice.delete(f"users/{bob.id}/block")
        bob.delete(f"users/{alice.id}/block")


def test_repeated_blocks_and_unblocks_change_nothing(alice, bob):
    alice.put(f"users/{bob.id}/block")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/block").status_code == 200
    alice.delete(f"users/{bob.id}/block")
    with assert_no_changes():
        assert alice.delete(f"users/{bob.id}/block").status_code == 200


def test_unblocking_a_followed_member_keeps_the_follow(alice, bob):
    alice.put(f"users/{bob.id}/follow")
    with assert_no_changes():
        response = alice.delete(f"users/{bob.id}/block")
    assert response.json()["relation"] == relation(bob.id, following=True)


def test_blocking_yourself_or_an_unknown_user_is_rejected(alice):
    with assert_no_changes():
        assert alice.put(f"users/{alice.id}/block").status_code == 400
        assert alice.put(f"users/{'0' * 24}/block").status_code == 404
        assert alice.delete(f"users/{'0' * 24}/block").status_code == 404
        assert anonymous.put(f"users/{alice.id}/block").status_code == 401


def test_a_member_who_is_not_in_redis_can_be_blocked(alice, bob, flush_all):
    bob.put(f"users/{alice.id}/follow")
    flush_all()
    client().flushall()
    response = alice.put(f"users/{bob.id}/block")
    assert (response.status_code, response.json()["relation"]["blocking"]) == (200, True)
    assert bob.get(f"users/{alice.id}").status_code == 404
    assert counters(alice) == (0, 0)
    flush_all()
    client().flushall()
    assert bob.get(f"users/{alice.id}").status_code == 404
    assert alice.delete(f"users/{bob.id}/block").status_code == 200
    flush_all()
    client().flushall()
    assert bob.get(f"users/{alice.id}").status_code == 200


def test_concurrent_blocks_and_follows_leave_no_follow_across_a_block(alice, bob):
    def send(number):
        member, other = (alice, bob) if number % 2 else (bob, alice)
        action = ("follow", "block")[number % 3 == 0]
        method = "DELETE" if number % 5 == 0 else "PUT"
        return lambda: member.call(method, f"users/{other.id}/{action}")

    for _ in range(2):
        responses = run_concurrently(*map(send, range(30)))
        assert set(count_statuses(responses)) <= {200, 404}
        follows, blocks = live_records("followers.follow"), live_records("followers.block")
        assert not (follows and blocks)
        assert counters(alice) == (
            f"{alice.id}:{bob.id}" in follows,
            f"{bob.id}:{alice.id}" in follows,
        )
        assert counters(bob) == counters(alice)[::-1]


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_no_follow_survives_a_concurrent_block(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    for _ in range(12):
        follows = [lambda: alice.put(f"users/{bob.id}/follow")] * 6
        run_concurrently(*follows, lambda: blocker.put(f"users/{blocked.id}/block"))
        assert live_records("followers.follow") == {}
        assert counters(alice) == counters(bob) == (0, 0)
        blocker.delete(f"users/{blocked.id}/block")


def test_ten_concurrent_blocks_are_one(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    responses = run_concurrently(*[lambda: alice.put(f"users/{bob.id}/block")] * 10)
    assert count_statuses(responses) == {200: 10}
    assert [event["type"] for event in alice.received_events()] == [
        "follow.created", "follow.deleted", "block.created",
    ]  # fmt: skip
    assert counters(alice) == (0, 0)


def test_a_block_sends_a_hidden_event_to_the_blocked_member(alice, bob, stranger):
    alice.put(f"users/{bob.id}/block")
    hidden = {"type": "user.hidden", "data": {"user_id": alice.id, "what": "all"}}
    assert bob.received_events() == [hidden]
    assert hidden not in [*alice.received_events(), *stranger.received_events("feed")]
    alice.delete(f"users/{bob.id}/block")
    shown = {"type": "user.shown", "data": {"user_id": alice.id, "what": "all"}}
    assert bob.received_events() == [shown]
    assert shown not in [*alice.received_events(), *stranger.received_events("feed")]


def test_the_end_of_one_of_two_mutual_blocks_is_not_disclosed(alice, bob):
    alice.put(f"users/{bob.id}/block")
    with write() as w:  # as two blocks at the same time could before
        w.create(Block(id=f"{bob.id}:{alice.id}", blocker_id=bob.id, blocked_id=alice.id))
    alice.delete(f"users/{bob.id}/block")
    assert [event["type"] for event in bob.received_events()] == ["user.hidden"]
    assert [event["type"] for event in alice.received_events()] == [
        "block.created", "block.deleted",
    ]  # fmt: skip
