"""Reports by members: filing, viewing, resolving and deleting them."""

import pytest

from images.services import process_due_media
from moderation import services
from moderation.models import Report, StaffNote
from moderation.store import reports as report_store
from mysocial.core.errors import Conflict, Forbidden, Invalid
from mysocial.outbox import run_due_cascades
from mysocial.policies import visible_ids
from mysocial.store import newest_records
from mysocial.store.reads import get_record
from tests.chat.conversations import send_message
from tests.images.pictures import make_image, send_form
from tests.moderation.staff import as_staff, audit_log, file_report, post_report, resolve
from tests.notifications.notification_checks import (
    create_comment,
    list_notifications,
    notification_types,
)
from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up
from tests.support.servers import PASSWORD


def test_a_member_reports_visible_content_and_lists_the_reports(alice, bob):
    post = alice.create_post("Buy now")
    comment = create_comment(alice, post, "Really buy")
    message = send_message(alice, bob, "Buy, I said")
    targets = [("user", alice.id), ("post", post["id"]), ("comment", comment["id"])]
    targets.append(("message", message["id"]))
    filed = []
    for target_type, target_id in targets:
        response = post_report(bob, target_type, target_id, "spam", note="Again.")
        assert response.status_code == 201
        assert response.json()["message"] == "Reported"
        filed.insert(0, response.json()["report"])
        assert filed[0] == {
            "id": filed[0]["id"],
            "created_at": filed[0]["created_at"],
            "reason": "spam",
            "note": "Again.",
            "closed_at": None,
            "target_type": target_type,
            "target_id": target_id,
            "state": "open",
        }
    assert bob.get("reports").json() == {"reports": filed, "next": None}
    assert alice.get("reports").json() == {"reports": [], "next": None}
    excerpts = [get_record(report_store, report["id"]).excerpt for report in reversed(filed)]
    assert excerpts == ["alice", "Buy now", "Really buy", "Buy, I said"]
    assert notification_types(alice) == []  # members are not notified of reports about them


def test_invisible_content_cannot_be_reported(alice, bob, stranger):
    hidden = alice.create_post("Mine", privacy="private")
    message = send_message(alice, bob, "Between us")
    with assert_no_changes():
        for target_type, target_id in (
            ("post", hidden["id"]),
            ("message", message["id"]),
            ("user", "0" * 24),
            ("comment", hidden["id"]),
        ):
            response = post_report(stranger, target_type, target_id)
            assert response.status_code == 404, target_type
    alice.put(f"users/{stranger.id}/block")
    assert post_report(stranger, "user", alice.id).status_code == 404


def test_own_content_cannot_be_reported(alice):
    post = alice.create_post()
    with assert_no_changes():
        assert post_report(alice, "user", alice.id).status_code == 400
        assert post_report(alice, "post", post["id"]).status_code == 400


def test_invalid_reports_are_rejected(alice, bob):
    with assert_no_changes():
        assert post_report(bob, "user", alice.id, "filter").status_code == 400
        assert post_report(bob, "house", alice.id).status_code == 400
        assert post_report(bob, "user", alice.id, note="x" * 1001).status_code == 400


def test_a_second_report_of_the_same_target_is_a_conflict_until_the_first_is_closed(
    alice, bob, stranger
):
    post = alice.create_post()
    first = file_report(bob, "post", post["id"])
    with assert_no_changes():
        response = post_report(bob, "post", post["id"])
        assert response.status_code == 409
        assert response.json()["code"] == "already_exists"
    file_report(stranger, "post", post["id"])
    resolve(first)
    second = file_report(bob, "post", post["id"])
    states = {report["id"]: report["state"] for report in bob.get("reports").json()["reports"]}
    assert states == {first: "resolved", second: "open"}


def test_reports_are_rate_limited(settings, alice, bob):
    settings.RATE_LIMITS = True
    for _ in range(20):
        resolve(file_report(bob, "user", alice.id))
    response = post_report(bob, "user", alice.id)
    assert response.status_code == 429


def test_the_reporter_is_notified_of_the_state_but_not_of_the_action(alice, bob, stranger):
    report_id = file_report(bob, "user", alice.id)
    resolve(report_id, "warn", message="Please don't.")
    (notification,) = list_notifications(bob)
    assert (notification["type"], notification["entity_id"], notification["message"]) == (
        "report",
        report_id,
        "",
    )
    assert notification["actor"]["id"] == bob.id
    assert bob.get("reports").json()["reports"][0]["state"] == "resolved"
    assert [event["type"] for event in bob.notification_events()] == ["notification.created"]

    other = file_report(stranger, "user", alice.id)
    with as_staff():
        services.decline_report(report_id=other, staff_username="mod")
    assert stranger.get("reports").json()["reports"][0]["state"] == "declined"
    assert notification_types(stranger) == ["report"]


def test_a_reporter_can_switch_the_notification_off(alice, bob):
    off = {"notifications": {"report": {"in_app": False, "email": False}}}
    assert bob.patch("users/me/settings", off).status_code == 200
    resolve(file_report(bob, "user", alice.id))
    assert notification_types(bob) == []


def test_a_closed_report_cannot_be_changed(alice, bob):
    report_id = file_report(bob, "user", alice.id)
    resolve(report_id)
    with assert_no_changes(), as_staff():
        with pytest.raises(Conflict):
            services.decline_report(report_id=report_id, staff_username="mod")
        with pytest.raises(Conflict):
            services.assign_report(report_id=report_id, staff_username="mod")


def test_assignments_and_notes_are_in_the_audit_log(alice, bob):
    report_id = file_report(bob, "user", alice.id)
    with as_staff():
        assert services.assign_report(report_id=report_id, staff_username="mod").assignee == "mod"
        services.add_note(report_id=report_id, staff_username="mod", text="Seen before.")
        with pytest.raises(Invalid):
            services.add_note(report_id=report_id, staff_username="mod", text=" ")
    assert get_record(report_store, report_id).assignee == "mod"
    assert audit_log() == [("mod", "admin", "test", "x", "because")] * 2


def test_a_reported_message_is_shown_with_its_neighbors_and_the_view_is_recorded(alice, bob):
    sent = [send_message(alice, bob, f"No {number}") for number in range(9)]
    report_id = file_report(bob, "message", sent[4]["id"])
    with as_staff():
        context = services.view_report(report_id=report_id)
    assert [line.text for line in context.lines] == [f"No {number}" for number in range(1, 8)]
    assert [line.text for line in context.lines if line.is_reported] == ["No 4"]
    assert audit_log() == [("mod", "admin", "test", "x", "because")]


def test_a_message_is_not_shown_without_a_staff_action_or_after_its_report_is_closed(alice, bob):
    message = send_message(alice, bob, "Between us")
    report_id = file_report(bob, "message", message["id"])
    with assert_no_changes(), pytest.raises(Forbidden):
        services.view_report(report_id=report_id)
    resolve(report_id)
    with as_staff():
        context = services.view_report(report_id=report_id)
    assert context.lines == []
    assert context.state == "Messages are shown only while their report is open."


def test_a_reported_comment_is_shown_below_its_post(alice, bob):
    post = alice.create_post("Above")
    comment = create_comment(bob, post, "Below")
    with as_staff():
        context = services.view_report(report_id=file_report(alice, "comment", comment["id"]))
    assert context.subject == "bob"
    assert [(line.author, line.text) for line in context.lines] == [
        ("alice", "Above"),
        ("bob", "Below"),
    ]


def test_images_of_reported_content_are_shown(alice, bob):
    response = send_form(alice, "POST", "posts", text="Look", image=make_image())
    process_due_media()
    post = bob.get(f"posts/{response.json()['post']['id']}").json()
    with as_staff():
        (line,) = services.view_report(report_id=file_report(bob, "post", post["id"])).lines
        (profile,) = services.view_report(report_id=file_report(bob, "user", alice.id)).lines
    assert line.media_url == post["media"]["url"]
    avatar_url = bob.get(f"users/{alice.id}").json()["avatar_url"]
    assert (profile.author, profile.text, profile.media_url) == ("alice", "alice", avatar_url)


def test_a_report_keeps_the_text_of_deleted_content(alice, bob):
    post = alice.create_post("Regrettable")
    report_id = file_report(bob, "post", post["id"])
    assert alice.delete(f"posts/{post['id']}").status_code == 200
    with as_staff():
        assert services.view_report(report_id=report_id).state == "The post is deleted."
    assert get_record(report_store, report_id).excerpt == "Regrettable"
    resolve(report_id, "delete")  # the post is already deleted, which is no error


@pytest.mark.parametrize("who", ["reporter", "subject"])
def test_reports_and_notes_are_deleted_with_the_account(who, alice, flush_all, document):
    carol, dave = sign_up("carol"), sign_up("dave")
    report_id = file_report(carol, "user", dave.id)
    with as_staff():
        note = services.add_note(report_id=report_id, staff_username="mod", text="Hm.")
    leaving = carol if who == "reporter" else dave
    assert leaving.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    while run_due_cascades():
        pass
    flush_all()
    assert document(Report, report_id)["_deleted_at"]
    assert document(StaffNote, note.id)["_deleted_at"]
    assert newest_records(report_store, "all", "", limit=9)[0] == []


def test_a_report_is_visible_to_its_reporter_only(alice, bob, stranger):
    report = post_report(bob, "user", alice.id, "spam").json()["report"]
    for person, visible in ((alice, set()), (bob, {report["id"]}), (stranger, set())):
        assert visible_ids("moderation.report", [report["id"]], person.id) == visible
