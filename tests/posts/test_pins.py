"""Pinned posts."""

import time

import pytest

from mysocial.core import mongo
from mysocial.core.errors import FOREVER_MS
from mysocial.core.redis import client
from posts.models import Post
from posts.services import restore_post, withhold_post
from posts.services.pins import MAX_PINNED_POSTS
from tests.moderation.staff import take_action
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import logged_events
from users.models import User
from users.selectors import get_user


def pinned_ids(viewer, author):
    """Return the ids of the author's pinned posts that a viewer sees."""
    return [post["id"] for post in viewer.get(f"users/{author.id}/pinned").json()["posts"]]


def pin(person, *posts):
    for post in posts:
        assert person.put(f"posts/{post['id']}/pin").status_code == 200
        time.sleep(0.002)  # the order is that of the milliseconds


@pytest.fixture
def written(alice):
    return [alice.create_post(str(number)) for number in range(MAX_PINNED_POSTS + 2)]


def test_the_last_pinned_post_is_first(alice, bob, written):
    first, second, third, *_ = written
    pin(alice, second, first, third)
    assert pinned_ids(bob, alice) == [third["id"], first["id"], second["id"]]
    pin(alice, second)  # moves to the first place
    assert pinned_ids(bob, alice) == [second["id"], third["id"], first["id"]]
    shown = bob.get(f"users/{alice.id}/pinned").json()["posts"][0]
    assert shown == bob.get(f"posts/{second['id']}").json()
    assert shown["pinned_at"] > shown["created_at"]
    assert alice.delete(f"posts/{third['id']}/pin").status_code == 200
    assert pinned_ids(bob, alice) == [second["id"], first["id"]]
    # The other lists keep their order.
    listed = [post["id"] for post in bob.get(f"users/{alice.id}/posts").json()["posts"]]
    assert listed == [post["id"] for post in reversed(written)]


def test_a_pin_is_announced_as_an_update_that_is_no_edit(alice, bob, written):
    response = alice.put(f"posts/{written[0]['id']}/pin").json()
    assert (response["message"], response["post"]["edited_at"]) == ("Post pinned", None)
    event = bob.received_events(f"post:{written[0]['id']}")[-1]
    assert event["type"] == "post.updated"
    assert event["data"] == {k: v for k, v in response["post"].items() if k != "viewer"}
    assert alice.get(f"posts/{written[0]['id']}/versions").json()["versions"] == []
    unpinned = alice.delete(f"posts/{written[0]['id']}/pin").json()
    assert (unpinned["message"], unpinned["post"]["pinned_at"]) == ("Post unpinned", None)
    assert unpinned["post"] == alice.get(f"posts/{written[0]['id']}").json()


def test_a_post_that_is_not_pinned_is_not_unpinned(alice, written):
    with assert_no_changes():
        response = alice.delete(f"posts/{written[0]['id']}/pin")
        assert (response.status_code, response.json()["post"]["pinned_at"]) == (200, None)


def test_only_the_author_pins_a_post(alice, bob, written):
    private = alice.create_post("Mine", privacy="private")
    with assert_no_changes():
        for method in ("put", "delete"):
            assert getattr(bob, method)(f"posts/{written[0]['id']}/pin").status_code == 403
            assert getattr(bob, method)(f"posts/{private['id']}/pin").status_code == 404
        assert alice.put(f"posts/{written[0]['id']}/pin", {"position": 1}).status_code == 400


def test_a_silenced_member_cannot_pin_but_unpin(alice, written):
    pin(alice, written[0])
    take_action(alice, "silence", until_ms=FOREVER_MS)
    assert alice.put(f"posts/{written[1]['id']}/pin").status_code == 403
    assert alice.delete(f"posts/{written[0]['id']}/pin").status_code == 200


def test_a_sixth_post_is_refused_until_another_one_is_unpinned_or_deleted(alice, written):
    pin(alice, *written[:MAX_PINNED_POSTS])
    sixth = f"posts/{written[MAX_PINNED_POSTS]['id']}/pin"
    with assert_no_changes():
        response = alice.put(sixth)
        assert response.status_code == 409
        assert response.json()["detail"] == "You can pin 5 posts. Unpin another one first."
    pin(alice, written[0])  # a pinned one can still move
    alice.delete(f"posts/{written[0]['id']}/pin")
    assert alice.put(sixth).status_code == 200
    alice.delete(f"posts/{written[1]['id']}")
    pin(alice, written[-1])
    assert pinned_ids(alice, alice) == [
        post["id"] for post in (*reversed(written[MAX_PINNED_POSTS:]), *written[4:1:-1])
    ]


def test_each_viewer_sees_the_pinned_posts_that_they_may_see(alice, bob, stranger, written):
    private = alice.create_post("Mine", privacy="private")
    for_followers = alice.create_post("Ours", privacy="followers")
    bob.put(f"users/{alice.id}/follow")
    pin(alice, private, for_followers, written[0])
    everything = [written[0]["id"], for_followers["id"], private["id"]]
    assert pinned_ids(alice, alice) == everything
    assert pinned_ids(bob, alice) == everything[:2]
    assert pinned_ids(stranger, alice) == everything[:1]
    alice.patch(f"posts/{written[0]['id']}", {"privacy": "private"})
    assert pinned_ids(stranger, alice) == []
    alice.patch(f"posts/{written[0]['id']}", {"privacy": "public"})
    assert pinned_ids(stranger, alice) == everything[:1]
    withhold_post(post_id=written[0]["id"])
    assert pinned_ids(alice, alice) == everything[1:]
    restore_post(post_id=written[0]["id"])
    assert pinned_ids(alice, alice) == everything
    alice.put(f"users/{stranger.id}/block")
    assert stranger.get(f"users/{alice.id}/pinned").status_code == 404


def test_concurrent_pins_never_exceed_the_limit(alice, written):
    pin(alice, *written[: MAX_PINNED_POSTS - 1])
    rest = [f"posts/{post['id']}/pin" for post in written[MAX_PINNED_POSTS - 1 :]]
    responses = run_concurrently(*(lambda p=path: alice.put(p) for path in rest))
    assert count_statuses(responses) == {200: 1, 409: len(rest) - 1}
    assert len(pinned_ids(alice, alice)) == MAX_PINNED_POSTS
    assert get_user(alice.id).pinned_posts_count == MAX_PINNED_POSTS


def test_concurrent_pins_and_deletions_keep_the_count_right(alice, written, flush_all, document):
    paths = [f"posts/{post['id']}" for post in written[:4]]
    calls = [
        call
        for path in paths
        for call in (
            lambda p=path: alice.put(f"{p}/pin"),
            lambda p=path: alice.delete(f"{p}/pin"),
            lambda p=path: alice.put(f"{p}/pin"),
        )
    ]
    responses = run_concurrently(*calls, lambda: alice.delete(paths[0]))
    assert set(count_statuses(responses)) <= {200, 404}
    ids = pinned_ids(alice, alice)
    assert get_user(alice.id).pinned_posts_count == len(ids)
    flush_all()
    assert sorted(row["_id"] for row in mongo.find(Post, {"is_pinned": {"$eq": True}})) == sorted(
        ids
    )
    assert document(User, alice.id)["pinned_posts_count"] == len(ids)


def test_a_repeated_request_pins_once(alice, written):
    path, key = f"posts/{written[0]['id']}/pin", {"Idempotency-Key": "pin it"}
    first = alice.put(path, **key)
    alice.delete(path)
    assert alice.put(path, **key).content == first.content
    assert pinned_ids(alice, alice) == []
    assert [event["type"] for event in logged_events()].count("post.updated") == 2


def test_pinned_posts_are_read_from_mongodb_after_a_loss_of_the_cache(
    alice, bob, written, flush_all
):
    pin(alice, written[2], written[0])
    expected = pinned_ids(bob, alice)
    flush_all()
    client().flushall()
    assert pinned_ids(bob, alice) == expected
    pin(alice, written[1])
    assert pinned_ids(bob, alice) == [written[1]["id"], *expected]
