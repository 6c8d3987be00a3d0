"""Muting, through HTTP."""

import pytest

from followers.models import Mute
from tests.followers.relations import ids, relation
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous, sign_up
from tests.support.shared_objects import shared


def feed(person):
    return [post["id"] for post in person.get("posts").json()["posts"]]


def event_types(person, *topics):
    return [event["type"] for event in person.received_events(*topics)]


def test_muted_authors_are_missing_in_the_feed_only(alice, bob, stranger):
    before = bob.create_post("Before")
    response = alice.put(f"users/{bob.id}/mute")
    assert response.status_code == 200
    assert response.json() == {"message": "Muted", "relation": relation(bob.id, muting=True)}
    after = bob.create_post("After")
    assert feed(alice) == []
    assert feed(bob) == feed(stranger) == [after["id"], before["id"]]
    listed = alice.get(f"users/{bob.id}/posts").json()["posts"]
    assert [post["id"] for post in listed] == [after["id"], before["id"]]
    assert shared(alice.get(f"posts/{after['id']}").json()) == after
    assert alice.received_events("feed") == [{"type": "mute.created", "data": {"user_id": bob.id}}]
    assert event_types(stranger, "feed") == ["post.created"] * 2

    assert alice.delete(f"users/{bob.id}/mute").json()["relation"] == relation(bob.id)
    assert feed(alice) == [after["id"], before["id"]]
    assert sorted(event_types(alice, "feed")) == sorted(
        ["mute.created", "mute.deleted", *["post.created"] * 2]
    )
    assert alice.received_events()[-1] == {"type": "mute.deleted", "data": {"user_id": bob.id}}


def test_a_muted_member_is_not_informed(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    profile = bob.get(f"users/{alice.id}").content
    events = bob.received_events("feed", f"user:{alice.id}")
    alice.put(f"users/{bob.id}/mute")
    assert bob.received_events("feed", f"user:{alice.id}") == events
    assert bob.get(f"users/{alice.id}").content == profile
    (relationship,) = bob.get(f"users/relationships?id={alice.id}").json()["relationships"]
    assert relationship == relation(alice.id, following=True)
    post = alice.create_post()
    assert feed(bob) == [post["id"]]


def test_mutes_are_stored_and_listed_for_the_muter_only(alice, bob, flush_all, document):
    alice.put(f"users/{bob.id}/mute")
    flush_all()
    assert document(Mute, f"{alice.id}:{bob.id}")["muted_id"] == bob.id
    assert ids(alice, "users/me/mutes") == [bob.id]
    assert ids(bob, "users/me/mutes") == []
    alice.delete(f"users/{bob.id}/mute")
    flush_all()
    assert document(Mute, f"{alice.id}:{bob.id}")["_deleted_at"] is not None
    assert ids(alice, "users/me/mutes") == []


def test_repeated_and_invalid_mutes_change_nothing(alice, bob):
    with assert_no_changes():
        assert alice.delete(f"users/{bob.id}/mute").status_code == 200
        assert alice.put(f"users/{alice.id}/mute").status_code == 400
        assert alice.put(f"users/{'0' * 24}/mute").status_code == 404
        assert alice.put(f"users/{bob.id}/mute", {"x": 1}).status_code == 400
        assert anonymous.put(f"users/{bob.id}/mute").status_code == 401
    alice.put(f"users/{bob.id}/mute")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/mute").status_code == 200


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_blocked_member_cannot_be_muted(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/mute").status_code == 404
        assert alice.delete(f"users/{bob.id}/mute").status_code == 404


def test_ten_concurrent_mutes_are_one(alice, bob):
    assert count_statuses(run_concurrently(*[lambda: alice.put(f"users/{bob.id}/mute")] * 10)) == {
        200: 10
    }
    assert list(live_records("followers.mute")) == [f"{alice.id}:{bob.id}"]


def test_a_page_of_the_feed_is_full_despite_muted_authors(alice, bob):
    carol = sign_up("carol")
    alice.put(f"users/{bob.id}/mute")
    visible = [author.create_post() for _ in range(3) for author in (bob, carol)][1::2]
    first = alice.get("posts?limit=2").json()
    assert [post["id"] for post in first["posts"]] == [visible[2]["id"], visible[1]["id"]]
    second = alice.get(f"posts?limit=2&cursor={first['next']}").json()
    assert [post["id"] for post in second["posts"]] == [visible[0]["id"]]
    assert second["next"] is None
