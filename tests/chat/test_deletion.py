"""Deletion of messages, for one member or for everyone, and with an erased account."""

import pytest

from chat.cascades import ConversationsOfMember
from chat.models import Message, OpenChat, Participant
from chat.services.unread import require_can_interact
from mysocial.core.errors import Conflict, NotFound
from mysocial.outbox import queue_cascade, run_due_cascades
from mysocial.store import reads, write
from tests.chat.conversations import (
    GIF,
    author_card,
    chat_events,
    list_conversations,
    list_texts,
    mark_read,
    send_message,
    unread_counts,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import logged_events, sign_up
from users.store import users


def delete(person, message, scope):
    return person.delete(f"chat/messages/{message['id']}?for={scope}")


def test_a_message_deleted_for_everyone_keeps_its_place_without_content(
    alice, bob, stranger, flush_all, document
):
    first = send_message(alice, bob, "First")
    message = send_message(alice, bob, "Secret words", gif_url=GIF)
    bob.put(f"chat/messages/{message['id']}/reaction", {"type": "wow"})
    flush_all()

    response = delete(alice, message, "everyone")

    assert (response.status_code, response.json()) == (200, {"message": "Message deleted"})
    left = {**message, "text": "", "gif_url": "", "reactions": {}, "is_deleted": True}
    for person, other in ((alice, bob), (bob, alice)):
        assert person.get(f"chat/conversations/{other.id}/messages").json()["messages"] == [
            left,
            first,
        ]
        assert list_conversations(person)[0]["last_message"] == left
        assert chat_events(person)[-2:] == [
            {"type": "message.deleted", "data": {"id": message["id"], "for": "everyone"}},
            {"type": "conversation.updated", "data": list_conversations(person)[0]},
        ]
    assert chat_events(stranger) == []
    assert b"Secret" not in repr(live_records("chat.message")).encode()
    flush_all()
    kept = document(Message, message["id"])
    assert (kept["text"], kept["gif_url"], kept["reactions"]) == ("", "", {})
    assert unread_counts(bob) == (1, 1)
    with assert_no_changes():
        assert delete(alice, message, "everyone").status_code == 200


def test_a_message_deleted_for_everyone_does_not_show_that_it_was_edited(alice, bob):
    message = send_message(alice, bob, "Frist")
    alice.patch(f"chat/messages/{message['id']}", {"text": "First"})
    delete(alice, message, "everyone")
    left = {**message, "text": "", "is_deleted": True}
    for person, other in ((alice, bob), (bob, alice)):
        assert person.get(f"chat/conversations/{other.id}/messages").json()["messages"] == [left]


def test_a_deleted_message_cannot_be_changed(alice, bob):
    message = send_message(alice, bob)
    delete(alice, message, "everyone")
    path = f"chat/messages/{message['id']}"
    with assert_no_changes():
        assert alice.patch(path, {"text": "Back"}).status_code == 409
        assert bob.put(f"{path}/reaction", {"type": "like"}).status_code == 409
        assert bob.delete(f"{path}/reaction").status_code == 200


def test_a_concurrent_edit_does_not_restore_a_deleted_text(alice, bob):
    for _ in range(8):
        message = send_message(alice, bob)
        path = f"chat/messages/{message['id']}"
        edits = [lambda p=path: alice.patch(p, {"text": "Back"})] * 4
        likes = [lambda p=path: bob.put(f"{p}/reaction", {"type": "like"})] * 2
        responses = run_concurrently(*edits, *likes, lambda m=message: delete(alice, m, "everyone"))
        assert set(count_statuses(responses)) <= {200, 409}
        (left,) = bob.get(f"chat/conversations/{alice.id}/messages?limit=1").json()["messages"]
        assert (left["text"], left["reactions"], left["is_deleted"]) == ("", {}, True)


def test_only_the_sender_deletes_for_everyone_and_only_the_two_members_delete(alice, bob, stranger):
    message = send_message(alice, bob)
    with assert_no_changes():
        assert delete(bob, message, "everyone").status_code == 403
        for scope in ("me", "everyone"):
            assert delete(stranger, message, scope).status_code == 404
        for query in ("", "?for=", "?for=them"):
            assert alice.delete(f"chat/messages/{message['id']}{query}").status_code == 400


@pytest.mark.parametrize("who", ["sender", "receiver"])
def test_a_message_deleted_for_one_member_stays_for_the_other(alice, bob, who):
    member, other = (alice, bob) if who == "sender" else (bob, alice)
    first, last = send_message(alice, bob, "First"), send_message(alice, bob, "Last")
    before = chat_events(other)

    assert delete(member, last, "me").status_code == 200

    assert list_texts(member, other) == ["First"]
    assert list_texts(other, member) == ["Last", "First"]
    assert list_conversations(member)[0]["last_message"] == first
    assert list_conversations(other)[0]["last_message"] == last
    assert chat_events(member)[-2:] == [
        {"type": "message.deleted", "data": {"id": last["id"], "for": "me"}},
        {"type": "conversation.updated", "data": list_conversations(member)[0]},
    ]
    assert chat_events(other) == before
    with assert_no_changes():
        assert delete(member, last, "me").status_code == 404
        assert (
            member.put(f"chat/messages/{last['id']}/reaction", {"type": "like"}).status_code == 404
        )


def test_no_events_are_sent_about_a_message_that_a_member_deleted_for_themselves(alice, bob):
    message = send_message(alice, bob)
    delete(bob, message, "me")
    alice.patch(f"chat/messages/{message['id']}", {"text": "Edited"})
    alice.put(f"chat/messages/{message['id']}/reaction", {"type": "like"})
    assert [e["type"] for e in chat_events(alice)][-2:] == ["message.updated", "message.reaction"]
    assert chat_events(bob, "message.updated", "message.reaction", "message.created") == []


def test_a_conversation_with_only_hidden_messages_is_empty_until_the_next_message(alice, bob):
    for message in [send_message(alice, bob, str(number)) for number in range(3)]:
        delete(bob, message, "me")
    assert list_texts(bob, alice) == []
    assert list_conversations(bob) == [
        {"user": author_card(alice), "unread": 0, "last_message": None}
    ]
    assert unread_counts(bob) == (0, 0)
    again = send_message(alice, bob, "Again")
    assert list_conversations(bob) == [
        {"user": author_card(alice), "unread": 1, "last_message": again}
    ]
    assert list_texts(bob, alice) == ["Again"]
    assert list_texts(alice, bob) == ["Again", "2", "1", "0"]


@pytest.mark.parametrize("scope", ["me", "everyone"])
def test_a_deleted_unread_message_is_no_longer_counted(alice, bob, scope):
    who = bob if scope == "me" else alice
    old = send_message(alice, bob, "Old")
    mark_read(bob, alice)
    new, newer = send_message(alice, bob, "New"), send_message(alice, bob, "Newer")
    delete(who, old, scope)
    assert unread_counts(bob) == (2, 1)
    delete(who, new, scope)
    assert unread_counts(bob) == (1, 1)
    delete(who, newer, scope)
    assert unread_counts(bob) == (0, 0)
    assert list_conversations(bob)[0]["unread"] == 0


def test_a_hidden_unread_message_is_not_subtracted_twice(alice, bob):
    message = send_message(alice, bob)
    send_message(alice, bob)
    delete(bob, message, "me")
    assert unread_counts(bob) == (1, 1)
    delete(alice, message, "everyone")
    assert unread_counts(bob) == (1, 1)


def erase(person):
    """Delete a member's profile, as the erasure of an account does."""
    user = reads.get_record(users, person.id)
    with write() as w:
        w.delete(user)
        queue_cascade(w, user)


def test_the_conversations_of_an_erased_account_are_deleted_for_both_members(
    alice, bob, stranger, flush_all, document
):
    gone = [
        send_message(alice, bob, "One"),
        send_message(bob, alice, "Two"),
        send_message(alice, bob, "Three"),
    ]
    kept = send_message(stranger, bob, "Kept")
    alice.put(f"chat/users/{bob.id}")
    bob.put(f"chat/users/{alice.id}")
    bob.put(f"chat/users/{stranger.id}")
    flush_all()
    erase(alice)
    before = logged_events()

    for _ in range(2):
        assert ConversationsOfMember.delete_dependents(alice.id, limit=2) is False
    assert len(live_records("chat.message")) == 1
    assert run_due_cascades() == 1
    with assert_no_changes():
        assert ConversationsOfMember.delete_dependents(alice.id, limit=2) is True

    # The messages are deleted without events; the notifications about them are retracted.
    news = [event["type"] for event in logged_events()[len(before) :]]
    assert news == ["notification.deleted"] * len(news)
    assert [conversation["last_message"] for conversation in list_conversations(bob)] == [kept]
    assert [user["id"] for user in bob.get("chat/users").json()["users"]] == [stranger.id]
    assert unread_counts(bob) == (1, 1)
    assert bob.get(f"chat/conversations/{alice.id}/messages").status_code == 404
    assert len(live_records("chat.participant")) == 2
    assert len(live_records("chat.openchat")) == 1
    flush_all()
    for message in gone:
        assert document(Message, message["id"])["_deleted_at"] is not None
    assert document(Participant, f"{bob.id}:{alice.id}")["_deleted_at"] is not None


def test_conversations_started_during_an_erasure_are_deleted():
    people = [sign_up(f"person{number}") for number in range(4)]
    for number in range(8):
        gone = sign_up(f"gone{number}")
        body = {"receiver_id": gone.id, "text": "Hi"}
        sends = [lambda p=person, b=body: p.post("chat/messages", b) for person in people]
        opens = [lambda p=person, o=gone: p.put(f"chat/users/{o.id}") for person in people]
        responses = run_concurrently(*sends, *opens, lambda o=gone: erase(o))
        assert {response.status_code for response in responses if response} <= {200, 201, 404}
        assert run_due_cascades() == 1
        for label in ("chat.message", "chat.participant", "chat.openchat"):
            assert live_records(label) == {}


LOSSES = {
    "erased": lambda alice, bob: erase(bob),
    "blocks": lambda alice, bob: alice.put(f"users/{bob.id}/block"),
    "is blocked": lambda alice, bob: bob.put(f"users/{alice.id}/block"),
}


def open_late(person, other):
    """Open a chat like a request that read the other member before the tested change."""
    pk = f"{person.id}:{other.id}"
    with write() as w:
        require_can_interact(w, person.id, other.id)
        w.create(OpenChat(id=pk, user_id=person.id, other_id=other.id))


@pytest.mark.parametrize("loss", LOSSES)
def test_the_permission_to_interact_is_checked_in_the_write(alice, bob, loss):
    LOSSES[loss](alice, bob)
    with assert_no_changes(), pytest.raises((Conflict, NotFound)):
        open_late(alice, bob)


def test_messages_of_an_erased_account_are_hidden_before_they_are_deleted(alice, bob):
    message = send_message(alice, bob)
    send_message(bob, alice)
    erase(alice)
    assert (list_conversations(bob), unread_counts(bob)) == ([], (0, 0))
    with assert_no_changes():
        assert bob.get(f"chat/conversations/{alice.id}/messages").status_code == 404
        body = {"receiver_id": alice.id, "text": "Are you there?"}
        assert bob.post("chat/messages", body).status_code == 404
        assert bob.put(f"chat/users/{alice.id}").status_code == 404
        assert bob.put(f"chat/conversations/{alice.id}/read", {}).status_code == 404
        path = f"chat/messages/{message['id']}/reaction"
        assert bob.put(path, {"type": "like"}).status_code == 404
