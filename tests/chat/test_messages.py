"""Sending, listing, editing and reacting to messages through the API."""

import orjson
import pytest

from chat.models import Message, Participant
from mysocial.core.mongo import ping
from posts.reaction_types import ReactionType
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
    mongod_paused,
    run_concurrently,
)
from tests.support.people import anonymous


def test_a_message_is_returned_listed_counted_and_persisted(alice, bob, flush_all, document):
    response = alice.post("chat/messages", {"receiver_id": bob.id, "text": "Hello", "gif_url": GIF})

    assert response.status_code == 201
    message = response.json()["chat_message"]
    assert response.json() == {"message": "Message sent", "chat_message": message}
    assert message == {
        "id": message["id"],
        "created_at": message["created_at"],
        "text": "Hello",
        "facets": [],
        "gif_url": GIF,
        "reactions": {},
        "edited_at": None,
        "is_deleted": False,
        "sender_id": alice.id,
        "receiver_id": bob.id,
        "media": None,
    }
    for person, other in ((alice, bob), (bob, alice)):
        page = person.get(f"chat/conversations/{other.id}/messages").json()
        assert page == {"messages": [message], "next": None, "read_up_to": ""}
    assert list_conversations(alice) == [
        {"user": author_card(bob), "unread": 0, "last_message": message}
    ]
    assert list_conversations(bob) == [
        {"user": author_card(alice), "unread": 1, "last_message": message}
    ]
    assert (unread_counts(alice), unread_counts(bob)) == ((0, 0), (1, 1))
    flush_all()
    assert document(Message, message["id"])["text"] == "Hello"
    assert document(Participant, f"{bob.id}:{alice.id}")["unread"] == 1
    assert document(Participant, f"{alice.id}:{bob.id}")["last_message_id"] == message["id"]


def test_both_members_write_in_the_same_conversation(alice, bob):
    send_message(alice, bob, "One")
    send_message(bob, alice, "Two")
    send_message(alice, bob, "Three")
    assert list_texts(alice, bob) == list_texts(bob, alice) == ["Three", "Two", "One"]
    assert list_texts(alice, bob, "?order=oldest") == ["One", "Two", "Three"]
    assert len({fields[b"conversation"] for fields in live_records("chat.message").values()}) == 1
    assert len(live_records("chat.participant")) == 2
    assert (unread_counts(alice), unread_counts(bob)) == ((1, 1), (2, 1))


def test_messages_are_paged_both_ways_without_gaps(alice, bob):
    for number in range(5):
        send_message(alice, bob, str(number))
    for order, expected in (("newest", "43210"), ("oldest", "01234")):
        texts, cursor = [], ""
        while cursor is not None:
            page = bob.get(
                f"chat/conversations/{alice.id}/messages?limit=2&order={order}&cursor={cursor}"
            ).json()
            texts += [message["text"] for message in page["messages"]]
            cursor = page["next"]
        assert "".join(texts) == expected
    assert bob.get(f"chat/conversations/{alice.id}/messages?order=random").status_code == 400


def test_concurrent_first_messages_create_one_conversation(alice, bob):
    responses = run_concurrently(
        lambda: alice.post("chat/messages", {"receiver_id": bob.id, "text": "A"}),
        lambda: bob.post("chat/messages", {"receiver_id": alice.id, "text": "B"}),
    )
    assert count_statuses(responses) == {201: 2}
    assert sorted(list_texts(alice, bob)) == sorted(list_texts(bob, alice)) == ["A", "B"]
    assert (unread_counts(alice), unread_counts(bob)) == ((1, 1), (1, 1))


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"text"}),
        ({"text": ""}, {"text"}),
        ({"text": "   "}, {"text"}),
        ({"text": "x" * 10_001}, {"text"}),
        ({"text": 1}, {"text"}),
        ({"text": "Hi", "conversation_id": "1"}, {"conversation_id"}),
        ({"text": "Hi", "sender_id": "0" * 24, "is_read": True}, {"sender_id", "is_read"}),
        ({"receiver_id": "0' OR 1", "text": "Hi"}, {"receiver_id"}),
        ({"receiver_id": {"$gt": ""}, "text": "Hi"}, {"receiver_id"}),
        ({"receiver_id": None, "gif_url": "x"}, {"receiver_id", "gif_url"}),
    ],
)
def test_an_invalid_message_is_rejected_with_the_name_of_each_field(alice, bob, body, wrong):
    with assert_no_changes():
        response = alice.post("chat/messages", {"receiver_id": bob.id, **body})
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == wrong


@pytest.mark.parametrize(
    "url",
    [
        "http://media.giphy.com/a.gif",
        "https://evil.example/a.gif",
        "https://media.giphy.com.evil.example/a.gif",
        "https://evil.example\\@media.giphy.com/a.gif",
        "https://media.giphy.com@evil.example/a.gif",
        "https://user:word@media.giphy.com/a.gif",
        "https://media.giphy.com:8443/a.gif",
        "https://media.giphy.com",
        "https://media.giphy.com/a.gif\"onload='x'",
        "https://media.giphy.com/a b.gif",
        "javascript:alert(1)//media.giphy.com/",
        "https://media.giphy.com/" + "a" * 500,
    ],
)
def test_a_gif_must_come_from_a_known_host(alice, bob, url):
    with assert_no_changes():
        response = alice.post("chat/messages", {"receiver_id": bob.id, "gif_url": url})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["gif_url"]


def test_a_message_with_a_gif_needs_no_text(alice, bob, settings):
    settings.GIF_HOSTS = ["gifs.example"]
    message = send_message(alice, bob, "", gif_url="https://gifs.example/a.gif?cid=1&ep=v1")
    assert message["text"] == ""
    path = f"chat/messages/{message['id']}"
    assert alice.patch(path, {"text": "Look"}).json()["chat_message"]["text"] == "Look"
    assert alice.patch(path, {"text": ""}).json()["chat_message"]["text"] == ""
    plain = send_message(alice, bob, "Plain")
    with assert_no_changes():
        assert alice.patch(f"chat/messages/{plain['id']}", {"text": " "}).status_code == 400


def test_a_message_needs_another_existing_member_and_a_session(alice):
    with assert_no_changes():
        body = {"receiver_id": alice.id, "text": "Hi"}
        assert anonymous.post("chat/messages", body).status_code == 401
        assert anonymous.put(f"chat/conversations/{alice.id}/read").status_code == 401
        for pk, code in ((alice.id, 400), ("0" * 24, 404)):
            assert alice.post("chat/messages", {**body, "receiver_id": pk}).status_code == code
            assert alice.put(f"chat/conversations/{pk}/read").status_code == code
            assert alice.get(f"chat/conversations/{pk}/messages").status_code == code
            assert alice.put(f"chat/users/{pk}").status_code == code
        assert anonymous.get("chat/conversations").status_code == 401


def test_both_members_and_no_other_can_get_one_message(alice, bob, stranger):
    message = send_message(alice, bob, "Hello")
    path = f"chat/messages/{message['id']}"
    for person in (alice, bob):
        assert person.get(path).json() == message
    assert stranger.get(path).status_code == 404
    assert anonymous.get(path).status_code == 401
    bob.delete(f"{path}?for=me")
    assert (alice.get(path).status_code, bob.get(path).status_code) == (200, 404)
    alice.delete(f"{path}?for=everyone")
    assert alice.get(path).json()["text"] == ""
    alice.put(f"users/{bob.id}/block")
    assert alice.get(path).status_code == 404


def test_the_path_of_the_architecture_document_sends_a_message(alice, bob):
    response = alice.post("chat/message", {"receiver_id": bob.id, "text": "Hello"})
    assert response.status_code == 201
    (message,) = bob.get(f"chat/conversations/{alice.id}/messages").json()["messages"]
    assert message == response.json()["chat_message"]


def test_only_the_sender_can_edit_a_message(alice, bob, stranger):
    message = send_message(alice, bob, "Helo")
    path = f"chat/messages/{message['id']}"
    with assert_no_changes():
        assert bob.patch(path, {"text": "Mine"}).status_code == 403
        assert stranger.patch(path, {"text": "Mine"}).status_code == 404
        assert alice.patch(f"chat/messages/{'0' * 24}", {"text": "Mine"}).status_code == 404
        assert alice.patch(path, {"receiver_id": stranger.id}).status_code == 400

    response = alice.patch(path, {"text": "Hello"})

    edited = response.json()["chat_message"]
    assert (response.status_code, response.json()["message"]) == (200, "Message updated")
    assert edited == {**message, "text": "Hello", "edited_at": edited["edited_at"]}
    assert edited["edited_at"] is not None
    assert list_conversations(bob)[0]["last_message"] == edited
    for person in (alice, bob):
        assert chat_events(person)[-1] == {"type": "message.updated", "data": edited}
    assert chat_events(stranger) == []


def test_a_message_with_an_idempotency_key_is_sent_once(alice, bob):
    body, key = {"receiver_id": bob.id, "text": "Once"}, {"Idempotency-Key": "k"}
    responses = run_concurrently(*[lambda: alice.post("chat/messages", body, **key)] * 10)
    assert count_statuses(responses) == {201: 10}
    assert len({response.content for response in responses}) == 1
    assert list_texts(bob, alice) == ["Once"]
    assert unread_counts(bob) == (1, 1)
    with assert_no_changes():
        assert alice.post("chat/messages", {**body, "text": "x"}, **key).status_code == 422


def test_only_the_two_members_get_the_events_of_a_message(alice, bob, stranger):
    message = send_message(alice, bob)
    created = {"type": "message.created", "data": message}
    assert chat_events(alice) == [
        created,
        {"type": "conversation.updated", "data": list_conversations(alice)[0]},
    ]
    assert chat_events(bob) == [
        created,
        {"type": "conversation.updated", "data": list_conversations(bob)[0]},
    ]
    topics = [f"self:{alice.id}", f"self:{bob.id}", f"user:{alice.id}", "feed"]
    assert [e for e in stranger.received_events(*topics) if not e["type"].startswith("user.")] == []


def test_chat_works_without_mongodb(alice, bob):
    send_message(alice, bob, "Warm")
    send_message(bob, alice, "Up")
    alice.put(f"chat/users/{bob.id}")
    list_conversations(alice), list_conversations(bob), ping()
    with mongod_paused():
        message = send_message(alice, bob, "Hello")
        assert list_texts(bob, alice) == ["Hello", "Up", "Warm"]
        path = f"chat/messages/{message['id']}"
        assert bob.put(f"{path}/reaction", {"type": "love"}).status_code == 200
        assert alice.patch(path, {"text": "Edited"}).status_code == 200
        assert unread_counts(bob) == (2, 1)
        assert mark_read(bob, alice)["unread"] == 0
        assert alice.delete(f"{path}?for=everyone").status_code == 200
        assert list_conversations(bob)[0]["last_message"]["is_deleted"] is True
        assert alice.get("chat/users").json()["users"][0]["id"] == bob.id


@pytest.mark.parametrize(
    "body", [{}, {"type": "LIKE"}, {"type": None}, {"type": "like", "user_id": "0" * 24}, []]
)
def test_an_invalid_reaction_is_rejected(alice, bob, body):
    path = f"chat/messages/{send_message(alice, bob)['id']}/reaction"
    with assert_no_changes():
        assert bob.put(path, orjson.dumps(body)).status_code == 400


def test_each_member_has_one_reaction_and_both_get_the_events(alice, bob, stranger):
    message = send_message(alice, bob)
    path = f"chat/messages/{message['id']}/reaction"
    with assert_no_changes():
        assert stranger.put(path, {"type": "like"}).status_code == 404
        assert bob.delete(path).status_code == 200
    bob.put(path, {"type": "like"})
    alice.put(path, {"type": "sad"})
    response = bob.put(path, {"type": "love"})
    with assert_no_changes():
        assert bob.put(path, {"type": "love"}).content == response.content
    assert response.json()["chat_message"]["reactions"] == {bob.id: "love", alice.id: "sad"}
    response = bob.delete(path)
    assert response.json()["chat_message"] == {**message, "reactions": {alice.id: "sad"}}
    data = [event["data"] for event in chat_events(alice, "message.reaction")]
    kinds = [(bob.id, "like"), (alice.id, "sad"), (bob.id, "love"), (bob.id, None)]
    assert data == [
        {"message_id": message["id"], "user_id": who, "type": kind} for who, kind in kinds
    ]
    assert chat_events(bob, "message.reaction") == chat_events(alice, "message.reaction")
    assert chat_events(stranger) == []


def test_concurrent_reactions_of_both_members_are_kept(alice, bob):
    path = f"chat/messages/{send_message(alice, bob)['id']}/reaction"
    for kind in ReactionType.values:
        responses = run_concurrently(
            lambda k=kind: alice.put(path, {"type": k}), lambda k=kind: bob.put(path, {"type": k})
        )
        assert count_statuses(responses) == {200: 2}
        (last,) = alice.get(f"chat/conversations/{bob.id}/messages").json()["messages"]
        assert last["reactions"] == {alice.id: kind, bob.id: kind}
