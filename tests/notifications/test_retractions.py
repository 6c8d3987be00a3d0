"""Notifications retracted with their cause, or hidden by a block or a change of privacy."""

import pytest

from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from mysocial.store import write
from notifications.cascades import NotificationsOfMember
from notifications.models import Inbox, Notification
from notifications.services import MAX_RETRACTED, notify
from tests.notifications.notification_checks import (
    create_comment,
    follow,
    list_notifications,
    notification_types,
    set_reaction,
    unread_count,
)
from tests.support.concurrency import assert_no_changes, live_records


@pytest.fixture
def private(alice):
    """Return Alice, with a private account."""
    alice.patch("users/me/settings", {"is_private": True})
    return alice


@pytest.mark.parametrize("evicted", [False, True])
@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize("what", ["comment", "reaction", "follow"])
def test_a_deleted_cause_retracts_its_notification(  # noqa: PLR0917 - each is one case
    alice, bob, flush_all, what, is_read, evicted
):
    post = alice.create_post()
    reacts_path, follow_path = f"posts/{post['id']}/reaction", f"users/{alice.id}/follow"
    comment = create_comment(bob, post)
    set_reaction(bob, post)
    follow(bob, alice)
    if is_read:
        alice.post("notifications/read-all")
    if evicted:
        flush_all()
        client().flushall()
    ended = {"comment": f"comments/{comment['id']}", "reaction": reacts_path, "follow": follow_path}
    assert bob.delete(ended[what]).status_code == 200
    assert set(notification_types(alice)) == {"comment", "reaction", "follow"} - {what}
    assert unread_count(alice) == (0 if is_read else 2)
    assert alice.notification_events()[-1]["type"] == "notification.deleted"
    assert alice.notification_events()[-1]["data"]["unread_count"] == unread_count(alice)


def test_a_removed_follower_leaves_no_notification(alice, bob):
    follow(bob, alice)
    alice.delete(f"users/me/followers/{bob.id}")
    assert list_notifications(alice) == []
    assert unread_count(alice) == 0


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_a_follow_request_that_ends_retracts_its_notification(private, bob, end):
    follow(bob, private)
    assert notification_types(private) == ["follow_request"]
    if end == "refused":
        private.delete(f"users/me/follow-requests/{bob.id}")
    else:
        bob.delete(f"users/{private.id}/follow")
    assert list_notifications(private) == []
    assert unread_count(private) == 0


def test_a_deleted_post_retracts_the_notifications_about_it(
    alice, bob, stranger, flush_all, documents
):
    gone, kept = alice.create_post(), alice.create_post()
    for post in (gone, kept):
        create_comment(bob, post, "Hello @stranger")
        set_reaction(bob, post)
    alice.delete(f"posts/{gone['id']}")
    assert (len(list_notifications(alice)), len(list_notifications(stranger))) == (2, 1)
    run_due_cascades()
    assert (unread_count(alice), unread_count(stranger)) == (2, 1)
    flush_all()
    assert {record["post_id"] for record in documents(Notification)} == {kept["id"]}
    assert len(documents(Notification)) == 3
    counts = {record["_id"]: record["unread_count"] for record in documents(Inbox)}
    assert counts == {alice.id: 2, bob.id: 0, stranger.id: 1}


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_block_retracts_notifications_of_both_members_at_once(alice, bob, stranger, blocker):
    follow(bob, alice)
    follow(alice, bob)
    post = alice.create_post("Hello @bob")
    create_comment(bob, post)
    create_comment(stranger, post)
    create_comment(alice, bob.create_post())
    hidden = list_notifications(alice)[1]
    member, other = (alice, bob) if blocker == "alice" else (bob, alice)
    member.put(f"users/{other.id}/block")
    assert (notification_types(alice), notification_types(bob)) == (["comment"], [])
    assert (unread_count(alice), unread_count(bob)) == (1, 0)
    assert len(live_records("notifications.notification")) == 1
    ended = alice.notification_events()[-2:]
    assert {event["type"] for event in ended} == {"notification.deleted"}
    assert {event["data"]["unread_count"] for event in ended} == {1}
    assert hidden["id"] in {event["data"]["id"] for event in ended}
    assert alice.patch(f"notifications/{hidden['id']}", {"read": True}).status_code == 404
    assert alice.delete(f"notifications/{hidden['id']}").status_code == 404
    run_due_cascades()
    member.delete(f"users/{other.id}/block")
    assert (notification_types(alice), notification_types(bob)) == (["comment"], [])


def test_a_block_hides_the_notifications_that_a_cascade_deletes(alice, bob):
    with write() as w:
        for number in range(MAX_RETRACTED + 5):
            cause = f"fact{number}"
            notify(w, to=alice.id, kind="message", actor_id=bob.id, cause=cause)
    assert unread_count(alice) == MAX_RETRACTED + 5
    bob.put(f"users/{alice.id}/block")
    assert list_notifications(alice) == []
    assert len(live_records("notifications.notification")) == 5
    assert run_due_cascades() == 1
    assert live_records("notifications.notification") == {}
    assert unread_count(alice) == 0


def test_the_notifications_of_a_deleted_member_are_deleted(alice, bob, stranger, flush_all):
    for person, other in ((alice, bob), (bob, alice), (stranger, alice), (stranger, bob)):
        create_comment(person, other.create_post())
    flush_all()
    client().flushall()
    while not NotificationsOfMember.delete_dependents(bob.id, limit=1):
        pass
    assert [notification["actor"]["id"] for notification in list_notifications(alice)] == [
        stranger.id
    ]
    assert unread_count(alice) == 1
    assert bob.id not in live_records("notifications.inbox")
    with assert_no_changes():
        assert NotificationsOfMember.delete_dependents(bob.id, limit=1)


def test_a_mute_hides_notifications_until_it_ends(alice, bob):
    create_comment(bob, alice.create_post())
    before = list_notifications(alice)
    alice.put(f"users/{bob.id}/mute")
    assert list_notifications(alice) == alice.notification_events() == []
    alice.delete(f"users/{bob.id}/mute")
    assert list_notifications(alice) == before
    assert len(alice.notification_events()) == 1


def test_a_hidden_post_hides_the_notifications_about_it(alice, bob, stranger):
    post = alice.create_post("Hello @bob")
    create_comment(stranger, post, "And @bob")
    assert notification_types(bob) == ["mention"] * 2
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert list_notifications(bob) == bob.notification_events() == []
    assert notification_types(alice) == ["comment"]
    alice.patch(f"posts/{post['id']}", {"privacy": "public"})
    assert notification_types(bob) == ["mention"] * 2
