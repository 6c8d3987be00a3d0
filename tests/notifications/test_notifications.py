"""Notifications through the API: causes, lists, and actions of the recipient."""

import pytest

from mysocial.core.redis import client
from notifications.models import Inbox, Notification
from tests.notifications.notification_checks import (
    author_card,
    create_comment,
    follow,
    list_notifications,
    notification_types,
    set_channels,
    set_reaction,
    unread_count,
)
from tests.support.concurrency import assert_no_changes, mongod_paused
from tests.support.people import anonymous, logged_events, sign_up


def cause_all_types(person, other):
    """Cause each type of notification; return (type, entity_id, post_id), newest first."""
    post = other.create_post()
    comment = create_comment(person, post)
    mention = person.create_post(f"Dear @{other.username}!")
    return [
        ("follow", follow(person, other), None),
        ("reaction", set_reaction(person, post), post["id"]),
        ("mention", mention["id"], mention["id"]),
        ("comment", comment["id"], post["id"]),
    ]


def test_a_member_is_notified_of_actions_of_others_newest_first(alice, bob):
    did = cause_all_types(bob, alice)
    notifications = list_notifications(alice)
    assert len(did) == 4
    assert sorted(
        (notification["type"], notification["entity_id"], notification["post_id"])
        for notification in notifications
    ) == sorted(did)
    assert [notification["created_at"] for notification in notifications] == sorted(
        (notification["created_at"] for notification in notifications), reverse=True
    )
    assert {notification["read"] for notification in notifications} == {False}
    assert [notification["actor"] for notification in notifications] == [author_card(bob)] * 4
    assert unread_count(alice) == 4
    assert list_notifications(bob) == []


def test_only_the_recipient_gets_the_event_with_the_count(alice, bob, stranger):
    post = alice.create_post()
    create_comment(bob, post)
    set_reaction(bob, post)
    second, first = list_notifications(alice)
    assert alice.notification_events() == [
        {"type": "notification.created", "data": {"notification": first, "unread_count": 1}},
        {"type": "notification.created", "data": {"notification": second, "unread_count": 2}},
    ]
    assert bob.notification_events() == stranger.notification_events() == []
    topics = {
        topic
        for event in logged_events()
        if event["type"].startswith("not")
        for topic in event["topics"]
    }
    assert topics == {f"self:{alice.id}"}


def test_a_member_is_not_notified_of_their_own_actions(alice):
    post = alice.create_post("I, @alice.")
    create_comment(alice, post, "As @alice said.")
    set_reaction(alice, post)
    assert list_notifications(alice) == alice.notification_events() == []


def test_an_accepted_follow_request_replaces_its_notification(alice, bob):
    alice.patch("users/me/settings", {"is_private": True})
    edge = follow(bob, alice)
    (notification,) = list_notifications(alice)
    assert (notification["type"], notification["entity_id"], notification["post_id"]) == (
        "follow_request",
        edge,
        None,
    )
    alice.put(f"users/me/follow-requests/{bob.id}")
    (followed,) = list_notifications(alice)
    assert (followed["type"], followed["entity_id"]) == ("follow", edge)
    assert unread_count(alice) == 1
    assert [event["type"].partition(".")[2] for event in alice.notification_events()] == [
        "created", "deleted", "created",
    ]  # fmt: skip


def test_a_type_that_is_switched_off_in_the_app_is_not_listed(alice, bob):
    set_channels(alice, "reaction", in_app=False)
    post = alice.create_post()
    set_reaction(bob, post)
    create_comment(bob, post)
    assert notification_types(alice) == ["comment"]
    assert unread_count(alice) == 1


def test_a_muted_or_blocked_member_does_not_cause_notifications(alice, bob, stranger):
    post = alice.create_post()
    alice.put(f"users/{bob.id}/mute")
    create_comment(bob, post)
    set_reaction(bob, post)
    follow(bob, alice)
    stranger.put(f"users/{alice.id}/block")
    stranger.create_post("That @alice!")
    assert list_notifications(alice) == alice.notification_events() == []
    assert unread_count(alice) == 0
    alice.delete(f"users/{bob.id}/mute")
    assert list_notifications(alice) == []


def test_a_changed_reaction_does_not_notify_again(alice, bob):
    post = alice.create_post()
    set_reaction(bob, post)
    for kind in ("love", "wow", "wow"):
        set_reaction(bob, post, kind)
    assert notification_types(alice) == ["reaction"]
    assert unread_count(alice) == len(alice.notification_events()) == 1


def test_a_list_can_be_filtered_by_type(alice, bob, flush_all):
    cause_all_types(bob, alice)
    for _ in range(2):
        for kind in ("comment", "reaction", "follow", "mention"):
            assert [
                notification["type"] for notification in list_notifications(alice, f"&type={kind}")
            ] == [kind]
        assert list_notifications(alice, "&type=message") == []
        flush_all()
        client().flushall()
    response = alice.get("notifications?type=other")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["type"]


def test_a_notification_can_be_marked_read_and_unread(alice, bob):
    create_comment(bob, alice.create_post())
    (notification,) = list_notifications(alice)
    path = f"notifications/{notification['id']}"
    for read, count in ((True, 0), (True, 0), (False, 1), (False, 1), (True, 0)):
        response = alice.patch(path, {"read": read})
        assert response.status_code == 200
        assert response.json() == {
            "message": "Notification updated",
            "notification": {**notification, "read": read},
            "unread_count": count,
        }
        assert unread_count(alice) == count
    assert [event["data"] for event in alice.notification_events()[1:]] == [
        {"ids": [notification["id"]], "up_to": None, "read": read, "unread_count": count}
        for read, count in ((True, 0), (False, 1), (True, 0))
    ]
    assert {event["type"] for event in alice.notification_events()[1:]} == {"notification.updated"}
    assert bob.notification_events() == []


@pytest.mark.parametrize("body", [{}, {"read": None}, {"read": "yes"}, {"read": 1}, {"seen": True}])
def test_a_value_that_is_not_boolean_is_rejected(alice, bob, body):
    create_comment(bob, alice.create_post())
    (notification,) = list_notifications(alice)
    with assert_no_changes():
        response = alice.patch(f"notifications/{notification['id']}", body)
        assert response.status_code == 400
    assert {"read"} <= {error["field"] for error in response.json()["errors"]} <= {"read", "seen"}


def test_all_notifications_can_be_marked_read(alice, bob):
    cause_all_types(bob, alice)
    response = alice.post("notifications/read-all")
    assert response.status_code == 200
    assert response.json() == {"message": "Notifications read", "unread_count": 0}
    notifications = list_notifications(alice)
    assert [notification["read"] for notification in notifications] == [True] * 4
    assert unread_count(alice) == 0
    event = alice.notification_events()[-1]
    assert event["type"] == "notification.updated"
    assert event["data"] | {"ids": set(event["data"]["ids"])} == {
        "ids": {notification["id"] for notification in notifications},
        "up_to": notifications[0]["id"],
        "read": True,
        "unread_count": 0,
    }
    with assert_no_changes():
        assert alice.post("notifications/read-all").json()["unread_count"] == 0
        assert bob.post("notifications/read-all").json()["unread_count"] == 0
        assert alice.post("notifications/read-all", {"before": "now"}).status_code == 400


def test_a_deleted_notification_is_no_longer_counted(alice, bob, flush_all):
    post = alice.create_post()
    create_comment(bob, post)
    set_reaction(bob, post)
    read, kept = list_notifications(alice)
    alice.patch(f"notifications/{read['id']}", {"read": True})
    for notification, count in ((read, 1), (kept, 0)):
        response = alice.delete(
            f"notifications/{notification['id']}", **{"Idempotency-Key": notification["id"]}
        )
        assert response.status_code == 200
        assert response.json() == {"message": "Notification deleted"}
        assert unread_count(alice) == count
        assert alice.notification_events()[-1] == {
            "type": "notification.deleted",
            "data": {"id": notification["id"], "unread_count": count},
        }
        with assert_no_changes():
            again = alice.delete(
                f"notifications/{notification['id']}", **{"Idempotency-Key": notification["id"]}
            )
            assert again.status_code == 200
            assert alice.delete(f"notifications/{notification['id']}").status_code == 404
    for _ in range(2):
        assert (list_notifications(alice), unread_count(alice)) == ([], 0)
        flush_all()
        client().flushall()


def test_the_notification_of_another_member_is_not_found(alice, bob, stranger):
    create_comment(bob, alice.create_post())
    (notification,) = list_notifications(alice)
    with assert_no_changes():
        for person in (bob, stranger):
            path = f"notifications/{notification['id']}"
            assert person.patch(path, {"read": True}).status_code == 404
            assert person.delete(path).status_code == 404
        assert anonymous.get("notifications").status_code == 401
        assert anonymous.post("notifications/read-all").status_code == 401


def test_notifications_are_persisted_and_read_from_mongodb(alice, bob, flush_all, document):
    cause_all_types(bob, alice)
    before = list_notifications(alice)
    alice.patch(f"notifications/{before[0]['id']}", {"read": True})
    flush_all()
    stored = document(Notification, before[0]["id"])
    expected = {"user_id": alice.id, "actor_id": bob.id, "kind": before[0]["type"], "read": True}
    assert {name: stored[name] for name in expected} == expected
    assert document(Inbox, alice.id)["unread_count"] == 3
    client().flushall()
    assert list_notifications(alice) == [{**before[0], "read": True}, *before[1:]]
    assert unread_count(alice) == 3
    assert alice.post("notifications/read-all").json()["unread_count"] == 0
    assert unread_count(alice) == 0


def test_a_comment_notifies_and_is_retracted_without_mongodb():
    alice, bob = sign_up("alice"), sign_up("bob")
    post = alice.create_post()
    with mongod_paused():
        first, second = create_comment(bob, post), create_comment(bob, post)
        assert [notification["entity_id"] for notification in list_notifications(alice)] == [
            second["id"],
            first["id"],
        ]
        assert unread_count(alice) == 2
        assert (
            alice.patch(
                f"notifications/{list_notifications(alice)[0]['id']}", {"read": True}
            ).status_code
            == 200
        )
        assert bob.delete(f"comments/{first['id']}").status_code == 200
        assert [notification["entity_id"] for notification in list_notifications(alice)] == [
            second["id"]
        ]
        assert alice.post("notifications/read-all").json()["unread_count"] == 0


def test_staff_see_and_delete_notifications_through_the_services(moderator, alice, bob, flush_all):
    create_comment(bob, alice.create_post())
    (notification,) = list_notifications(alice)
    flush_all()
    assert bob.id in moderator.get("/admin/notifications/notification/").content.decode()
    form = {"action": "delete_selected", "_selected_action": [notification["id"]], "post": "yes"}
    assert moderator.post("/admin/notifications/notification/", form).status_code == 302
    assert list_notifications(alice) == []
    assert unread_count(alice) == 0
    assert moderator.get("/admin/notifications/notification/add/").status_code == 403
