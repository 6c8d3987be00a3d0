"""Renaming a member: by staff, after a confirmation, and so that the name cannot come back."""

import pytest

from moderation.selectors import actions_against, get_report
from mysocial.core.errors import AlreadyExists, AppError, Invalid, NotFound
from mysocial.outbox import run_due_cascades
from tests.moderation.staff import (
    audit_log,
    file_report,
    ms_from_now,
    resolve,
    sign_in,
    take_action,
)
from tests.moderation.test_queue import ACTIONS, confirm_action, post_operation
from tests.notifications.notification_checks import list_notifications
from tests.support.concurrency import assert_no_changes, run_concurrently
from tests.support.people import PASSWORD, anonymous


def rename(person, username, message=""):
    return take_action(person, "rename", username=username, message=message)


def rename_own(person, username):
    return person.put("users/me/username", {"username": username})


def name_of(person, viewer):
    return viewer.get(f"users/{person.id}").json()["username"]


def test_staff_rename_a_member_after_a_confirmation(moderator_client, alice, bob, flush_all):
    form = {
        "member": "alice",
        "action_type": "rename",
        "duration": "",
        "username": "neutral_1",
        "message": "The name is an insult.",
        "audit_reason": "Insult.",
    }
    assert confirm_action(moderator_client, form, alice).status_code == 302

    assert name_of(alice, bob) == "neutral_1"
    (action,) = actions_against(alice.id)
    assert (action.action_type, action.username, action.former_username) == (
        "rename",
        "neutral_1",
        "alice",
    )
    entry = audit_log()[-1]
    assert (entry.actor, entry.action, entry.reason) == (
        "the_moderator",
        "add moderation action",
        "Insult.",
    )
    flush_all()
    assert "Rename" in moderator_client.get(ACTIONS).content.decode()


def test_the_confirmation_shows_the_new_name(moderator_client, alice):
    form = {"member": "alice", "action_type": "rename", "duration": "", "username": "neutral_1"}
    with assert_no_changes():
        page = moderator_client.post(f"{ACTIONS}add/", {**form, "message": ""}).content.decode()
    assert "New username: <b>neutral_1</b>" in page
    assert "Confirm: Rename alice" in page


def test_the_member_is_notified_and_viewers_see_the_new_name(alice, bob):
    off = {"notifications": {"warning": {"in_app": False}}}
    assert alice.patch("users/me/settings", off).status_code == 200
    action = rename(alice, "neutral_1", "The name is an insult.")
    (notification,) = list_notifications(alice)
    assert (notification["type"], notification["entity_id"]) == ("warning", action.id)
    assert notification["message"] == (
        "Our moderators changed your username to neutral_1. The name is an insult."
    )
    assert bob.received_events(f"user:{alice.id}")[-1]["data"]["username"] == "neutral_1"
    assert alice.get("users/me").status_code == 200  # the session continues
    for name in ("alice", "neutral_1"):
        body = {"username": name, "password": PASSWORD}
        assert anonymous.post("signin", body).status_code == 200


def test_the_longest_message_is_kept_completely(alice):
    rename(alice, "n" * 30, "m" * 500)
    (notification,) = list_notifications(alice)
    assert notification["message"].endswith("n. " + "m" * 500)


@pytest.mark.parametrize("name", ["alice", "ALICE"])
def test_nobody_can_have_the_former_name_not_even_the_member(alice, bob, name):
    rename(alice, "neutral_1")
    with assert_no_changes():
        for response in (rename_own(alice, name), rename_own(bob, name)):
            assert response.status_code == 409
            assert [error["field"] for error in response.json()["errors"]] == ["username"]
        body = {"username": name, "email": "new@example.com", "password": PASSWORD}
        assert anonymous.post("signup", body).status_code == 409
    assert rename_own(alice, "alicia").status_code == 200
    with assert_no_changes():
        assert rename_own(alice, name).status_code == 409
    assert rename_own(alice, "neutral_1").status_code == 200  # it was not removed


def test_staff_can_give_the_former_name_back(alice, bob):
    rename(alice, "neutral_1")
    rename(alice, "Alice")
    assert name_of(alice, bob) == "Alice"
    with assert_no_changes():
        assert rename_own(alice, "neutral_1").status_code == 409


def test_the_former_name_is_free_after_a_year(alice, bob, settings):
    assert settings.REMOVED_USERNAME_DAYS == 365
    settings.REMOVED_USERNAME_DAYS = 0
    rename(alice, "neutral_1")
    assert rename_own(bob, "alice").status_code == 200


def test_the_former_name_is_free_when_the_member_is_erased(alice, bob):
    rename(alice, "neutral_1")
    assert alice.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    while run_due_cascades():
        pass
    assert rename_own(bob, "alice").status_code == 200


@pytest.mark.parametrize(
    ("username", "error"),
    [
        ("", Invalid),
        ("ab", Invalid),
        ("a" * 31, Invalid),
        ("name\n", Invalid),
        ("Ünal", Invalid),
        ("moderator", Invalid),
        ("a" * 24, Invalid),
        ("alice", Invalid),
        ("ALICE", Invalid),
        ("bob", AlreadyExists),
        ("Bobby", AlreadyExists),
    ],
)
def test_an_impossible_name_changes_nothing(alice, bob, username, error):
    rename_own(bob, "bobby")
    with assert_no_changes(), pytest.raises(error):
        rename(alice, username)


def test_a_refused_name_is_explained_in_the_admin(moderator_client, alice, bob):
    report_id = file_report(bob, "user", alice.id)
    decision = {
        "action_type": "rename",
        "duration": "",
        "username": "bob",
        "message": "",
        "audit_reason": "Insult.",
    }
    page = post_operation(moderator_client, report_id, "resolve", **decision)
    assert "This username is taken." in page
    assert (get_report(report_id).state, name_of(alice, bob)) == ("open", "alice")
    page = post_operation(
        moderator_client, report_id, "resolve", **{**decision, "username": "neutral_1"}
    )
    assert "Resolved" in page
    assert name_of(alice, bob) == "neutral_1"


def test_a_report_is_resolved_by_a_rename(alice, bob):
    report_id = file_report(bob, "user", alice.id)
    resolve(report_id, "rename", username="neutral_1")
    assert (get_report(report_id).action_type, name_of(alice, bob)) == ("rename", "neutral_1")


@pytest.mark.parametrize("action_type", ["silence", "suspend"])
def test_a_silenced_or_suspended_member_can_be_renamed(alice, bob, action_type):
    take_action(alice, action_type, until_ms=ms_from_now(3600))
    rename(alice, "neutral_1")
    assert actions_against(alice.id)[0].username == "neutral_1"
    assert sign_in(alice).status_code == (200 if action_type == "silence" else 403)


def test_one_of_the_concurrent_renames_to_one_name_succeeds(alice, bob):
    def attempt(person):
        try:
            return rename(person, "neutral_1").username
        except AppError as error:
            return type(error)

    results = run_concurrently(lambda: attempt(alice), lambda: attempt(bob))
    assert sorted(map(str, results)) == sorted(["neutral_1", str(AlreadyExists)])


def test_an_erased_member_cannot_be_renamed(alice):
    assert alice.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    with assert_no_changes(), pytest.raises(NotFound):
        rename(alice, "neutral_1")


def test_the_limit_of_own_changes_does_not_count_those_of_staff(alice, settings):
    settings.RATE_LIMITS = True
    for number in range(4):
        rename_to = f"neutral_{number}"
        alice.username = rename(alice, rename_to).username
    assert rename_own(alice, "alicia").status_code == 200
