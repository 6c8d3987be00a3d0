"""The admin pages of moderation, used by a moderator who is not a superuser."""

import re

from moderation.models import ModerationAction, WordFilter
from moderation.selectors import actions_against, find_member, get_report, notes_on, phrases
from moderation.text_matching import matching_actions
from mysocial.core import mongo
from mysocial.core.redis import client
from tests.chat.conversations import send_message
from tests.moderation.staff import audit_log, file_report, sign_in
from tests.notifications.notification_checks import list_notifications, notification_types
from tests.support.concurrency import assert_no_changes
from tests.support.stack import wait_for
from users.store import users

QUEUE = "/admin/moderation/report/"
ACTIONS = "/admin/moderation/moderationaction/"
FILTERS = "/admin/moderation/wordfilter/"
AUDIT = "/admin/mysocial/auditentry/"


def page_of(report_id):
    """Return the path of a report's page."""
    return f"{QUEUE}{report_id}/change/"


def confirm_action(browser, form, member):
    """Send the form of an action, check the page that shows the member, and confirm it."""
    with assert_no_changes():
        page = browser.post(f"{ACTIONS}add/", form)
    text = page.content.decode()
    assert page.status_code == 200
    for shown in (member.username, member.id, f"Picture of {member.username}", "Joined", "Posts"):
        assert shown in text
    return browser.post(f"{ACTIONS}add/", {**form, "confirmed_id": member.id})


def post_operation(browser, report_id, operation, **fields):
    """Post an operation on the page of a report and return the page that follows."""
    form = {"operation": operation, **fields}
    response = browser.post(page_of(report_id), form, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_queue_is_filtered_by_state_target_type_and_assignee(
    moderator_client, alice, bob, flush_all
):
    post = alice.create_post("Buy now")
    first, second = file_report(bob, "post", post["id"]), file_report(bob, "user", alice.id)
    post_operation(moderator_client, first, "assign")
    post_operation(moderator_client, second, "decline", audit_reason="Nothing to see.")
    flush_all()

    def listed(**query):
        response = moderator_client.get(QUEUE, query)
        assert response.status_code == 200
        return set(re.findall(rf"{QUEUE}(\w+)/change/", response.content.decode()))

    assert listed() == {first, second}
    assert listed(state__exact="open") == {first}
    assert listed(state__exact="declined") == {second}
    assert listed(target_type__exact="user") == {second}
    assert listed(assigned_to="me") == {first, second}
    assert listed(assigned_to="nobody") == set()
    assert listed(q=post["id"]) == {first}
    assert "Buy now" not in moderator_client.get(QUEUE).content.decode()


def test_every_operation_on_a_report_is_in_the_audit_log(moderator_client, alice, bob):
    post = alice.create_post("Buy <b>now</b>")
    report_id = file_report(bob, "post", post["id"])
    page = moderator_client.get(page_of(report_id)).content.decode()
    assert "Buy &lt;b&gt;now&lt;/b&gt;" in page
    assert "Assign to me" in page

    assert "Unassign" in post_operation(moderator_client, report_id, "assign")
    assert "Seen before." in post_operation(
        moderator_client, report_id, "note", text="Seen before."
    )
    decision = {
        "action_type": "delete",
        "duration": "",
        "message": "",
        "audit_reason": "It is spam.",
    }
    assert "Resolved" in post_operation(moderator_client, report_id, "resolve", **decision)

    report = get_report(report_id)
    shown = (report.state, report.action_type, report.assignee, report.closed_by)
    assert shown == ("resolved", "delete", "the_moderator", "the_moderator")
    assert [(note.author, note.text) for note in notes_on(report_id)] == [
        ("the_moderator", "Seen before.")
    ]
    assert bob.get(f"posts/{post['id']}").status_code == 404
    assert notification_types(bob) == ["report"]
    target = f"moderation.report:{report_id}"
    origin = ("the_moderator", "admin")
    changes = [entry for entry in audit_log() if entry.action != "view report"]
    # The post is deleted by a write before the one that closes the report.
    assert changes == [
        (*origin, "resolve (delete) report", target, "It is spam."),
        (*origin, "resolve (delete) report", target, "It is spam."),
        (*origin, "add note to report", target, ""),
        (*origin, "assign report", target, ""),
    ]
    views = [entry for entry in audit_log() if entry.action == "view report"]
    assert views == [(*origin, "view report", target, "")] * 4


def test_a_deletion_is_revoked_on_the_page_of_its_report(moderator_client, alice, bob):
    post = alice.create_post("Buy now")
    report_id = file_report(bob, "post", post["id"])
    fields = {"action_type": "delete", "audit_reason": "It is spam."}
    assert "Resolved" in post_operation(moderator_client, report_id, "resolve", **fields)
    assert bob.get(f"posts/{post['id']}").status_code == 404

    (deletion,) = actions_against(alice.id)
    fields = {"action_id": deletion.id, "audit_reason": "It is not spam."}
    assert "Revoke" in post_operation(moderator_client, report_id, "revoke", **fields)
    assert bob.get(f"posts/{post['id']}").status_code == 200
    entry = next(entry for entry in audit_log() if entry.action.startswith("revoke"))
    assert entry.target == f"moderation.moderationaction:{deletion.id}"
    assert entry.reason == "It is not spam."


def test_an_incomplete_decision_changes_nothing(moderator_client, alice, bob):
    report_id = file_report(bob, "user", alice.id)
    moderator_client.get(page_of(report_id))
    for decision in (
        {"action_type": "suspend", "duration": "permanent", "audit_reason": ""},
        {"action_type": "suspend", "duration": "", "audit_reason": "x"},
        {"action_type": "delete", "duration": "", "audit_reason": "x"},
        {"action_type": "warn", "duration": "", "message": "", "audit_reason": "x"},
        {"action_type": "explode", "duration": "", "audit_reason": "x"},
    ):
        post_operation(moderator_client, report_id, "resolve", **decision)
        assert get_report(report_id).state == "open"
    assert "Enter a reason for declining." in post_operation(
        moderator_client, report_id, "decline", audit_reason=" "
    )
    assert get_report(report_id).state == "open"
    assert [entry for entry in audit_log() if entry.action != "view report"] == []
    assert alice.get("accounts/me").status_code == 200


def test_staff_can_read_messages_only_on_the_page_of_their_report(
    moderator_client, moderator, alice, bob, flush_all
):
    """Messages that nobody reported are on no page, not even for superusers."""
    sent = [send_message(alice, bob, f"canary-{number}") for number in range(9)]
    flush_all()
    pages = [f"/admin/chat/message/{message['id']}/change/" for message in sent]
    for browser in (moderator_client, moderator):
        for path in (*pages, "/admin/chat/message/", "/admin/chat/participant/", QUEUE):
            assert "canary" not in browser.get(path).content.decode(), path
    assert moderator_client.get(pages[4]).status_code == 403
    assert moderator_client.get(page_of(sent[4]["id"])).status_code == 404
    assert audit_log() == []

    report_id = file_report(bob, "message", sent[4]["id"])
    page = moderator_client.get(page_of(report_id)).content.decode()
    shown = set(re.findall(r"canary-\d", page))
    assert shown == {f"canary-{number}" for number in range(1, 8)}
    assert [entry.action for entry in audit_log()] == ["view report"]
    flush_all()
    assert "canary" not in moderator_client.get(QUEUE).content.decode()

    post_operation(moderator_client, report_id, "decline", audit_reason="Fine.")
    page = moderator_client.get(page_of(report_id)).content.decode()
    assert set(re.findall(r"canary-\d", page)) == {"canary-4"}


def test_a_report_is_not_shown_when_the_view_cannot_be_recorded(moderator_client, alice, bob):
    report_id = file_report(bob, "message", send_message(alice, bob, "canary")["id"])
    client().config_set("min-replicas-to-write", 1)  # reads work, writes fail
    try:
        response = moderator_client.get(page_of(report_id))
    finally:
        client().config_set("min-replicas-to-write", 0)
    assert (response.status_code, response["Location"]) == (302, QUEUE)
    assert "canary" not in response.content.decode()
    assert audit_log() == []


def test_a_member_is_suspended_without_a_report_and_restored(moderator_client, alice, flush_all):
    form = {
        "member": "alice",
        "action_type": "suspend",
        "duration": "permanent",
        "message": "Enough.",
        "audit_reason": "Spam",
    }
    response = confirm_action(moderator_client, form, alice)
    assert response.status_code == 302, response.content.decode()[:3000]
    response = sign_in(alice)
    assert response.json()["detail"] == "This account is suspended permanently: Enough."
    flush_all()
    (action,) = mongo.find(ModerationAction, {})
    assert audit_log() == [
        (
            "the_moderator",
            "admin",
            "add moderation action",
            f"moderation.moderationaction:{action['_id']}",
            "Spam",
        )
    ]
    listed = moderator_client.get(ACTIONS).content.decode()
    assert "alice" in listed
    assert moderator_client.get(f"{ACTIONS}{action['_id']}/change/").status_code == 200
    moderator_client.post(ACTIONS, {"action": "revoke", "_selected_action": [action["_id"]]})
    assert sign_in(alice).status_code == 200


def test_a_failed_action_shows_the_error_and_creates_nothing(moderator_client, alice):
    form = {"member": "nobody_at_all", "action_type": "warn", "duration": "", "message": "x"}
    with assert_no_changes():
        page = moderator_client.post(f"{ACTIONS}add/", form, follow=True).content.decode()
    assert "There is no member with this username or id." in page
    assert "added successfully" not in page


def test_an_action_is_not_taken_against_a_member_who_was_not_shown(moderator_client, alice, bob):
    form = {"member": "alice", "action_type": "warn", "duration": "", "message": "x"}
    for confirmed_id in ("", bob.id, "alice"):
        with assert_no_changes():
            page = moderator_client.post(
                f"{ACTIONS}add/", {**form, "confirmed_id": confirmed_id}
            ).content.decode()
        assert f'name="confirmed_id" value="{alice.id}"' in page


def test_a_name_is_looked_up_before_an_id(alice, bob):
    assert find_member(" Alice ") == find_member(alice.id) == alice.id
    # A member of an earlier version may have a name that is the id of another member.
    client().set(users.unique_key("username_key", alice.id), bob.id)
    assert find_member(alice.id) == bob.id
    client().delete(users.unique_key("username_key", alice.id))


def test_a_warning_from_the_admin_notifies_the_member(moderator_client, alice):
    form = {
        "member": alice.id,
        "action_type": "warn",
        "duration": "",
        "message": "Be kind.",
        "audit_reason": "",
    }
    assert confirm_action(moderator_client, form, alice).status_code == 302
    assert [notification["message"] for notification in list_notifications(alice)] == ["Be kind."]


def test_word_filters_are_managed_in_the_admin(moderator_client, alice, flush_all):
    def wait_for_actions(word, actions):
        wait_for(
            lambda: matching_actions(word, phrases()) == actions,
            within=20,
            name=f"the filter of {word}",
        )

    def submit(path, **form):
        assert moderator_client.post(path, form).status_code == 302

    submit(f"{FILTERS}add/", phrase="gizmo", action="reject")
    wait_for_actions("gizmo", {"reject"})
    assert alice.post("posts", {"text": "A Gizmo"}).status_code == 400
    flush_all()
    (word_filter,) = mongo.find(WordFilter, {})
    path = f"{FILTERS}{word_filter['_id']}/"
    submit(f"{path}change/", phrase="gadget", action="reject")
    wait_for_actions("gadget", {"reject"})
    flush_all()
    form = {"phrase": "?!", "action": "flag"}
    page = moderator_client.post(f"{path}change/", form, follow=True)
    assert "Enter at least one word." in page.content.decode()
    submit(f"{path}delete/", post="yes", audit_reason="Fine now")
    wait_for_actions("gadget", set())
    assert [(entry.action, entry.reason) for entry in audit_log()] == [
        ("delete word filter", "Fine now"),
        ("change word filter", ""),
        ("add word filter", ""),
    ]
