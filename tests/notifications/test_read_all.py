"""Marking all notifications as read: one new mark of the inbox, whatever becomes of the copies."""

import orjson

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.privacy import SECTIONS, Owner
from notifications.models import Inbox, Notification
from notifications.selectors import json_query
from tests.notifications.notification_checks import (
    create_comment,
    list_notifications,
    set_reaction,
    unread_count,
)
from tests.support.concurrency import assert_no_changes, mongod_paused


def read_all(person):
    response = person.post("notifications/read-all")
    assert response.status_code == 200, response.content
    assert response.json()["unread_count"] == 0


def set_read(person, notification, *, read):
    response = person.patch(f"notifications/{notification['id']}", {"read": read})
    assert response.status_code == 200, response.content
    assert response.json()["notification"] == {**notification, "read": read}
    return response.json()["unread_count"]


def comment_twice(person, other):
    """Write two comments on a post of `other`; return the notifications, newest first."""
    post = other.create_post()
    create_comment(person, post)
    create_comment(person, post)
    return list_notifications(other)


def test_a_notification_that_is_marked_unread_after_read_all_stays_unread(alice, bob, flush_all):
    first, second = comment_twice(bob, alice)
    read_all(alice)
    assert set_read(alice, second, read=False) == 1
    assert list_notifications(alice) == [{**first, "read": True}, second]
    flush_all()
    client().flushall()
    assert list_notifications(alice) == [{**first, "read": True}, second]
    assert unread_count(alice) == 1
    read_all(alice)
    assert unread_count(alice) == 0


def test_read_all_and_what_comes_after_it_survive_the_loss_of_redis(
    alice, bob, flush_all, document
):
    first, second = comment_twice(bob, alice)
    read_all(alice)
    flush_all()
    assert document(Inbox, alice.id)["unread_count"] == 0
    client().flushall()
    assert unread_count(alice) == 0
    create_comment(bob, alice.create_post())
    flush_all()
    client().flushall()
    third, *others = list_notifications(alice)
    assert third["read"] is False
    assert others == [{**first, "read": True}, {**second, "read": True}]
    assert unread_count(alice) == 1


def test_read_all_is_persisted_when_mongodb_is_back(alice, bob, flush_all):
    comment_twice(bob, alice)
    with mongod_paused():
        read_all(alice)
    flush_all()
    client().flushall()
    assert unread_count(alice) == 0


def test_a_notification_that_read_all_has_read_can_be_marked_as_read_by_itself(alice, bob):
    notification, _ = comment_twice(bob, alice)
    read_all(alice)
    events = alice.notification_events()
    assert set_read(alice, notification, read=True) == 0
    assert alice.notification_events() == events
    with assert_no_changes():
        assert set_read(alice, notification, read=True) == 0
    assert set_read(alice, notification, read=False) == 1
    assert unread_count(alice) == 1


def test_a_retracted_notification_is_not_subtracted_after_read_all(alice, bob):
    post = alice.create_post()
    comment = create_comment(bob, post)
    read_all(alice)
    set_reaction(bob, post)
    assert bob.delete(f"comments/{comment['id']}").status_code == 200
    assert unread_count(alice) == 1
    assert alice.notification_events()[-1]["data"]["unread_count"] == 1


def test_notifications_that_were_stored_before_there_were_marks_are_read(alice, bob, flush_all):
    comment_twice(bob, alice)
    flush_all()
    for model in (Notification, Inbox):
        mongo.collection(model).update_many({}, {"$unset": {"read_mark": ""}})
    client().flushall()
    assert unread_count(alice) == 2
    read_all(alice)
    assert unread_count(alice) == 0


def test_events_and_exports_show_what_read_all_has_read(alice, bob):
    first, second = comment_twice(bob, alice)
    read_all(alice)
    set_read(alice, second, read=False)
    for pk, is_read in ((first["id"], True), (second["id"], False)):
        event = orjson.loads(json_query(pk, alice.id).result())
        assert (event["notification"]["read"], event["unread_count"]) == (is_read, 1)
    section = SECTIONS["notifications.notification"]
    owner = Owner(alice.id, "alice", "alice@example.com")
    exported = [section.exported_fields(record) for record in section.find_records(owner)]
    assert [fields["read"] for fields in exported] == [True, False]
    assert not any("read_mark" in fields for fields in exported)
