"""Mentions in a text, and the notifications about them."""

import pytest

from notifications.selectors import describe_text
from tests.notifications.notification_checks import (
    create_comment,
    follow,
    list_notifications,
    notification_types,
    set_channels,
    unread_count,
)
from tests.support.concurrency import assert_no_changes, mongod_paused, run_concurrently
from tests.support.people import sign_up


@pytest.mark.parametrize(
    "text",
    ["@bob", "@BOB!", "Dear @Bob, hello", "(@bob)", "@bob@bob @bob", "@bob.", "...,@bob\n@nobody"],
)
def test_a_mention_in_any_case_notifies_once(alice, bob, text):
    post = alice.create_post(text)
    assert [
        (notification["type"], notification["entity_id"], notification["post_id"])
        for notification in list_notifications(bob)
    ] == [("mention", post["id"], post["id"])]
    assert unread_count(bob) == 1


@pytest.mark.parametrize("text", ["bob", "@bobby", "x@bob", "me@bob.com", "a.@bob", "@bob_"])
def test_a_text_without_a_mention_sends_no_notification(alice, bob, text):
    alice.create_post(text)
    assert list_notifications(bob) == []


def test_at_most_ten_members_are_notified(alice):
    people = [sign_up(f"guest{number:02}") for number in range(11)]
    alice.create_post(
        "Welcome " + " ".join(f"@{person.username} @{person.username}" for person in people)
    )
    assert [len(list_notifications(person)) for person in people] == [1] * 10 + [0]


def test_only_members_who_may_see_the_post_are_notified(alice, bob, stranger):
    follow(bob, alice)
    alice.create_post("@bob @stranger", privacy="private")
    assert list_notifications(bob) == list_notifications(stranger) == []
    alice.create_post("@bob @stranger", privacy="followers")
    assert (notification_types(bob), notification_types(stranger)) == (["mention"], [])
    alice.create_post("@bob @stranger")
    assert (notification_types(bob), notification_types(stranger)) == (["mention"] * 2, ["mention"])


def test_only_members_who_may_see_the_comment_are_notified(alice, bob, stranger):
    follow(bob, alice)
    alice.delete(f"notifications/{list_notifications(alice)[0]['id']}")
    post = alice.create_post(privacy="followers")
    create_comment(bob, post, "@alice, look! @stranger")
    assert notification_types(alice) == ["comment"]
    assert list_notifications(stranger) == []
    public = alice.create_post()
    bob.put(f"users/{stranger.id}/block")
    create_comment(bob, public, "@stranger")
    assert list_notifications(stranger) == []
    create_comment(stranger, public, "@bob @alice")
    assert list_notifications(bob) == []
    assert notification_types(alice) == ["comment", "comment", "comment"]


def test_an_edit_notifies_new_mentions_and_retracts_removed_ones(alice, bob, stranger):
    post = alice.create_post("@bob and @stranger")
    path = f"posts/{post['id']}"
    first = list_notifications(bob)
    alice.patch(path, {"text": "@BOB and @stranger, again"})
    assert list_notifications(bob) == first
    alice.patch(path, {"text": "@bob and others"})
    assert (list_notifications(bob), list_notifications(stranger)) == (first, [])
    assert unread_count(stranger) == 0
    assert [event["type"] for event in stranger.notification_events()] == [
        "notification.created",
        "notification.deleted",
    ]
    alice.patch(path, {"text": "@stranger"})
    assert (list_notifications(bob), notification_types(stranger)) == ([], ["mention"])
    alice.patch(path, {"feelings": "happy"})
    assert (list_notifications(bob), notification_types(stranger)) == ([], ["mention"])
    alice.delete(path)
    assert list_notifications(stranger) == []


def test_an_edit_of_a_comment_notifies_and_retracts_too(alice, bob, stranger, moderator):
    comment = create_comment(bob, alice.create_post(), "@alice @stranger")
    path = f"comments/{comment['id']}"
    assert (notification_types(alice), notification_types(stranger)) == (["comment"], ["mention"])
    bob.patch(path, {"text": "Nobody."})
    assert (notification_types(alice), notification_types(stranger)) == (["comment"], [])
    bob.patch(path, {"text": "@alice @stranger"})
    assert (notification_types(alice), notification_types(stranger)) == (["comment"], ["mention"])
    url = f"/admin/comments/comment/{comment['id']}/change/"
    assert list_notifications(stranger)[0]["entity_id"] == comment["id"]
    bob.delete(path)
    assert list_notifications(alice) == list_notifications(stranger) == []
    assert unread_count(alice) == unread_count(stranger) == 0
    assert moderator.get(url).status_code == 302


def test_concurrent_edits_leave_exactly_the_mentioned_members_notified(alice, bob, stranger):
    post = alice.create_post("Hello")
    texts = ["@bob", "@stranger", "@bob @stranger", "nobody"]
    for _ in range(3):
        run_concurrently(
            *[lambda t=t: alice.patch(f"posts/{post['id']}", {"text": t}) for t in texts]
        )
        text = alice.get(f"posts/{post['id']}").json()["text"]
        assert len(list_notifications(bob)) == text.count("@bob") == unread_count(bob)
        assert (
            len(list_notifications(stranger)) == text.count("@stranger") == unread_count(stranger)
        )


def test_a_mention_of_a_cached_member_notifies_without_mongodb(alice, bob):
    post = alice.create_post()
    with mongod_paused():
        alice.create_post("Hello @bob")
        create_comment(alice, post, "Hello @bob")
        assert notification_types(bob) == ["mention"] * 2
        assert unread_count(bob) == 2
        with assert_no_changes():
            response = alice.post("posts", {"text": "Hello @nobody"})
            assert response.status_code == 503


def test_a_comment_that_is_edited_and_deleted_concurrently_leaves_no_notification(
    alice, bob, stranger
):
    post = alice.create_post()
    for _ in range(6):
        path = f"comments/{create_comment(bob, post)['id']}"
        run_concurrently(
            lambda path=path: bob.patch(path, {"text": "@stranger"}),
            lambda path=path: bob.patch(path, {"text": "@stranger @alice"}),
            lambda path=path: bob.delete(path),
        )
        assert bob.get(path).status_code == 404
        assert list_notifications(alice) == list_notifications(stranger) == []
        assert unread_count(alice) == unread_count(stranger) == 0


def test_mentions_can_be_switched_off(alice, bob):
    set_channels(bob, "mention", in_app=False)
    alice.create_post("@bob")
    assert list_notifications(bob) == []


def test_a_text_without_a_name_needs_no_query():
    description = describe_text("me@example.com and @x", author_id="0" * 24)
    assert (description.added, description.removed) == (set(), set())
    assert [facet["url"] for facet in description.facets] == ["mailto:me@example.com"]
