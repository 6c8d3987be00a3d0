"""Edits of messages: who may edit, and what a report stores of earlier texts."""

import pytest

from chat.models import MAX_EDITS, MAX_HISTORY_BYTES
from chat.store import messages
from moderation.store import reports
from mysocial.store import newest_records, reads
from tests.chat.conversations import list_texts, send_message
from tests.moderation.staff import post_report
from tests.support.concurrency import assert_no_changes

EMOJI = "\U0001f600"


def edit(person, message, text):
    return person.patch(f"chat/messages/{message['id']}", {"text": text})


def history_of(message):
    return [each["text"] for each in reads.get_record(messages, message["id"]).history]


@pytest.mark.parametrize("policy", ["nobody", "following"])
def test_edits_and_reactions_need_the_permission_to_write(alice, bob, policy):
    message = send_message(alice, bob, "Hello")
    reaction = f"chat/messages/{message['id']}/reaction"
    alice.put(reaction, {"type": "like"})
    bob.patch("users/me/settings", {"who_may_message": policy})
    with assert_no_changes():
        assert edit(alice, message, "Answer me").status_code == 403
        assert alice.put(reaction, {"type": "wow"}).status_code == 403
    assert alice.delete(reaction).status_code == 200
    assert bob.put(reaction, {"type": "sad"}).status_code == 200  # alice accepts messages
    if policy == "following":
        bob.put(f"users/{alice.id}/follow")
    else:
        send_message(bob, alice, "You may answer")
    assert edit(alice, message, "Thank you").status_code == 200
    assert alice.put(reaction, {"type": "love"}).status_code == 200


def test_an_edit_is_refused_if_the_permission_ends_meanwhile(alice, bob, before_writes):
    message = send_message(alice, bob, "Hello")
    before_writes(lambda: bob.patch("users/me/settings", {"who_may_message": "nobody"}))
    assert edit(alice, message, "Answer me").status_code == 403
    assert list_texts(bob, alice) == ["Hello"]


def test_a_report_stores_all_texts_of_a_message_and_nobody_else_sees_them(alice, bob):
    message = send_message(alice, bob, "An insult")
    edit(alice, message, "Worse")
    edited = edit(alice, message, "Nice weather").json()["chat_message"]
    assert "history" not in edited
    assert "insult" not in bob.get(f"chat/messages/{alice.id}").content.decode()
    assert "insult" not in bob.get("chat/conversations").content.decode()
    response = post_report(bob, "message", message["id"], "harassment")
    assert "insult" not in response.content.decode()
    ((report,), _) = newest_records(reports, "all", "", limit=2)
    texts = report.excerpt.split("\n\n")
    assert texts[0] == "Nice weather"
    assert [text.rpartition("\n")[2] for text in texts[1:]] == ["Worse", "An insult"]


def test_earlier_texts_are_deleted_with_the_message(alice, bob):
    message = send_message(alice, bob, "One")
    edit(alice, message, "Two")
    edit(alice, message, "Two")
    assert history_of(message) == ["One"]
    alice.delete(f"chat/messages/{message['id']}?for=everyone")
    assert history_of(message) == []


def test_a_message_can_be_edited_fifty_times(alice, bob):
    message = send_message(alice, bob, "0")
    for number in range(MAX_EDITS):
        assert edit(alice, message, str(number + 1)).status_code == 200
    with assert_no_changes():
        response = edit(alice, message, "Once more")
    assert response.status_code == 409
    assert response.json()["detail"] == (
        "This message was edited too often. Send a new message instead."
    )
    assert len(history_of(message)) == MAX_EDITS


def test_the_earlier_texts_of_a_message_have_at_most_64_kib(alice, bob):
    size = MAX_HISTORY_BYTES // 4 // 4  # of 4 texts that fill it exactly
    message = send_message(alice, bob, EMOJI * size)
    for number in range(4):
        text = EMOJI * (size - 1) + f"{number:04}"
        assert edit(alice, message, text).status_code == 200
    with assert_no_changes():
        assert edit(alice, message, "x").status_code == 409
    assert sum(len(text.encode()) for text in history_of(message)) == MAX_HISTORY_BYTES
