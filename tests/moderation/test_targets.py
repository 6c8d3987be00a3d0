"""What staff delete and bring back, and that each act is written down."""

import pytest

from moderation.selectors import actions_against
from mysocial.core.errors import FOREVER_MS, Conflict, Invalid
from tests.chat.conversations import say
from tests.moderation.staff import audit_log, measure, reported, resolve, undo
from tests.notifications.notification_checks import comments
from tests.support.concurrency import assert_no_changes
from tests.support.people import sign_up


def test_a_withheld_post_is_gone_for_all_and_comes_back_with_all_it_had(alice, bob, flush_all):
    kept, post = alice.create_post("Stays"), alice.create_post("Goes")
    comment = comments(bob, post, "Under it")
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    before = bob.get("posts").json()
    was = bob.get(f"posts/{post['id']}").json()
    resolve(reported(bob, "post", post["id"]), "delete")
    for person in (alice, bob):
        assert person.get(f"posts/{post['id']}").status_code == 404
        assert person.get(f"comments/{comment['id']}").status_code == 404
        feed = person.get("posts").json()
        assert [one["id"] for one in feed["posts"]] == [kept["id"]]
        assert feed["total_posts"] == 1
        assert person.received_events("feed")[-1] == {
            "type": "post.deleted",
            "data": {"id": post["id"]},
        }
    assert bob.get(f"users/{alice.id}").json()["posts_count"] == 1
    assert alice.patch(f"posts/{post['id']}", {"text": "x"}).status_code == 404

    (one,) = [m for m in actions_against(alice.id) if m.act == "delete"]
    flush_all()
    undo(one)
    assert bob.get("posts").json() == before
    assert bob.get(f"posts/{post['id']}").json() == was
    assert bob.get(f"comments/{comment['id']}").json()["text"] == "Under it"
    assert bob.get(f"users/{alice.id}").json()["posts_count"] == 2
    assert bob.received_events("feed")[-1]["type"] == "post.updated"


def test_a_withheld_post_goes_for_good_with_its_author(bob):
    carol = sign_up("carol")
    post = carol.create_post()
    resolve(reported(bob, "post", post["id"]), "delete")
    carol.call("DELETE", "currentuser", {"password": "correct-horse-battery"})
    assert bob.get("posts").json()["total_posts"] == 0


def test_a_comment_and_a_message_are_deleted_and_cannot_come_back(alice, bob):
    post = bob.create_post()
    comment, message = comments(alice, post, "Rude"), say(alice, bob, "Rude")
    alice.put(f"users/{bob.id}/block")  # no hindrance for staff
    alice.delete(f"users/{bob.id}/block")
    resolve(reported(bob, "comment", comment["id"]), "delete")
    resolve(reported(bob, "message", message["id"]), "delete")
    assert bob.get(f"comments/{comment['id']}").status_code == 404
    (shown,) = bob.get(f"chat/messages/{alice.id}").json()["messages"]
    assert (shown["is_deleted"], shown["text"]) == (True, "")
    for one in actions_against(alice.id):
        with assert_no_changes(), pytest.raises(Conflict):
            undo(one)


def test_each_act_is_written_down_and_a_refused_one_is_not(alice, bob):
    measure(alice, "silence", until=FOREVER_MS)
    with pytest.raises(Invalid):
        measure(alice, "warn")
    assert audit_log() == [("mod", "admin", "test", "x", "because")]
    pk = reported(bob, "user", alice.id)
    with pytest.raises(Invalid):
        resolve(pk, "delete")
    assert len(audit_log()) == 1
    resolve(pk, "suspend", until=FOREVER_MS)
    assert len(audit_log()) == 2
