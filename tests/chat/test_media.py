"""Images of messages: visible to the two members only, and deleted with the message."""

import pytest
from django.conf import settings

from chat.models import Message, Participant
from images.models import DeletedFile, Media
from images.services import process_due_media
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from tests.chat.conversations import (
    GIF,
    author_card,
    chat_events,
    list_conversations,
    mark_read,
    send_message,
)
from tests.images.pictures import (
    UNREADY,
    data_url,
    make_image,
    make_video,
    public_files,
    read_file,
    send_form,
    spooled_files,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import PASSWORD


def show(sender, receiver, **fields):
    """Send a message with an image and return it."""
    sent = {"receiver_id": receiver.id, "image": make_image(), **fields}
    response = send_form(sender, "POST", "chat/messages", **sent)
    assert response.status_code == 201, response.content
    return response.json()["chat_message"]


def newest(person, other):
    """Return the newest message that a member sees of a conversation."""
    return person.get(f"chat/conversations/{other.id}/messages").json()["messages"][0]


def test_an_image_is_shown_at_once_and_announced_to_both_when_it_is_ready(
    alice, bob, stranger, flush_all, document
):
    message = show(alice, bob)
    media = message["media"]
    assert media == {"id": media["id"], "kind": "image", **UNREADY}
    assert (message["text"], message["gif_url"]) == ("", "")
    assert newest(alice, bob) == newest(bob, alice) == message
    assert list_conversations(bob) == [
        {"user": author_card(alice), "unread": 1, "last_message": message}
    ]
    before = [
        {"type": "message.created", "data": message},
        {"type": "conversation.updated", "data": list_conversations(bob)[0]},
    ]
    assert chat_events(bob) == before

    assert process_due_media() == 1
    ready = newest(bob, alice)
    url = ready["media"]["url"]
    blurhash = ready["media"]["blurhash"]
    assert ready["media"] == {
        **media, "state": "ready", "url": url, "width": 40, "height": 30, "blurhash": blurhash,
    }  # fmt: skip
    assert len(blurhash) == 28
    assert {**ready, "media": media} == message
    for person in (alice, bob):
        assert list_conversations(person)[0]["last_message"] == ready
        assert chat_events(person)[-1] == {"type": "message.updated", "data": ready}
    assert chat_events(bob)[:-1] == before
    assert stranger.received_events(f"user:{alice.id}", "feed") == []
    assert len(read_file(url)) > 0
    assert mark_read(bob, alice)["last_message"] == ready
    flush_all()
    assert document(Message, message["id"])["media_id"] == media["id"]
    assert document(Participant, f"{bob.id}:{alice.id}")["shown_media_id"] == media["id"]
    kept = document(Media, media["id"])
    path = url.removeprefix(settings.PUBLIC_URL)
    assert (kept["purpose"], kept["subject_id"], kept["url"]) == ("message", message["id"], path)


def test_an_image_may_have_a_text_and_come_as_a_data_url(alice, bob):
    message = send_message(alice, bob, "Look", image=data_url(make_image()))
    assert (message["text"], message["media"]["kind"]) == ("Look", "image")
    edited = alice.patch(f"chat/messages/{message['id']}", {"text": ""}).json()["chat_message"]
    assert (edited["text"], edited["media"]) == ("", message["media"])
    liked = bob.put(f"chat/messages/{message['id']}/reaction", {"type": "like"}).json()
    assert liked["chat_message"]["media"] == message["media"]


@pytest.mark.parametrize(
    ("fields", "code", "wrong"),
    [
        ({"image": make_image(), "gif_url": GIF}, 400, {"image", "gif_url"}),
        ({"image": make_image(), "x": "y"}, 400, {"x"}),
        ({"image": make_video()}, 415, {"image"}),
        ({"video": make_video()}, 400, {"video"}),
        ({"image": "https://elsewhere.example/a.png", "text": "Hi"}, 400, {"image"}),
    ],
)
def test_a_rejected_image_leaves_no_message_and_no_file(alice, bob, fields, code, wrong):
    with assert_no_changes():
        response = send_form(alice, "POST", "chat/messages", receiver_id=bob.id, **fields)
    assert response.status_code == code
    assert {error["field"] for error in response.json()["errors"]} == wrong
    assert spooled_files() == []


def test_an_image_needs_the_permission_to_write(alice, bob, stranger):
    alice.patch("users/me/settings", {"who_may_message": "nobody"})
    bob.put(f"users/{stranger.id}/block")
    with assert_no_changes():
        for sender, receiver, code in ((bob, alice, 403), (stranger, bob, 404)):
            fields = {"receiver_id": receiver.id, "image": make_image()}
            assert send_form(sender, "POST", "chat/messages", **fields).status_code == code
    assert spooled_files() == public_files() == []


def test_an_image_is_in_no_gallery_and_visible_to_nobody_else(alice, bob, stranger, flush_all):
    media = show(alice, bob)["media"]
    process_due_media()
    url = newest(bob, alice)["media"]["url"]
    for person in (alice, bob, stranger):
        for path in (f"users/{alice.id}/images", f"users/{bob.id}/images"):
            assert person.get(path).json() == {"images": [], "next": None}
        for path in ("posts", "posts?media=images", f"users/{alice.id}/posts?media=images"):
            assert person.get(path).json()["posts"] == []
        with assert_no_changes():
            for place in ("profile", "background"):
                body = {"image_id": media["id"]}
                assert person.post(f"users/me/images/{place}", body).status_code == 404
            assert person.delete(f"users/me/images/{media['id']}").status_code == 404
    assert url not in repr(stranger.received_events("feed", f"user:{alice.id}", f"user:{bob.id}"))
    flush_all()
    for key in client().scan_iter("images.media*"):
        client().delete(key)
    assert alice.get(f"users/{alice.id}/images").json() == {"images": [], "next": None}


def test_staff_do_not_see_the_image(moderator, alice, bob, flush_all):
    message = show(alice, bob)
    process_due_media()
    flush_all()
    url = newest(bob, alice)["media"]["url"]
    page = moderator.get("/admin/images/media/")
    assert page.status_code == 200
    assert url not in page.content.decode()
    assert moderator.get(f"/admin/images/media/{message['media']['id']}/change/").status_code == 302


def test_the_image_of_a_message_deleted_for_everyone_is_deleted_everywhere(
    alice, bob, flush_all, documents
):
    message = show(alice, bob, text="Look")
    process_due_media()
    assert len(public_files()) == 1
    response = alice.delete(f"chat/messages/{message['id']}?for=everyone")
    assert response.status_code == 200
    for person, other in ((alice, bob), (bob, alice)):
        left = newest(person, other)
        assert (left["text"], left["media"], left["is_deleted"]) == ("", None, True)
        assert list_conversations(person)[0]["last_message"] == left
        assert chat_events(person)[-1] == {
            "type": "conversation.updated",
            "data": list_conversations(person)[0],
        }
    assert run_due_cascades() == 1
    assert process_due_media() == 1
    assert live_records("images.media") == {}
    assert public_files() == []
    flush_all()
    assert documents(Media) == []
    assert len(documents(DeletedFile)) == 1


def test_deleting_the_last_message_shows_the_previous_one_with_its_image(alice, bob):
    first = show(alice, bob)
    second = show(alice, bob, image=make_image("JPEG"))
    assert list_conversations(bob)[0]["last_message"] == second
    bob.delete(f"chat/messages/{second['id']}?for=me")
    assert list_conversations(bob)[0]["last_message"] == first
    assert chat_events(bob)[-1] == {
        "type": "conversation.updated",
        "data": list_conversations(bob)[0],
    }
    assert list_conversations(alice)[0]["last_message"] == second
    bob.delete(f"chat/messages/{first['id']}?for=me")
    assert list_conversations(bob)[0]["last_message"] is None
    assert run_due_cascades() == 0
    assert len(live_records("images.media")) == 2


def test_an_image_deleted_during_processing_is_not_announced(alice, bob):
    message = show(alice, bob)
    alice.delete(f"chat/messages/{message['id']}?for=everyone")
    before = chat_events(bob)
    assert process_due_media() == 1
    assert chat_events(bob) == before
    assert newest(bob, alice)["media"] is None
    assert run_due_cascades() == 1


def test_a_broken_image_is_announced_as_failed(alice, bob):
    show(alice, bob, image=make_image(size=(400, 400))[:-200])
    process_due_media()
    media = newest(bob, alice)["media"]
    assert (media["state"], media["url"]) == ("failed", None)
    assert chat_events(bob)[-1] == {"type": "message.updated", "data": newest(bob, alice)}


def test_a_block_suppresses_the_event_that_an_image_is_ready(alice, bob):
    show(alice, bob)
    bob.put(f"users/{alice.id}/block")
    before = [chat_events(person) for person in (alice, bob)]
    process_due_media()
    assert [chat_events(person) for person in (alice, bob)] == before


def test_the_images_of_both_members_are_deleted_with_an_erased_account(alice, bob, stranger):
    show(alice, bob)
    show(bob, alice)
    kept = show(bob, stranger)
    process_due_media()
    assert alice.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    while run_due_cascades():
        pass
    assert list(live_records("images.media")) == [kept["media"]["id"]]
    process_due_media()
    assert len(public_files()) == 1


def test_concurrent_repeats_of_a_request_send_one_image(alice, bob):
    fields = {"receiver_id": bob.id, "image": make_image()}
    responses = run_concurrently(
        *[lambda: send_form(alice, "POST", "chat/messages", key="k", **fields)] * 8
    )
    assert count_statuses(responses) == {201: 8}
    assert len({response.content for response in responses}) == 1
    assert (
        len(live_records("chat.message"))
        == len(live_records("images.media"))
        == len(spooled_files())
        == 1
    )


def test_concurrent_first_images_are_in_separate_messages(alice, bob):
    responses = run_concurrently(*[lambda: show(alice, bob)] * 4, *[lambda: show(bob, alice)] * 4)
    owners = {message["media"]["id"]: message["id"] for message in responses}
    records = live_records("images.media")
    assert {pk: fields[b"subject_id"].decode() for pk, fields in records.items()} == owners
    assert len(owners) == 8
    assert (list_conversations(alice)[0]["unread"], list_conversations(bob)[0]["unread"]) == (4, 4)


def test_an_image_in_a_new_conversation_needs_no_mongodb(alice, bob):
    alice.get("chat/conversations")
    with mongod_paused():
        message = show(alice, bob)
        assert newest(bob, alice) == list_conversations(bob)[0]["last_message"] == message
