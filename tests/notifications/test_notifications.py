"""Notifications, through HTTP: who is told of what, and what the owner does with it."""

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


def deeds(person, other):
    """Do everything to somebody that tells them; return (type, entity, post), newest first."""
    post = other.create_post()
    comment = create_comment(person, post)
    mention = person.create_post(f"Dear @{other.username}!")
    return [
        ("follow", follow(person, other), None),
        ("reaction", set_reaction(person, post), post["id"]),
        ("mention", mention["id"], mention["id"]),
        ("comment", comment["id"], post["id"]),
    ]


def test_a_member_is_told_of_what_others_do_newest_first(alice, bob):
    did = deeds(bob, alice)
    found = list_notifications(alice)
    assert len(did) == 4
    assert sorted((one["type"], one["entity_id"], one["post_id"]) for one in found) == sorted(did)
    assert [one["created_at"] for one in found] == sorted(
        (one["created_at"] for one in found), reverse=True
    )
    assert {one["read"] for one in found} == {False}
    assert [one["actor"] for one in found] == [author_card(bob)] * 4
    assert unread_count(alice) == 4
    assert list_notifications(bob) == []


def test_the_owner_hears_it_with_the_count_and_nobody_else_does(alice, bob, stranger):
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
        topic for one in logged_events() if one["type"].startswith("not") for topic in one["topics"]
    }
    assert topics == {f"self:{alice.id}"}


def test_nobody_is_told_of_what_they_did_themselves(alice):
    post = alice.create_post("I, @alice.")
    create_comment(alice, post, "As @alice said.")
    set_reaction(alice, post)
    assert list_notifications(alice) == alice.notification_events() == []


def test_a_request_is_told_and_its_acceptance_makes_it_a_follow(alice, bob):
    alice.patch("users/me/settings", {"is_private": True})
    edge = follow(bob, alice)
    (asked,) = list_notifications(alice)
    assert (asked["type"], asked["entity_id"], asked["post_id"]) == ("follow_request", edge, None)
    alice.put(f"users/me/follow-requests/{bob.id}")
    (followed,) = list_notifications(alice)
    assert (followed["type"], followed["entity_id"]) == ("follow", edge)
    assert unread_count(alice) == 1
    assert [one["type"].partition(".")[2] for one in alice.notification_events()] == [
        "created", "deleted", "created",
    ]  # fmt: skip


def test_what_is_switched_off_in_the_app_is_not_told(alice, bob):
    set_channels(alice, "reaction", in_app=False)
    post = alice.create_post()
    set_reaction(bob, post)
    create_comment(bob, post)
    assert notification_types(alice) == ["comment"]
    assert unread_count(alice) == 1


def test_whom_one_mutes_or_is_parted_from_by_a_block_tells_nothing(alice, bob, stranger):
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


def test_a_change_of_the_reaction_tells_nothing_new(alice, bob):
    post = alice.create_post()
    set_reaction(bob, post)
    for kind in ("love", "wow", "wow"):
        set_reaction(bob, post, kind)
    assert notification_types(alice) == ["reaction"]
    assert unread_count(alice) == len(alice.notification_events()) == 1


def test_a_list_of_one_kind(alice, bob, flush_all):
    deeds(bob, alice)
    for _ in range(2):
        for kind in ("comment", "reaction", "follow", "mention"):
            assert [one["type"] for one in list_notifications(alice, f"&type={kind}")] == [kind]
        assert list_notifications(alice, "&type=message") == []
        flush_all()
        client().flushall()
    answer = alice.get("notifications?type=other")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["type"]


def test_read_and_unread_again(alice, bob):
    create_comment(bob, alice.create_post())
    (one,) = list_notifications(alice)
    path = f"notifications/{one['id']}"
    for read, count in ((True, 0), (True, 0), (False, 1), (False, 1), (True, 0)):
        answer = alice.patch(path, {"read": read})
        assert answer.status_code == 200
        assert answer.json() == {
            "message": "Notification updated",
            "notification": {**one, "read": read},
            "unread_count": count,
        }
        assert unread_count(alice) == count
    assert [event["data"] for event in alice.notification_events()[1:]] == [
        {"ids": [one["id"]], "read": read, "unread_count": count}
        for read, count in ((True, 0), (False, 1), (True, 0))
    ]
    assert {event["type"] for event in alice.notification_events()[1:]} == {"notification.updated"}
    assert bob.notification_events() == []


@pytest.mark.parametrize("body", [{}, {"read": None}, {"read": "yes"}, {"read": 1}, {"seen": True}])
def test_what_is_no_truth_value_is_refused(alice, bob, body):
    create_comment(bob, alice.create_post())
    (one,) = list_notifications(alice)
    with assert_no_changes():
        answer = alice.patch(f"notifications/{one['id']}", body)
        assert answer.status_code == 400
    assert {"read"} <= {error["field"] for error in answer.json()["errors"]} <= {"read", "seen"}


def test_all_are_read_at_once(alice, bob):
    deeds(bob, alice)
    answer = alice.post("notifications/read-all")
    assert answer.status_code == 200
    assert answer.json() == {"message": "Notifications read", "unread_count": 0}
    found = list_notifications(alice)
    assert [one["read"] for one in found] == [True] * 4
    assert unread_count(alice) == 0
    event = alice.notification_events()[-1]
    assert event["type"] == "notification.updated"
    assert event["data"] | {"ids": set(event["data"]["ids"])} == {
        "ids": {one["id"] for one in found},
        "read": True,
        "unread_count": 0,
    }
    with assert_no_changes():
        assert alice.post("notifications/read-all").json()["unread_count"] == 0
        assert bob.post("notifications/read-all").json()["unread_count"] == 0
        assert alice.post("notifications/read-all", {"before": "now"}).status_code == 400


def test_a_deleted_notification_is_gone_and_counted_no_more(alice, bob, flush_all):
    post = alice.create_post()
    create_comment(bob, post)
    set_reaction(bob, post)
    read, kept = list_notifications(alice)
    alice.patch(f"notifications/{read['id']}", {"read": True})
    for one, count in ((read, 1), (kept, 0)):
        answer = alice.delete(f"notifications/{one['id']}", **{"Idempotency-Key": one["id"]})
        assert answer.status_code == 200
        assert answer.json() == {"message": "Notification deleted"}
        assert unread_count(alice) == count
        assert alice.notification_events()[-1] == {
            "type": "notification.deleted",
            "data": {"id": one["id"], "unread_count": count},
        }
        with assert_no_changes():
            again = alice.delete(f"notifications/{one['id']}", **{"Idempotency-Key": one["id"]})
            assert again.status_code == 200
            assert alice.delete(f"notifications/{one['id']}").status_code == 404
    for _ in range(2):
        assert (list_notifications(alice), unread_count(alice)) == ([], 0)
        flush_all()
        client().flushall()


def test_somebody_elses_is_not_there(alice, bob, stranger):
    create_comment(bob, alice.create_post())
    (one,) = list_notifications(alice)
    with assert_no_changes():
        for person in (bob, stranger):
            path = f"notifications/{one['id']}"
            assert person.patch(path, {"read": True}).status_code == 404
            assert person.delete(path).status_code == 404
        assert anonymous.get("notifications").status_code == 401
        assert anonymous.post("notifications/read-all").status_code == 401


def test_notifications_reach_mongodb_and_come_back(alice, bob, flush_all, document):
    deeds(bob, alice)
    before = list_notifications(alice)
    alice.patch(f"notifications/{before[0]['id']}", {"read": True})
    flush_all()
    found = document(Notification, before[0]["id"])
    expected = {"user_id": alice.id, "actor_id": bob.id, "kind": before[0]["type"], "read": True}
    assert {name: found[name] for name in expected} == expected
    assert document(Inbox, alice.id)["unread_count"] == 3
    client().flushall()
    assert list_notifications(alice) == [{**before[0], "read": True}, *before[1:]]
    assert unread_count(alice) == 3
    assert alice.post("notifications/read-all").json()["unread_count"] == 0
    assert unread_count(alice) == 0


def test_a_comment_is_told_read_and_taken_back_with_mongodb_away():
    alice, bob = sign_up("alice"), sign_up("bob")
    post = alice.create_post()
    with mongod_paused():
        first, second = create_comment(bob, post), create_comment(bob, post)
        assert [one["entity_id"] for one in list_notifications(alice)] == [
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
        assert [one["entity_id"] for one in list_notifications(alice)] == [second["id"]]
        assert alice.post("notifications/read-all").json()["unread_count"] == 0


def test_staff_see_and_delete_notifications_through_the_services(moderator, alice, bob, flush_all):
    create_comment(bob, alice.create_post())
    (one,) = list_notifications(alice)
    flush_all()
    assert bob.id in moderator.get("/admin/notifications/notification/").content.decode()
    form = {"action": "delete_selected", "_selected_action": [one["id"]], "post": "yes"}
    assert moderator.post("/admin/notifications/notification/", form).status_code == 302
    assert list_notifications(alice) == []
    assert unread_count(alice) == 0
    assert moderator.get("/admin/notifications/notification/add/").status_code == 403
