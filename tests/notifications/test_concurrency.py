"""Unread counts under concurrency."""

from mysocial.store import write
from notifications.cascades import NotificationsOfPost
from notifications.models import Inbox
from notifications.services import MAX_ANNOUNCED, notify
from notifications.store import inboxes, notifications
from tests.notifications.notification_checks import (
    create_comment,
    list_notifications,
    set_reaction,
    unread_count,
)
from tests.support.concurrency import count_statuses, live_records, run_concurrently
from tests.support.people import sign_up

MANY = 50


def stored_count(person):
    """Return the stored unread count, and the number of unread notifications in the store."""
    stored = live_records(notifications.label).values()
    inbox = live_records(inboxes.label)[person.id]
    unread = [
        notification
        for notification in stored
        if notification[b"user_id"] == person.id.encode()
        and notification[b"read"] == b"false"
        and notification[b"read_mark"] == inbox[b"read_mark"]
    ]
    return int(inbox[b"unread_count"]), len(unread)


def test_fifty_concurrent_notifications_are_all_counted(alice, bob, flush_all, document):
    post = alice.create_post()
    run_concurrently(*[lambda: create_comment(bob, post)] * 10)  # a limit of thirty a minute
    reactors = [sign_up(f"fan{number}") for number in range(8)]
    posts = [alice.create_post(str(number)) for number in range(5)]
    run_concurrently(
        *[lambda f=fan, p=post: set_reaction(f, p) for fan in reactors for post in posts]
    )
    assert unread_count(alice) == MANY
    assert len(alice.notification_events()) == MANY
    assert [event["data"]["unread_count"] for event in alice.notification_events()] == [
        *range(1, MANY + 1)
    ]
    flush_all()
    assert document(Inbox, alice.id)["unread_count"] == MANY


def test_a_notification_that_is_read_ten_times_concurrently_is_counted_once(alice, bob):
    post = alice.create_post()
    for _ in range(3):
        create_comment(bob, post)
    path = f"notifications/{list_notifications(alice)[0]['id']}"
    responses = run_concurrently(*[lambda: alice.patch(path, {"read": True})] * 10)
    assert count_statuses(responses) == {200: 10}
    assert {response.json()["unread_count"] for response in responses} == {2}
    assert unread_count(alice) == 2
    assert len(alice.notification_events()) == 4


def test_a_notification_that_is_read_deleted_and_retracted_concurrently_is_counted_once(alice, bob):
    post = alice.create_post()
    for _ in range(6):
        kept, gone = create_comment(bob, post), create_comment(bob, post)
        path = f"notifications/{list_notifications(alice)[0]['id']}"
        responses = run_concurrently(
            lambda path=path: alice.patch(path, {"read": True}),
            lambda path=path: alice.delete(path),
            lambda pk=gone["id"]: bob.delete(f"comments/{pk}"),
        )
        assert {response.status_code for response in responses[:2]} <= {200, 404}
        assert responses[2].status_code == 200
        assert list_notifications(alice)[0]["entity_id"] == kept["id"]
        assert len(set(stored_count(alice))) == 1
    assert unread_count(alice) == 6


def test_a_notification_that_arrives_during_read_all_is_read_or_counted(alice, bob):
    post = alice.create_post()
    for _ in range(3):
        create_comment(bob, post)
        run_concurrently(
            *[lambda: create_comment(bob, post)] * 4,
            *[lambda: alice.post("notifications/read-all")] * 2,
        )
        assert len(set(stored_count(alice))) == 1
    assert alice.post("notifications/read-all").json()["unread_count"] == 0
    assert stored_count(alice) == (0, 0)
    assert unread_count(alice) == 0


def test_read_all_is_one_write_that_names_the_newest_notifications(alice, bob):
    causes = [f"fact{number}" for number in range(MAX_ANNOUNCED + 1)]
    with write() as w:
        for cause in causes:
            notify(w, to=alice.id, kind="message", actor_id=bob.id, cause=cause)
    headers = {"Idempotency-Key": "all"}
    response = alice.post("notifications/read-all", **headers)
    assert response.json() == {"message": "Notifications read", "unread_count": 0}
    assert alice.post("notifications/read-all", **headers).content == response.content
    assert unread_count(alice) == 0
    newest_ids = [notification["id"] for notification in list_notifications(alice)][:MAX_ANNOUNCED]
    (marked,) = [event["data"] for event in alice.notification_events() if "ids" in event["data"]]
    assert marked == {
        "ids": newest_ids, "up_to": newest_ids[0], "read": True, "unread_count": 0
    }  # fmt: skip
    changed = [
        pk
        for pk, notification in live_records(notifications.label).items()
        if notification[b"read"] == b"true"
    ]
    assert changed == []


def test_concurrent_reactions_leave_at_most_one_notification(alice, bob):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    for _ in range(3):
        run_concurrently(
            *[lambda: bob.put(path, {"type": "like"})] * 4,
            *[lambda: bob.delete(path)] * 4,
        )
        assert (
            len(list_notifications(alice))
            == len(live_records("reactions.reaction"))
            == unread_count(alice)
        )
    bob.delete(path)
    assert list_notifications(alice) == []
    assert stored_count(alice) == (0, 0)


def test_concurrent_cascades_and_changes_count_each_notification_once(alice, bob):
    kept = alice.create_post()
    create_comment(bob, kept)
    for _ in range(3):
        post = alice.create_post()
        for _ in range(4):
            create_comment(bob, post)
        paths = [
            f"notifications/{notification['id']}" for notification in list_notifications(alice)[:2]
        ]
        alice.delete(f"posts/{post['id']}")
        run_concurrently(
            *[lambda pk=post["id"]: NotificationsOfPost.delete_dependents(pk, limit=3)] * 2,
            lambda: alice.post("notifications/read-all"),
            *[lambda path=path: alice.delete(path) for path in paths],
        )
        while not NotificationsOfPost.delete_dependents(post["id"], limit=3):
            pass
        assert len(set(stored_count(alice))) == 1
        assert [notification["entity_id"] for notification in list_notifications(alice)] == [
            list_notifications(alice)[-1]["entity_id"]
        ]
    assert unread_count(alice) == 0
