"""Unread counts, exact under concurrent sends, reads and deletions."""

import random
from datetime import datetime, timedelta

from chat import selectors, services
from chat.models import Participant
from chat.store import messages, participants
from mysocial.core.ids import new_id, now
from mysocial.core.mongo import ping
from mysocial.store import reads, write
from tests.chat.conversations import (
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
    mongod_paused,
    run_concurrently,
)
from tests.support.people import sign_up


def get_participant(person, other):
    return reads.get_record(participants, f"{person.id}:{other.id}")


def count_unread(person, other):
    """Return the number of unread messages, counted from the messages."""
    side = get_participant(person, other)
    records = reads.get_records(messages, live_records("chat.message"))
    return sum(selectors.is_unread(message, side) for message in records.values())


def test_fifty_concurrent_messages_are_all_counted_as_unread(alice, bob, flush_all, document):
    body = {"receiver_id": bob.id, "text": "Hi"}
    responses = run_concurrently(*[lambda: alice.post("chat/messages", body)] * 50)
    assert count_statuses(responses) == {201: 50}
    assert unread_counts(bob) == (50, 1)
    sent = [response.json()["chat_message"] for response in responses]
    in_order = sorted(sent, key=lambda message: message["id"])
    page = bob.get(f"chat/conversations/{alice.id}/messages?order=oldest&limit=100").json()
    assert page["messages"] == in_order
    assert list_conversations(bob) == [
        {"user": author_card(alice), "unread": 50, "last_message": in_order[-1]}
    ]
    counts = [e["data"]["unread"] for e in chat_events(bob, "conversation.updated")]
    assert counts == list(range(1, 51))
    flush_all()
    assert document(Participant, f"{bob.id}:{alice.id}")["unread"] == 50


def test_ten_concurrent_reads_mark_the_messages_once(alice, bob):
    for _ in range(3):
        send_message(alice, bob)
    responses = run_concurrently(*[lambda: bob.put(f"chat/conversations/{alice.id}/read", {})] * 10)
    assert count_statuses(responses) == {200: 10}
    assert unread_counts(bob) == (0, 0)
    assert list_conversations(bob)[0]["unread"] == 0
    assert len(chat_events(bob, "message.read")) == 1


def test_only_the_sender_gets_the_read_receipt(alice, bob, stranger):
    send_message(alice, bob, "One")
    last = send_message(alice, bob, "Two")
    with assert_no_changes():
        assert mark_read(alice, bob)["unread"] == 0
    conversation = mark_read(bob, alice)
    assert conversation == {"user": author_card(alice), "unread": 0, "last_message": last}
    data = {"user_id": bob.id, "other_id": alice.id, "read_up_to": last["id"]}
    event = {"type": "message.read", "data": data}
    assert chat_events(alice)[-1] == event
    assert chat_events(bob)[-2:] == [event, {"type": "conversation.updated", "data": conversation}]
    assert chat_events(stranger) == []
    assert alice.get(f"chat/conversations/{bob.id}/messages").json()["read_up_to"] == last["id"]
    assert bob.get(f"chat/conversations/{alice.id}/messages").json()["read_up_to"] == ""
    with assert_no_changes():
        assert mark_read(bob, alice) == conversation
    send_message(alice, bob, "Three")
    assert unread_counts(bob) == (1, 1)


def test_a_conversation_that_does_not_exist_cannot_be_read(alice, bob):
    with assert_no_changes():
        assert alice.put(f"chat/conversations/{bob.id}/read", {}).status_code == 404


def test_a_message_that_arrives_during_a_read_is_read_or_unread(alice, bob):
    body = {"receiver_id": bob.id, "text": "Hi"}
    writes = [lambda: alice.post("chat/messages", body)] * 5
    reading = [lambda: bob.put(f"chat/conversations/{alice.id}/read", {})] * 5
    for _ in range(12):
        send_message(alice, bob)
        assert set(count_statuses(run_concurrently(*writes, *reading))) == {200, 201}
        assert (
            unread_counts(bob)[0] == get_participant(bob, alice).unread == count_unread(bob, alice)
        )
    mark_read(bob, alice)
    assert unread_counts(bob) == (0, 0)


def test_a_message_that_arrived_after_the_start_of_a_read_stays_unread(alice, bob):
    send_message(alice, bob, "Seen")
    seen = get_participant(bob, alice)
    send_message(alice, bob, "Came meanwhile")
    mine = send_message(bob, alice, "Mine")
    send_message(alice, bob, "And so did this")
    services.read_receipts.mark_read_up_to(seen)
    assert unread_counts(bob) == (2, 1)
    assert count_unread(bob, alice) == 2
    assert get_participant(bob, alice).read_up_to == seen.last_message_id
    with assert_no_changes():
        services.read_receipts.mark_read_up_to(seen)
    assert mark_read(bob, alice)["unread"] == 0
    assert get_participant(bob, alice).read_up_to > mine["id"]


def test_a_clock_that_is_ahead_does_not_change_the_order_of_messages(alice, bob):
    send_message(alice, bob, "First")
    ahead = f"{int(new_id(), 16) + (1 << 80):024x}"
    later = now() + timedelta(hours=1)
    for side in (get_participant(alice, bob), get_participant(bob, alice)):
        with write() as w:
            w.update(side, last_message_id=ahead, last_message_at=later)
    mark_read(bob, alice)
    second = send_message(alice, bob, "Second")
    assert second["id"] > ahead
    assert datetime.fromisoformat(second["created_at"]) == later
    assert unread_counts(bob) == (1, 1)
    assert list_texts(bob, alice) == ["Second", "First"]


def test_concurrent_sends_reads_and_deletions_leave_an_exact_count(alice, bob, flush_all, document):
    dice = random.Random(20261122)
    for _ in range(16):
        old = [send_message(alice, bob)["id"] for _ in range(3)]

        def act(number, old=old):
            path = f"chat/messages/{old[number % 3]}"
            return [
                lambda: alice.post("chat/messages", {"receiver_id": bob.id, "text": "Hi"}),
                lambda: alice.delete(f"{path}?for=everyone"),
                lambda: bob.delete(f"{path}?for=me"),
                lambda: alice.delete(f"{path}?for=me"),
                lambda: bob.put(f"chat/conversations/{alice.id}/read", {}),
            ][dice.choice([0, 1, 1, 1, 2, 2, 2, 3, 4])]

        responses = run_concurrently(*map(act, range(14)))
        assert set(count_statuses(responses)) <= {200, 201, 404}
        assert (
            unread_counts(bob)[0] == get_participant(bob, alice).unread == count_unread(bob, alice)
        )
        assert unread_counts(alice) == (0, 0)
        for person, other in ((alice, bob), (bob, alice)):
            newest = person.get(f"chat/conversations/{other.id}/messages?limit=1").json()[
                "messages"
            ]
            assert [list_conversations(person)[0]["last_message"]] == newest
            assert (
                chat_events(person, "conversation.updated")[-1]["data"]
                == list_conversations(person)[0]
            )
    flush_all()
    kept = document(Participant, f"{bob.id}:{alice.id}")
    assert kept["unread"] == count_unread(bob, alice)
    assert kept["has_unread"] is (kept["unread"] > 0)


def test_unread_counts_are_summed_over_conversations(alice, bob, flush_all):
    people = [sign_up(f"person{number}") for number in range(4)]
    for number, person in enumerate(people):
        for _ in range(number):
            send_message(person, alice)
    assert unread_counts(alice) == (6, 3)
    mark_read(alice, people[3])
    assert unread_counts(alice) == (3, 2)
    flush_all()
    ping()
    with mongod_paused():
        assert unread_counts(alice) == (3, 2)
        assert unread_counts(bob) == (0, 0)


def test_conversations_are_listed_by_their_newest_message_and_paged(alice, bob):
    people = [sign_up(f"person{number}") for number in range(4)]
    for person in people:
        send_message(person, alice, person.username)
    send_message(alice, people[1], "Again")
    usernames, cursor = [], ""
    while cursor is not None:
        page = alice.get(f"chat/conversations?limit=2&cursor={cursor}").json()
        usernames += [conversation["user"]["username"] for conversation in page["conversations"]]
        cursor = page["next"]
    assert usernames == ["person1", "person3", "person2", "person0"]
    assert list_conversations(bob) == []
