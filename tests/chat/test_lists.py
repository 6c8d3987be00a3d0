"""The cost of lists, reads from MongoDB, and the admin."""

from mysocial.core.redis import client
from tests.chat.conversations import (
    list_conversations,
    list_texts,
    mark_read,
    send_message,
    unread_counts,
)
from tests.support.concurrency import count_script_calls
from tests.support.people import sign_up


def test_a_page_of_conversations_takes_as_many_queries_as_a_single_one(alice, bob):
    send_message(bob, alice)
    single_costs = (
        count_script_calls(lambda: list_conversations(alice)),
        count_script_calls(lambda: unread_counts(alice)),
    )
    for number in range(15):
        send_message(sign_up(f"person{number}"), alice)
    list_conversations(alice), unread_counts(alice)
    assert len(list_conversations(alice)) == 16
    assert (
        count_script_calls(lambda: list_conversations(alice)),
        count_script_calls(lambda: unread_counts(alice)),
    ) == single_costs
    assert max(single_costs) <= 2


def test_conversations_are_read_from_mongodb_when_redis_is_empty(alice, bob, flush_all):
    send_message(alice, bob, "One")
    message = send_message(bob, alice, "Two")
    before = (
        list_conversations(alice),
        unread_counts(alice),
        alice.get(f"chat/conversations/{bob.id}/messages").json(),
    )
    flush_all()
    for key in client().scan_iter("chat.*"):
        client().delete(key)
    assert (
        list_conversations(alice),
        unread_counts(alice),
        alice.get(f"chat/conversations/{bob.id}/messages").json(),
    ) == before
    for key in client().scan_iter("chat.*"):
        client().delete(key)
    path = f"chat/messages/{message['id']}"
    assert bob.delete(f"{path}?for=everyone").status_code == 200
    assert unread_counts(alice) == (0, 0)


def test_reactions_and_deletions_of_both_members_are_read_from_mongodb(alice, bob, flush_all):
    read_one, hidden, liked = (
        send_message(alice, bob, text) for text in ("Read", "Hidden", "Liked")
    )
    mark_read(bob, alice)
    send_message(alice, bob, "Unread")
    assert bob.put(f"chat/messages/{liked['id']}/reaction", {"type": "love"}).status_code == 200
    assert bob.delete(f"chat/messages/{hidden['id']}?for=me").status_code == 200
    before = [
        (list_conversations(p), unread_counts(p), list_texts(p, o))
        for p, o in ((alice, bob), (bob, alice))
    ]
    flush_all()
    client().flushall()
    after = [
        (list_conversations(p), unread_counts(p), list_texts(p, o))
        for p, o in ((alice, bob), (bob, alice))
    ]
    assert after == before
    assert after[1][1:] == ((1, 1), ["Unread", "Liked", "Read"])
    seen = alice.get(f"chat/conversations/{bob.id}/messages").json()
    assert seen["read_up_to"] == liked["id"]
    assert [message["reactions"] for message in seen["messages"]] == [{}, {bob.id: "love"}, {}, {}]
    assert seen["messages"][-1] == read_one


def test_staff_see_messages_without_their_text(moderator, alice, bob, flush_all):
    message = send_message(alice, bob, "Between us")
    flush_all()
    pages = ["", f"{message['id']}/change/"]
    for page in (moderator.get(f"/admin/chat/message/{path}").content.decode() for path in pages):
        assert alice.id in page
        assert "Between us" not in page
    for path in ("add/", f"{message['id']}/delete/"):
        assert moderator.get(f"/admin/chat/message/{path}").status_code == 403
    form = {"sender_id": bob.id}
    response = moderator.post(f"/admin/chat/message/{message['id']}/change/", form)
    assert response.status_code == 403
    assert list_conversations(bob)[0]["last_message"] == message
