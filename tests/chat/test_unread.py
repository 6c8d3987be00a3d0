"""What is unread: exact, whoever writes, reads and deletes at the same moment."""

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


def side_of(person, other):
    return reads.get_record(participants, f"{person.id}:{other.id}")


def counted(person, other):
    """Return what is unread by the messages themselves."""
    side = side_of(person, other)
    found = reads.get_records(messages, live_records("chat.message"))
    return sum(selectors.is_unread(message, side) for message in found.values())


def test_fifty_messages_at_once_are_fifty_unread(alice, bob, flush_all, document):
    body = {"receiver_id": bob.id, "text": "Hi"}
    answers = run_concurrently(*[lambda: alice.post("chat/message", body)] * 50)
    assert count_statuses(answers) == {201: 50}
    assert unread_counts(bob) == (50, 1)
    found = [answer.json()["chat_message"] for answer in answers]
    in_order = sorted(found, key=lambda message: message["id"])
    page = bob.get(f"chat/messages/{alice.id}?order=oldest&limit=100").json()
    assert page["messages"] == in_order
    assert list_conversations(bob) == [
        {"user": author_card(alice), "unread": 50, "last_message": in_order[-1]}
    ]
    counts = [e["data"]["unread"] for e in chat_events(bob, "conversation.updated")]
    assert counts == list(range(1, 51))
    flush_all()
    assert document(Participant, f"{bob.id}:{alice.id}")["unread"] == 50


def test_reading_ten_times_at_once_reads_once(alice, bob):
    for _ in range(3):
        send_message(alice, bob)
    answers = run_concurrently(*[lambda: bob.put("chat/messages/read", {"user_id": alice.id})] * 10)
    assert count_statuses(answers) == {200: 10}
    assert unread_counts(bob) == (0, 0)
    assert list_conversations(bob)[0]["unread"] == 0
    assert len(chat_events(bob, "message.read")) == 1


def test_the_sender_learns_what_was_read_and_nobody_else_does(alice, bob, stranger):
    send_message(alice, bob, "One")
    last = send_message(alice, bob, "Two")
    with assert_no_changes():
        assert mark_read(alice, bob)["unread"] == 0
    conversation = mark_read(bob, alice)
    assert conversation == {"user": author_card(alice), "unread": 0, "last_message": last}
    said = {"user_id": bob.id, "other_id": alice.id, "read_up_to": last["id"]}
    news = {"type": "message.read", "data": said}
    assert chat_events(alice)[-1] == news
    assert chat_events(bob)[-2:] == [news, {"type": "conversation.updated", "data": conversation}]
    assert chat_events(stranger) == []
    assert alice.get(f"chat/messages/{bob.id}").json()["read_up_to"] == last["id"]
    assert bob.get(f"chat/messages/{alice.id}").json()["read_up_to"] == ""
    with assert_no_changes():
        assert mark_read(bob, alice) == conversation
    send_message(alice, bob, "Three")
    assert unread_counts(bob) == (1, 1)


def test_there_is_nothing_to_read_where_nothing_was_written(alice, bob):
    with assert_no_changes():
        assert alice.put("chat/messages/read", {"user_id": bob.id}).status_code == 404


def test_what_comes_while_one_reads_is_read_or_unread_but_never_lost(alice, bob):
    body = {"receiver_id": bob.id, "text": "Hi"}
    writes = [lambda: alice.post("chat/message", body)] * 5
    reading = [lambda: bob.put("chat/messages/read", {"user_id": alice.id})] * 5
    for _ in range(12):
        send_message(alice, bob)
        assert set(count_statuses(run_concurrently(*writes, *reading))) == {200, 201}
        assert unread_counts(bob)[0] == side_of(bob, alice).unread == counted(bob, alice)
    mark_read(bob, alice)
    assert unread_counts(bob) == (0, 0)


def test_what_came_after_one_began_to_read_stays_unread(alice, bob):
    send_message(alice, bob, "Seen")
    seen = side_of(bob, alice)
    send_message(alice, bob, "Came meanwhile")
    mine = send_message(bob, alice, "Mine")
    send_message(alice, bob, "And so did this")
    services.read_receipts.mark_read_up_to(seen)
    assert unread_counts(bob) == (2, 1)
    assert counted(bob, alice) == 2
    assert side_of(bob, alice).read_up_to == seen.last_message_id
    with assert_no_changes():
        services.read_receipts.mark_read_up_to(seen)
    assert mark_read(bob, alice)["unread"] == 0
    assert side_of(bob, alice).read_up_to > mine["id"]


def test_a_clock_that_is_ahead_puts_no_message_out_of_order(alice, bob):
    send_message(alice, bob, "First")
    ahead = f"{int(new_id(), 16) + (1 << 80):024x}"
    later = now() + timedelta(hours=1)
    for side in (side_of(alice, bob), side_of(bob, alice)):
        with write() as w:
            w.update(side, last_message_id=ahead, last_message_at=later)
    mark_read(bob, alice)
    second = send_message(alice, bob, "Second")
    assert second["id"] > ahead
    assert datetime.fromisoformat(second["created_at"]) == later
    assert unread_counts(bob) == (1, 1)
    assert list_texts(bob, alice) == ["Second", "First"]


def test_a_storm_of_writing_reading_and_deleting_leaves_an_exact_count(
    alice, bob, flush_all, document
):
    dice = random.Random(20261122)
    for _ in range(16):
        old = [send_message(alice, bob)["id"] for _ in range(3)]

        def act(number, old=old):
            path = f"chat/messages/{old[number % 3]}"
            return [
                lambda: alice.post("chat/message", {"receiver_id": bob.id, "text": "Hi"}),
                lambda: alice.delete(f"{path}?for=everyone"),
                lambda: bob.delete(f"{path}?for=me"),
                lambda: alice.delete(f"{path}?for=me"),
                lambda: bob.put("chat/messages/read", {"user_id": alice.id}),
            ][dice.choice([0, 1, 1, 1, 2, 2, 2, 3, 4])]

        answers = run_concurrently(*map(act, range(14)))
        assert set(count_statuses(answers)) <= {200, 201, 404}
        assert unread_counts(bob)[0] == side_of(bob, alice).unread == counted(bob, alice)
        assert unread_counts(alice) == (0, 0)
        for one, other in ((alice, bob), (bob, alice)):
            newest = one.get(f"chat/messages/{other.id}?limit=1").json()["messages"]
            assert [list_conversations(one)[0]["last_message"]] == newest
            assert (
                chat_events(one, "conversation.updated")[-1]["data"] == list_conversations(one)[0]
            )
    flush_all()
    kept = document(Participant, f"{bob.id}:{alice.id}")
    assert kept["unread"] == counted(bob, alice)
    assert kept["has_unread"] is (kept["unread"] > 0)


def test_what_is_unread_is_summed_over_conversations(alice, bob, flush_all):
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
    found, cursor = [], ""
    while cursor is not None:
        page = alice.get(f"chat/conversations?limit=2&cursor={cursor}").json()
        found += [one["user"]["username"] for one in page["conversations"]]
        cursor = page["next"]
    assert found == ["person1", "person3", "person2", "person0"]
    assert list_conversations(bob) == []
