"""Bookmarks of posts."""

import time

import pytest

from accounts.services import erase_account
from mysocial.core.redis import client
from posts.models import WITHHELD, Bookmark
from posts.services import restore_post, withhold_post
from tests.comments.test_concurrent_privacy import LOSSES, create_post
from tests.support.concurrency import (
    assert_no_changes,
    count_script_calls,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import logged_events

LABEL = "posts.bookmark"


def bookmarked_ids(person, query=""):
    """Return the ids of the posts in a person's list of bookmarks."""
    return [post["id"] for post in person.get(f"users/me/bookmarks{query}").json()["posts"]]


def bookmark(person, *posts):
    for post in posts:
        assert person.put(f"posts/{post['id']}/bookmark").status_code == 200
        time.sleep(0.002)  # the order is that of the milliseconds


@pytest.fixture
def post(alice):
    return alice.create_post("Worth keeping.")


def test_bookmarks_are_listed_newest_first(alice, bob, post):
    second, third = alice.create_post("Second"), bob.create_post("Third", privacy="private")
    bookmark(bob, third, post, second)
    assert bookmarked_ids(bob) == [second["id"], post["id"], third["id"]]
    assert bob.get("users/me/bookmarks").json()["posts"][1] == bob.get(f"posts/{post['id']}").json()
    first_page = bob.get("users/me/bookmarks?limit=2").json()
    assert [shown["id"] for shown in first_page["posts"]] == [second["id"], post["id"]]
    assert bookmarked_ids(bob, f"?limit=2&cursor={first_page['next']}") == [third["id"]]


def test_a_bookmark_is_known_to_its_member_only(alice, bob, stranger, post):
    bookmark(bob, post)
    event = {"type": "bookmark.created", "data": {"post_id": post["id"]}}
    assert [event for event in bob.received_events() if event["type"] == "bookmark.created"] == [
        event
    ]
    topics = ("feed", f"post:{post['id']}", f"user:{alice.id}", f"user:{bob.id}")
    for person in (alice, stranger):
        types = {event["type"] for event in person.received_events(*topics)}
        assert not types & {"bookmark.created", "bookmark.deleted"}
        assert bookmarked_ids(person) == []
        assert person.get(f"posts/{post['id']}").json()["viewer"]["bookmarked"] is False
    assert alice.get("notifications").json()["notifications"] == []
    assert bob.get(f"posts/{post['id']}").json()["viewer"]["bookmarked"] is True


def test_a_repetition_changes_nothing(bob, post):
    bookmark(bob, post)
    for method in ("put", "delete", "delete"):
        response = getattr(bob, method)(f"posts/{post['id']}/bookmark")
        assert response.status_code == 200
    types = [event["type"] for event in logged_events()]
    assert types == ["post.created", "bookmark.created", "bookmark.deleted"]
    assert bookmarked_ids(bob) == []
    # A new bookmark is the newest again.
    bookmark(bob, post)
    assert bookmarked_ids(bob) == [post["id"]]


def test_a_post_that_is_not_visible_cannot_be_bookmarked(alice, bob, post):
    hidden = alice.create_post("A note to myself.", privacy="private")
    missing = "0" * 24
    with assert_no_changes():
        for pk in (hidden["id"], missing):
            assert bob.put(f"posts/{pk}/bookmark").status_code == 404
            assert bob.delete(f"posts/{pk}/bookmark").status_code == 200
        assert bob.put(f"posts/{post['id']}/bookmark", {"note": "x"}).status_code == 400
        assert bob.put("posts/nothing/bookmark").status_code == 404


def test_a_bookmark_is_hidden_with_its_post_and_shown_again(alice, bob, post):
    other = bob.create_post("Own")
    bookmark(bob, post, other)

    def is_listed():
        ids = bookmarked_ids(bob)
        assert set(ids) - {post["id"]} == {other["id"]}
        return post["id"] in ids

    assert is_listed()
    for hide, show in (
        (lambda: alice.patch(f"posts/{post['id']}", {"privacy": "private"}),
         lambda: alice.patch(f"posts/{post['id']}", {"privacy": "public"})),
        (lambda: alice.put(f"users/{bob.id}/block"),
         lambda: alice.delete(f"users/{bob.id}/block")),
        (lambda: alice.patch("users/me/settings", {"is_private": True}),
         lambda: alice.patch("users/me/settings", {"is_private": False})),
        (lambda: withhold_post(post_id=post["id"]), lambda: restore_post(post_id=post["id"])),
    ):  # fmt: skip
        hide()
        assert not is_listed()
        show()
        assert is_listed()
    # A mute hides posts from feeds, not from the member's own list.
    bob.put(f"users/{alice.id}/mute")
    assert is_listed()


def test_the_bookmark_of_a_hidden_post_can_be_removed(alice, bob, post):
    bookmark(bob, post)
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert bob.delete(f"posts/{post['id']}/bookmark").status_code == 200
    alice.patch(f"posts/{post['id']}", {"privacy": "public"})
    assert bookmarked_ids(bob) == []


def test_a_page_of_bookmarks_is_filled_past_hidden_posts(alice, bob):
    posts = [alice.create_post(str(number)) for number in range(30)]
    bookmark(bob, *posts)
    for hidden in posts[2:]:
        alice.patch(f"posts/{hidden['id']}", {"privacy": "private"})
    assert bookmarked_ids(bob, "?limit=2") == [posts[1]["id"], posts[0]["id"]]


def test_concurrent_bookmarks_are_one_bookmark_with_one_event(bob, stranger, post):
    path = f"posts/{post['id']}/bookmark"
    people = [bob] * 8 + [stranger] * 8
    responses = run_concurrently(*(lambda p=person: p.put(path) for person in people))
    assert count_statuses(responses) == {200: 16}
    assert sorted(live_records(LABEL)) == sorted(f"{p.id}:{post['id']}" for p in (bob, stranger))
    types = [event["type"] for event in logged_events()]
    assert types.count("bookmark.created") == 2
    responses = run_concurrently(*(lambda p=person: p.delete(path) for person in people))
    assert count_statuses(responses) == {200: 16}
    assert live_records(LABEL) == {}
    types = [event["type"] for event in logged_events()]
    assert types.count("bookmark.deleted") == 2


@pytest.mark.parametrize("loss", LOSSES)
def test_a_post_that_is_hidden_meanwhile_is_not_bookmarked(alice, bob, before_writes, loss):
    post = create_post(alice, bob, loss)
    before_writes(lambda: LOSSES[loss](alice, post, bob))
    assert bob.put(f"posts/{post['id']}/bookmark").status_code == 404
    assert live_records(LABEL) == {}
    assert "bookmark.created" not in {event["type"] for event in logged_events()}


def test_a_repeated_request_gets_the_stored_response(bob, post):
    key = {"Idempotency-Key": "keep it"}
    first = bob.put(f"posts/{post['id']}/bookmark", **key)
    bob.delete(f"posts/{post['id']}/bookmark")
    again = bob.put(f"posts/{post['id']}/bookmark", **key)
    assert (again.status_code, again.content) == (200, first.content)
    assert bookmarked_ids(bob) == []


def test_bookmarks_are_deleted_with_their_post(alice, bob, flush_all, run_cascades, document):
    post = alice.create_post("Worth keeping.")
    bookmark(bob, post)
    flush_all()
    pk = f"{bob.id}:{post['id']}"
    assert document(Bookmark, pk)["post_id"] == post["id"]
    alice.delete(f"posts/{post['id']}")
    assert bookmarked_ids(bob) == []
    run_cascades()
    flush_all()
    assert document(Bookmark, pk)["_deleted_at"]


def test_bookmarks_are_deleted_with_their_member(bob, post, run_cascades):
    bookmark(bob, post)
    erase_account(account_id=bob.id)
    run_cascades()
    assert live_records(LABEL) == {}


def test_bookmarks_that_only_mongodb_has_are_shown(alice, bob, post, flush_all):
    bookmark(bob, post)
    second = alice.create_post("Second")
    flush_all()
    client().delete(f"{LABEL}:{bob.id}:{post['id']}")
    assert [p["viewer"]["bookmarked"] for p in bob.get("posts").json()["posts"]] == [False, True]
    client().flushall()
    assert [p["viewer"]["bookmarked"] for p in bob.get("posts").json()["posts"]] == [False, True]
    assert bookmarked_ids(bob) == [post["id"]]
    assert bob.get(f"posts/{second['id']}").json()["viewer"]["bookmarked"] is False


def test_a_member_with_more_bookmarks_than_redis_lists_sees_all_of_them(
    alice, bob, post, flush_all
):
    """Below the floor of the list, the record itself decides."""
    other = alice.create_post("Not bookmarked")
    bookmark(bob, post)
    flush_all()
    key = f"{LABEL}/user:{bob.id}"
    score = client().zscore(key, f"{bob.id}:{post['id']}")
    assert client().zrem(key, f"{bob.id}:{post['id']}") == 1
    client().zadd(key, {"~": score})
    for _ in range(2):
        shown = bob.get("posts").json()["posts"]
        assert [p["viewer"]["bookmarked"] for p in shown] == [False, True]
    # The complete list of the other post proves that there is no bookmark of it.
    assert count_script_calls(lambda: bob.get(f"posts/{other['id']}")) == 1


def test_a_withheld_post_keeps_its_bookmarks(bob, post, run_cascades):
    bookmark(bob, post)
    assert withhold_post(post_id=post["id"]).privacy == WITHHELD
    run_cascades()
    assert list(live_records(LABEL)) == [f"{bob.id}:{post['id']}"]
    assert list(live_records("posts.post")) == [post["id"]]
