"""Blocks, and the permission to write."""

import pytest

from chat.permissions import can_write_to
from chat.visibility import ParticipantVisibility
from tests.chat.conversations import (
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
from tests.support.people import logged_events


def paths(other, theirs, mine):
    """Return every request about another member, or about a message to or from them."""
    return [
        ("POST", "chat/messages", {"receiver_id": other.id, "text": "Hi"}),
        ("GET", f"chat/conversations/{other.id}/messages", None),
        ("PUT", f"chat/conversations/{other.id}/read", {}),
        ("PUT", f"chat/messages/{theirs['id']}/reaction", {"type": "like"}),
        ("DELETE", f"chat/messages/{theirs['id']}/reaction", None),
        ("PATCH", f"chat/messages/{mine['id']}", {"text": "Hi"}),
        ("DELETE", f"chat/messages/{theirs['id']}?for=everyone", None),
        ("DELETE", f"chat/messages/{theirs['id']}?for=me", None),
        ("PUT", f"chat/users/{other.id}", None),
        ("DELETE", f"chat/users/{other.id}", None),
    ]


def test_a_block_hides_the_conversation_from_both_until_it_ends(alice, bob):
    first, second = send_message(alice, bob, "One"), send_message(bob, alice, "Two")
    alice.put(f"chat/users/{bob.id}")
    bob.put(f"chat/users/{alice.id}")
    before = [
        (list_conversations(p), unread_counts(p), p.get("chat/users").json()) for p in (alice, bob)
    ]
    alice.put(f"users/{bob.id}/block")
    with assert_no_changes():
        for person, other, theirs, mine in (
            (alice, bob, second, first),
            (bob, alice, first, second),
        ):
            for request in paths(other, theirs, mine):
                assert person.call(*request).status_code == 404, request
            assert (list_conversations(person), unread_counts(person)) == ([], (0, 0))
            assert person.get("chat/users").json()["users"] == []
            assert chat_events(person) == []
    alice.delete(f"users/{bob.id}/block")
    after = [
        (list_conversations(p), unread_counts(p), p.get("chat/users").json()) for p in (alice, bob)
    ]
    assert after == before
    assert list_texts(bob, alice) == ["Two", "One"]


@pytest.mark.parametrize("blocker", ["sender", "receiver"])
def test_senders_can_delete_their_messages_across_a_block(alice, bob, blocker):
    mine = send_message(alice, bob, "Mine")
    send_message(bob, alice, "Theirs")
    member, other = (alice, bob) if blocker == "sender" else (bob, alice)
    member.put(f"users/{other.id}/block")
    response = alice.delete(f"chat/messages/{mine['id']}?for=everyone")
    assert response.json() == {"message": "Message deleted"}
    assert (chat_events(alice), chat_events(bob)) == ([], [])
    member.delete(f"users/{other.id}/block")
    assert list_texts(bob, alice) == ["Theirs", ""]
    assert unread_counts(bob) == (0, 0)


@pytest.mark.parametrize("round_", range(4))
@pytest.mark.parametrize("blocker", ["sender", "receiver"])
def test_no_message_is_accepted_after_a_block(alice, bob, blocker, round_):
    if round_ % 2:
        send_message(alice, bob, "Before")
    member, other = (alice, bob) if blocker == "sender" else (bob, alice)
    body = {"receiver_id": bob.id, "text": "Hi"}
    sends = [lambda: alice.post("chat/messages", body)] * 8
    responses = run_concurrently(*sends, lambda: member.put(f"users/{other.id}/block"))
    assert set(count_statuses(responses)) <= {200, 201, 404}
    kinds = [event["type"] for event in logged_events()]
    assert "message.created" not in kinds[kinds.index("block.created") :]


CHANGES = {
    "message.reaction": lambda alice, bob, message: bob.put(
        f"chat/messages/{message['id']}/reaction", {"type": "like"}
    ),
    "message.updated": lambda alice, bob, message: alice.patch(
        f"chat/messages/{message['id']}", {"text": "Edited"}
    ),
    "message.deleted": lambda alice, bob, message: bob.delete(
        f"chat/messages/{message['id']}?for=me"
    ),
    "message.read": lambda alice, bob, message: bob.put(f"chat/conversations/{alice.id}/read", {}),
    "chat.users": lambda alice, bob, message: bob.put(f"chat/users/{alice.id}"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_no_change_is_accepted_after_a_block(alice, bob, kind):
    for _ in range(6):
        messages = [send_message(alice, bob) for _ in range(5)]
        changes = [
            lambda message=message: CHANGES[kind](alice, bob, message) for message in messages
        ]
        responses = run_concurrently(*changes, lambda: alice.put(f"users/{bob.id}/block"))
        assert set(count_statuses(responses)) <= {200, 404}
        kinds = [event["type"] for event in logged_events()]
        last = len(kinds) - kinds[::-1].index("block.created")
        assert kind not in kinds[last:]
        alice.delete(f"users/{bob.id}/block")
        bob.delete(f"chat/users/{alice.id}")


def test_no_message_is_accepted_after_the_follow_that_allowed_it_ends(alice, bob):
    bob.patch("users/me/settings", {"who_may_message": "following"})
    body = {"receiver_id": bob.id, "text": "Hi"}
    for _ in range(4):
        bob.put(f"users/{alice.id}/follow")
        sends = [lambda: alice.post("chat/messages", body)] * 8
        responses = run_concurrently(*sends, lambda: bob.delete(f"users/{alice.id}/follow"))
        assert set(count_statuses(responses)) <= {200, 201, 403}
        kinds = [event["type"] for event in logged_events()]
        last = len(kinds) - kinds[::-1].index("follow.deleted")
        assert "message.created" not in kinds[last:]


def test_no_message_is_accepted_after_the_receiver_changes_the_setting(alice, bob):
    body = {"receiver_id": bob.id, "text": "Hi"}
    for _ in range(4):
        bob.patch("users/me/settings", {"who_may_message": "everyone"})
        sends = [lambda: alice.post("chat/messages", body)] * 8

        def close():
            response = bob.patch("users/me/settings", {"who_may_message": "nobody"})
            return response, len(list_texts(bob, alice, "?limit=100"))

        *responses, (closed, count) = run_concurrently(*sends, close)
        assert set(count_statuses([*responses, closed])) <= {200, 201, 403}
        assert len(list_texts(bob, alice, "?limit=100")) == count


def test_the_setting_of_the_receiver_decides_who_may_write(alice, bob, stranger):
    body = {"receiver_id": bob.id, "text": "Hi"}
    bob.put(f"users/{alice.id}/follow")
    for who, may in (
        ("everyone", (201, 201)),
        ("following", (201, 403)),
        ("nobody", (403, 403)),
    ):
        bob.patch("users/me/settings", {"who_may_message": who})
        assert tuple(p.post("chat/messages", body).status_code for p in (alice, stranger)) == may
    with assert_no_changes():
        response = alice.post("chat/messages", body)
    assert response.json()["detail"] == "This member does not accept messages from you."
    assert (list_texts(bob, alice), list_texts(bob, stranger)) == (["Hi", "Hi"], ["Hi"])


def test_a_member_may_reply_to_the_receiver(alice, bob):
    bob.patch("users/me/settings", {"who_may_message": "nobody"})
    send_message(bob, alice, "Tell me")
    send_message(alice, bob, "Gladly")
    send_message(alice, bob, "And more")
    assert unread_counts(bob) == (2, 1)


def test_following_the_receiver_does_not_allow_writing(alice, bob):
    bob.patch("users/me/settings", {"who_may_message": "following"})
    alice.put(f"users/{bob.id}/follow")
    with assert_no_changes():
        body = {"receiver_id": bob.id, "text": "Hi"}
        assert alice.post("chat/messages", body).status_code == 403


@pytest.mark.parametrize(
    ("who_may", "is_followed", "has_written", "may"),
    [
        ("everyone", False, False, True),
        ("following", False, False, False),
        ("following", True, False, True),
        ("following", False, True, True),
        ("nobody", True, False, False),
        ("nobody", False, True, True),
        ("", True, False, False),
    ],
)
def test_can_write_to(who_may, is_followed, has_written, may):
    assert can_write_to(who_may, is_followed=is_followed, has_written=has_written) is may


def test_open_chats_change_only_explicitly_and_are_announced_to_their_owner(alice, bob):
    send_message(alice, bob)
    assert alice.get("chat/users").json() == {"users": [], "next": None}
    assert alice.put(f"chat/users/{bob.id}").json() == {"message": "Chat opened"}
    with assert_no_changes():
        assert alice.put(f"chat/users/{bob.id}").status_code == 200
    (shown,) = alice.get("chat/users").json()["users"]
    assert (shown["id"], shown["is_private"]) == (bob.id, False)
    mark_read(bob, alice)
    assert bob.get("chat/users").json() == {"users": [], "next": None}
    assert alice.delete(f"chat/users/{bob.id}").json() == {"message": "Chat closed"}
    with assert_no_changes():
        assert alice.delete(f"chat/users/{bob.id}").status_code == 200
    assert alice.get("chat/users").json() == {"users": [], "next": None}
    assert [event["data"] for event in chat_events(alice, "chat.")] == [
        {"user_id": bob.id, "is_open": True},
        {"user_id": bob.id, "is_open": False},
    ]
    topics = [f"self:{alice.id}", f"user:{alice.id}"]
    assert [e for e in bob.received_events(*topics) if e["type"] == "chat.users"] == []


def test_ten_concurrent_openings_create_one_open_chat(alice, bob):
    responses = run_concurrently(*[lambda: alice.put(f"chat/users/{bob.id}")] * 10)
    assert count_statuses(responses) == {200: 10}
    assert list(live_records("chat.openchat")) == [f"{alice.id}:{bob.id}"]
    assert len(chat_events(alice, "chat.")) == 1
    run_concurrently(*[lambda: alice.delete(f"chat/users/{bob.id}")] * 10)
    assert len(chat_events(alice, "chat.")) == 2


def test_a_participant_is_visible_to_its_owner_only_and_not_across_a_block(alice, bob, stranger):
    send_message(alice, bob)
    pk, other = f"{bob.id}:{alice.id}", f"{alice.id}:{bob.id}"
    everybody = {alice.id, bob.id, stranger.id}
    assert ParticipantVisibility.viewers(pk, everybody) == {bob.id}
    assert ParticipantVisibility.visible_ids([pk, other], bob.id) == {pk}
    assert ParticipantVisibility.visible_ids([pk, other], stranger.id) == set()
    bob.put(f"users/{alice.id}/block")
    assert ParticipantVisibility.viewers(pk, everybody) == set()
    assert ParticipantVisibility.visible_ids([pk, other], bob.id) == set()
