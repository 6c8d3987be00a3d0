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


def feed(person):
    return [one["id"] for one in person.get("posts").json()["posts"]]


def heard(person, *topics):
    return [one["type"] for one in person.received_events(*topics)]


def test_the_feed_leaves_out_whom_one_mutes_and_everything_else_shows(alice, bob, stranger):
    before = bob.create_post("Before")
    answer = alice.put(f"users/{bob.id}/mute")
    assert answer.status_code == 200
    assert answer.json() == {"message": "Muted", "relation": relation(bob.id, muting=True)}
    after = bob.create_post("After")
    assert feed(alice) == []
    assert feed(bob) == feed(stranger) == [after["id"], before["id"]]
    listed = alice.get(f"users/{bob.id}/posts").json()["posts"]
    assert [one["id"] for one in listed] == [after["id"], before["id"]]
    assert alice.get(f"posts/{after['id']}").json() == after
    assert alice.received_events("feed") == [{"type": "mute.created", "data": {"user_id": bob.id}}]
    assert heard(stranger, "feed") == ["post.created"] * 2

    assert alice.delete(f"users/{bob.id}/mute").json()["relation"] == relation(bob.id)
    assert feed(alice) == [after["id"], before["id"]]
    assert sorted(heard(alice, "feed")) == sorted(
        ["mute.created", "mute.deleted", *["post.created"] * 2]
    )
    assert alice.received_events()[-1] == {"type": "mute.deleted", "data": {"user_id": bob.id}}


def test_the_muted_one_notices_nothing(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    seen = bob.get(f"users/{alice.id}").content
    news = bob.received_events("feed", f"user:{alice.id}")
    alice.put(f"users/{bob.id}/mute")
    assert bob.received_events("feed", f"user:{alice.id}") == news
    assert bob.get(f"users/{alice.id}").content == seen
    (told,) = bob.get(f"users/relationships?id={alice.id}").json()["relationships"]
    assert told == relation(alice.id, following=True)
    post = alice.create_post()
    assert feed(bob) == [post["id"]]


def test_mutes_are_kept_and_listed_for_the_muter_alone(alice, bob, flush_all, document):
    alice.put(f"users/{bob.id}/mute")
    flush_all()
    assert document(Mute, f"{alice.id}:{bob.id}")["muted_id"] == bob.id
    assert ids(alice, "users/me/mutes") == [bob.id]
    assert ids(bob, "users/me/mutes") == []
    alice.delete(f"users/{bob.id}/mute")
    flush_all()
    assert document(Mute, f"{alice.id}:{bob.id}")["_deleted_at"] is not None
    assert ids(alice, "users/me/mutes") == []


def test_muting_twice_and_muting_nobody_changes_nothing(alice, bob):
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
def test_nobody_mutes_across_a_block(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    with assert_no_changes():
        assert alice.put(f"users/{bob.id}/mute").status_code == 404
        assert alice.delete(f"users/{bob.id}/mute").status_code == 404


def test_ten_mutes_at_once_are_one(alice, bob):
    assert count_statuses(run_concurrently(*[lambda: alice.put(f"users/{bob.id}/mute")] * 10)) == {
        200: 10
    }
    assert list(live_records("followers.mute")) == [f"{alice.id}:{bob.id}"]


def test_a_page_of_the_feed_is_full_though_somebody_is_muted(alice, bob):
    carol = sign_up("carol")
    alice.put(f"users/{bob.id}/mute")
    kept = [one.create_post() for _ in range(3) for one in (bob, carol)][1::2]
    first = alice.get("posts?limit=2").json()
    assert [one["id"] for one in first["posts"]] == [kept[2]["id"], kept[1]["id"]]
    second = alice.get(f"posts?limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in second["posts"]] == [kept[0]["id"]]
    assert second["next"] is None
