"""Reports by members, and what becomes of them."""

import pytest

from images.services import process_due_media
from moderation import services
from moderation.models import Report, StaffNote
from moderation.store import reports as report_store
from mysocial.core.errors import Conflict, Forbidden, Invalid
from mysocial.outbox import run_due_cascades
from mysocial.policies import visible_ids
from mysocial.store import latest
from mysocial.store.reads import get_record
from tests.chat.conversations import say
from tests.images.pictures import picture, send
from tests.moderation.staff import audit_log, reported, reports, resolve, staff
from tests.notifications.notification_checks import comments, kinds, told
from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up
from tests.support.servers import PASSWORD


def test_a_member_reports_what_they_see_and_finds_it_again(alice, bob):
    post = alice.create_post("Buy now")
    comment = comments(alice, post, "Really buy")
    message = say(alice, bob, "Buy, I said")
    things = [("user", alice.id), ("post", post["id"]), ("comment", comment["id"])]
    things.append(("message", message["id"]))
    filed = []
    for kind, pk in things:
        answer = reports(bob, kind, pk, "spam", note="Again.")
        assert answer.status_code == 201
        assert answer.json()["message"] == "Reported"
        filed.insert(0, answer.json()["report"])
        assert filed[0] == {
            "id": filed[0]["id"],
            "created_at": filed[0]["created_at"],
            "reason": "spam",
            "note": "Again.",
            "closed_at": None,
            "target_type": kind,
            "target_id": pk,
            "state": "open",
        }
    assert bob.get("reports").json() == {"reports": filed, "next": None}
    assert alice.get("reports").json() == {"reports": [], "next": None}
    said = [get_record(report_store, one["id"]).said for one in reversed(filed)]
    assert said == ["alice", "Buy now", "Really buy", "Buy, I said"]
    assert kinds(alice) == []  # nobody is told that they were reported


def test_what_one_does_not_see_cannot_be_reported(alice, bob, stranger):
    hidden = alice.create_post("Mine", privacy="private")
    message = say(alice, bob, "Between us")
    with assert_no_changes():
        for kind, pk in (
            ("post", hidden["id"]),
            ("message", message["id"]),
            ("user", "0" * 24),
            ("comment", hidden["id"]),
        ):
            assert reports(stranger, kind, pk).status_code == 404, kind
    alice.put(f"users/{stranger.id}/block")
    assert reports(stranger, "user", alice.id).status_code == 404


def test_ones_own_things_cannot_be_reported(alice):
    post = alice.create_post()
    with assert_no_changes():
        assert reports(alice, "user", alice.id).status_code == 400
        assert reports(alice, "post", post["id"]).status_code == 400


def test_only_reasons_of_the_list_are_taken(alice, bob):
    with assert_no_changes():
        assert reports(bob, "user", alice.id, "filter").status_code == 400
        assert reports(bob, "house", alice.id).status_code == 400
        assert reports(bob, "user", alice.id, note="x" * 1001).status_code == 400


def test_a_second_report_of_the_same_is_a_conflict_until_the_first_is_closed(alice, bob, stranger):
    post = alice.create_post()
    first = reported(bob, "post", post["id"])
    with assert_no_changes():
        answer = reports(bob, "post", post["id"])
        assert answer.status_code == 409
        assert answer.json()["code"] == "already_exists"
    reported(stranger, "post", post["id"])
    resolve(first)
    second = reported(bob, "post", post["id"])
    states = {one["id"]: one["state"] for one in bob.get("reports").json()["reports"]}
    assert states == {first: "resolved", second: "open"}


def test_reports_are_limited(settings, alice, bob):
    settings.RATE_LIMITS = True
    for _ in range(20):
        resolve(reported(bob, "user", alice.id))
    answer = reports(bob, "user", alice.id)
    assert answer.status_code == 429


def test_the_reporter_is_told_that_it_was_closed_and_not_how(alice, bob, stranger):
    pk = reported(bob, "user", alice.id)
    resolve(pk, "warn", words="Please don't.")
    (notice,) = told(bob)
    assert (notice["type"], notice["entity_id"], notice["message"]) == ("report", pk, "")
    assert notice["actor"]["id"] == bob.id
    assert bob.get("reports").json()["reports"][0]["state"] == "resolved"
    assert [one["type"] for one in bob.notification_events()] == ["notification.created"]

    other = reported(stranger, "user", alice.id)
    with staff():
        services.decline(report_id=other, staff="mod")
    assert stranger.get("reports").json()["reports"][0]["state"] == "declined"
    assert kinds(stranger) == ["report"]


def test_a_reporter_who_does_not_want_to_be_told_is_not(alice, bob):
    off = {"notifications": {"report": {"in_app": False, "email": False}}}
    assert bob.patch("users/me/settings", off).status_code == 200
    resolve(reported(bob, "user", alice.id))
    assert kinds(bob) == []


def test_a_closed_report_is_closed_for_good(alice, bob):
    pk = reported(bob, "user", alice.id)
    resolve(pk)
    with assert_no_changes(), staff():
        with pytest.raises(Conflict):
            services.decline(report_id=pk, staff="mod")
        with pytest.raises(Conflict):
            services.assign(report_id=pk, staff="mod")


def test_a_report_is_assigned_and_noted_and_each_is_written_down(alice, bob):
    pk = reported(bob, "user", alice.id)
    with staff():
        assert services.assign(report_id=pk, staff="mod").assignee == "mod"
        services.add_note(report_id=pk, staff="mod", text="Seen before.")
        with pytest.raises(Invalid):
            services.add_note(report_id=pk, staff="mod", text=" ")
    assert get_record(report_store, pk).assignee == "mod"
    assert audit_log() == [("mod", "admin", "test", "x", "because")] * 2


def test_a_moderator_is_shown_a_message_with_its_neighbours_and_the_look_is_written_down(
    alice, bob
):
    said = [say(alice, bob, f"No {number}") for number in range(9)]
    pk = reported(bob, "message", said[4]["id"])
    with staff():
        context = services.look(report_id=pk)
    assert [line.text for line in context.lines] == [f"No {number}" for number in range(1, 8)]
    assert [line.text for line in context.lines if line.is_reported] == ["No 4"]
    assert audit_log() == [("mod", "admin", "test", "x", "because")]


def test_nobody_looks_without_being_written_down_and_not_at_a_closed_report(alice, bob):
    message = say(alice, bob, "Between us")
    pk = reported(bob, "message", message["id"])
    with assert_no_changes(), pytest.raises(Forbidden):
        services.look(report_id=pk)
    resolve(pk)
    with staff():
        context = services.look(report_id=pk)
    assert context.lines == []
    assert context.state == "Messages are shown while their report is open."


def test_a_comment_is_shown_under_its_post(alice, bob):
    post = alice.create_post("Above")
    comment = comments(bob, post, "Below")
    with staff():
        context = services.look(report_id=reported(alice, "comment", comment["id"]))
    assert context.subject == "bob"
    assert [(line.author, line.text) for line in context.lines] == [
        ("alice", "Above"),
        ("bob", "Below"),
    ]


def test_a_moderator_is_shown_the_picture_of_what_was_reported(alice, bob):
    answer = send(alice, "POST", "posts", text="Look", image=picture())
    process_due_media()
    post = bob.get(f"posts/{answer.json()['post']['id']}").json()
    with staff():
        (line,) = services.look(report_id=reported(bob, "post", post["id"])).lines
        (about,) = services.look(report_id=reported(bob, "user", alice.id)).lines
    assert line.shows == post["media"]["url"]
    shown = bob.get(f"users/{alice.id}").json()["avatar_url"]
    assert (about.author, about.text, about.shows) == ("alice", "alice", shown)


def test_the_words_are_kept_when_they_are_deleted(alice, bob):
    post = alice.create_post("Regrettable")
    pk = reported(bob, "post", post["id"])
    assert alice.delete(f"posts/{post['id']}").status_code == 200
    with staff():
        assert services.look(report_id=pk).state == "The post is deleted."
    assert get_record(report_store, pk).said == "Regrettable"
    resolve(pk, "delete")  # it is gone already: that is fine


@pytest.mark.parametrize("who", ["reporter", "subject"])
def test_reports_go_with_a_member(who, alice, flush_all, document):
    carol, dave = sign_up("carol"), sign_up("dave")
    pk = reported(carol, "user", dave.id)
    with staff():
        note = services.add_note(report_id=pk, staff="mod", text="Hm.")
    leaving = carol if who == "reporter" else dave
    assert leaving.call("DELETE", "currentuser", {"password": PASSWORD}).status_code == 200
    while run_due_cascades():
        pass
    flush_all()
    assert document(Report, pk)["_deleted_at"]
    assert document(StaffNote, note.id)["_deleted_at"]
    assert latest(report_store, "all", "", limit=9)[0] == []


def test_a_report_is_seen_by_who_made_it_and_by_no_other_member(alice, bob, stranger):
    report = reports(bob, "user", alice.id, "spam").json()["report"]
    for one, sees in ((alice, set()), (bob, {report["id"]}), (stranger, set())):
        assert visible_ids("moderation.report", [report["id"]], one.id) == sees
