"""Deletion and restoration of reported content by staff."""

import pytest

from moderation.selectors import actions_against
from mysocial.core.errors import FOREVER_MS, Conflict, Invalid
from tests.chat.conversations import send_message
from tests.moderation.staff import audit_log, file_report, resolve, revoke, take_action
from tests.notifications.notification_checks import create_comment
from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up


def test_a_withheld_post_is_hidden_from_everyone_and_can_be_restored_completely(
    alice, bob, flush_all
):
    other, post = alice.create_post("Stays"), alice.create_post("Goes")
    comment = create_comment(bob, post, "Under it")
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    feed_before = bob.get("posts").json()
    post_before = bob.get(f"posts/{post['id']}").json()
    resolve(file_report(bob, "post", post["id"]), "delete")
    for person in (alice, bob):
        assert person.get(f"posts/{post['id']}").status_code == 404
        assert person.get(f"comments/{comment['id']}").status_code == 404
        feed = person.get("posts").json()
        assert [item["id"] for item in feed["posts"]] == [other["id"]]
        assert feed["total_posts"] == 1
        assert person.received_events("feed")[-1] == {
            "type": "post.deleted",
            "data": {"id": post["id"]},
        }
    assert bob.get(f"users/{alice.id}").json()["posts_count"] == 1
    assert alice.patch(f"posts/{post['id']}", {"text": "x"}).status_code == 404

    (deletion,) = [action for action in actions_against(alice.id) if action.action_type == "delete"]
    flush_all()
    revoke(deletion)
    assert bob.get("posts").json() == feed_before
    assert bob.get(f"posts/{post['id']}").json() == post_before
    assert bob.get(f"comments/{comment['id']}").json()["text"] == "Under it"
    assert bob.get(f"users/{alice.id}").json()["posts_count"] == 2
    assert bob.received_events("feed")[-1]["type"] == "post.updated"


def test_a_withheld_post_is_deleted_with_its_author(bob):
    carol = sign_up("carol")
    post = carol.create_post()
    resolve(file_report(bob, "post", post["id"]), "delete")
    carol.call("DELETE", "accounts/me", {"password": "correct-horse-battery"})
    assert bob.get("posts").json()["total_posts"] == 0


def test_deleted_comments_and_messages_cannot_be_restored(alice, bob):
    post = bob.create_post()
    comment, message = create_comment(alice, post, "Rude"), send_message(alice, bob, "Rude")
    alice.put(f"users/{bob.id}/block")  # a block, even a former one, does not stop staff
    alice.delete(f"users/{bob.id}/block")
    resolve(file_report(bob, "comment", comment["id"]), "delete")
    resolve(file_report(bob, "message", message["id"]), "delete")
    assert bob.get(f"comments/{comment['id']}").status_code == 404
    (shown,) = bob.get(f"chat/conversations/{alice.id}/messages").json()["messages"]
    assert (shown["is_deleted"], shown["text"]) == (True, "")
    for action in actions_against(alice.id):
        with assert_no_changes(), pytest.raises(Conflict):
            revoke(action)


def test_only_successful_actions_are_in_the_audit_log(alice, bob):
    take_action(alice, "silence", until_ms=FOREVER_MS)
    with pytest.raises(Invalid):
        take_action(alice, "warn")
    assert audit_log() == [("mod", "admin", "test", "x", "because")]
    report_id = file_report(bob, "user", alice.id)
    with pytest.raises(Invalid):
        resolve(report_id, "delete")
    assert len(audit_log()) == 1
    resolve(report_id, "suspend", until_ms=FOREVER_MS)
    assert len(audit_log()) == 2
