"""An outage of MongoDB: ordinary use continues and nothing is lost."""

from typing import Any

import pytest

from chat.models import Message
from comments.models import Comment
from followers.models import Follow
from images.models import Media
from mysocial.ops.consistency import verify
from mysocial.outbox import run_due_cascades
from posts.models import Post
from reactions.models import Reaction
from tests.images.pictures import make_image, send_form
from tests.support.concurrency import mongod_paused
from tests.support.people import Person, sign_up


def check_ok(response: Any) -> Any:
    """Return the JSON of a response, which must be a success."""
    assert response.status_code in {200, 201}, response.content
    return response.json()


@pytest.fixture
def people(flush_all) -> list[Person]:
    """Sign up members, let some follow each other, and flush everything to MongoDB.

    Only the global feed has been read before.
    """
    members = [sign_up(f"member{number}") for number in range(6)]
    alice, bob, carol, *_ = members
    for person, other in ((alice, bob), (bob, alice), (carol, alice)):
        check_ok(person.put(f"users/{other.id}/follow"))
    post = alice.create_post("Before")
    check_ok(bob.post(f"posts/{post['id']}/comments", {"text": "Before"}))
    check_ok(carol.put(f"posts/{post['id']}/reaction", {"type": "like"}))
    check_ok(alice.post("chat/messages", {"receiver_id": bob.id, "text": "Before"}))
    check_ok(alice.get("posts"))
    flush_all()
    return members


def read_client_views(person: Person, *, among: list[Person], at: dict[str, Any]) -> dict[str, Any]:
    """Read all views of a client; every request must succeed."""
    paths = [
        "accounts/me",
        "posts",
        "posts/home",
        "notifications",
        "chat/conversations",
        "chat/unread",
        "users/me/settings",
        f"posts/{at['id']}",
        f"posts/{at['id']}/comments",
        f"posts/{at['id']}/comments/names",
        f"posts/{at['id']}/reactions",
        f"posts/{at['id']}/reactions/mine",
    ]
    for other in among:
        paths += [f"users/{other.id}", f"users/{other.id}/posts", f"users/{other.id}/images"]
        paths += [f"users/{other.id}/followers", f"users/{other.id}/following"]
        if other is not person:
            paths += [
                f"chat/conversations/{other.id}/messages",
                f"users/relationships?id={other.id}",
            ]
    responses = {path: person.get(path) for path in paths}
    refused = {
        path: response.status_code
        for path, response in responses.items()
        if response.status_code != 200
    }
    assert refused == {}
    return {path: response.json() for path, response in responses.items()}


def run_actions(people: list[Person]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run ordinary actions; return the post that they are about, and a post with an image."""
    alice, bob, carol, dave, erin, _ = people
    post = dave.create_post("During, @member1")
    shown = check_ok(send_form(alice, "POST", "posts", text="Look", image=make_image()))["post"]
    for person in people:
        check_ok(person.put(f"posts/{post['id']}/reaction", {"type": "wow"}))
        text = f"I am {person.username}"
        check_ok(person.post(f"posts/{post['id']}/comments", {"text": text}))
    check_ok(bob.put(f"posts/{post['id']}/reaction", {"type": "love"}))
    check_ok(carol.delete(f"posts/{post['id']}/reaction"))
    check_ok(dave.put(f"users/{erin.id}/follow"))
    check_ok(erin.put(f"users/{dave.id}/follow"))
    check_ok(dave.delete(f"users/{erin.id}/follow"))
    check_ok(alice.delete(f"users/{bob.id}/follow"))
    check_ok(dave.post("notifications/read-all"))
    notifications = check_ok(bob.get("notifications"))["notifications"]
    assert notifications[0]["type"] == "mention"
    check_ok(bob.patch(f"notifications/{notifications[0]['id']}", {"read": True}))
    check_ok(alice.patch("users/me", {"quote": "Still here"}))
    check_ok(alice.patch(f"posts/{shown['id']}", {"text": "Look again"}))
    return post, shown


def send_messages(people: list[Person]) -> list[str]:
    """Send messages in new and existing conversations; return their ids."""
    alice, bob, _, _, erin, frank = people
    sent = [
        erin.post("chat/messages", {"receiver_id": frank.id, "text": "Hello"}),
        send_form(frank, "POST", "chat/messages", receiver_id=erin.id, image=make_image()),
        bob.post("chat/messages", {"receiver_id": alice.id, "text": "Known"}),
    ]
    check_ok(frank.put(f"chat/conversations/{erin.id}/read", {}))
    return [check_ok(response)["chat_message"]["id"] for response in sent]


def test_actions_succeed_without_mongodb_and_are_persisted_afterwards(people, flush_all, documents):
    with mongod_paused():
        post, shown = run_actions(people)
        sent = send_messages(people)
        during = [read_client_views(person, among=people, at=post) for person in people]

    assert during[0]["posts"]["posts"][0]["text"] == "Look again"
    seen = during[3][f"posts/{post['id']}"]
    assert (seen["comments_count"], seen["reactions"]["wow"], seen["reactions"]["love"]) == (
        6,
        4,
        1,
    )
    assert during[5]["chat/unread"] == {"unread": 0, "conversations": 0}
    assert during[4]["chat/unread"] == {"unread": 1, "conversations": 1}
    assert [read_client_views(person, among=people, at=post) for person in people] == during
    flush_all()
    assert run_due_cascades() == 0
    assert verify(pause=0) == set()
    assert {post["id"], shown["id"]} <= {document["_id"] for document in documents(Post)}
    assert set(sent) <= {document["_id"] for document in documents(Message)}
    assert (len(documents(Comment)), len(documents(Reaction))) == (7, 6)
    assert len(documents(Media)) == 2
    alice, bob, carol, dave, erin, _ = people
    ends = {(follow["follower_id"], follow["followee_id"]) for follow in documents(Follow)}
    assert ends == {(bob.id, alice.id), (carol.id, alice.id), (erin.id, dave.id)}


def test_records_can_be_deleted_without_mongodb(people, flush_all, documents):
    alice, bob, carol, dave, erin, frank = people
    post = alice.get("posts").json()["posts"][0]
    kept = alice.create_post("Kept")
    with mongod_paused():
        comment = check_ok(dave.post(f"posts/{kept['id']}/comments", {"text": "Oh"}))["comment"]
        check_ok(dave.patch(f"comments/{comment['id']}", {"text": "Ah"}))
        check_ok(alice.delete(f"comments/{comment['id']}"))
        check_ok(alice.delete(f"posts/{post['id']}"))
        assert bob.get(f"posts/{post['id']}").status_code == 404
        message = check_ok(erin.post("chat/messages", {"receiver_id": dave.id, "text": "Hm"}))
        path = f"chat/messages/{message['chat_message']['id']}"
        check_ok(erin.patch(path, {"text": "Well"}))
        check_ok(dave.put(f"{path}/reaction", {"type": "sad"}))
        check_ok(erin.delete(f"{path}?for=everyone"))
        check_ok(erin.put(f"users/{frank.id}/block"))
        assert frank.get(f"users/{erin.id}").status_code == 404
        check_ok(frank.put(f"users/{dave.id}/mute"))
        check_ok(carol.patch("users/me/settings", {"is_private": True}))
        check_ok(frank.put(f"users/{carol.id}/follow"))
        assert check_ok(carol.get("users/me/follow-requests"))["users"][0]["id"] == frank.id
        check_ok(carol.put(f"users/me/follow-requests/{frank.id}"))
        check_ok(carol.delete(f"users/me/followers/{frank.id}"))
        check_ok(erin.put(f"chat/users/{alice.id}"))
        check_ok(erin.delete(f"chat/users/{alice.id}"))
        notifications = check_ok(bob.get("notifications"))["notifications"]
        check_ok(bob.delete(f"notifications/{notifications[0]['id']}"))
        during = [read_client_views(person, among=[person, alice], at=kept) for person in people]

    assert [
        read_client_views(person, among=[person, alice], at=kept) for person in people
    ] == during
    while run_due_cascades():
        pass
    flush_all()
    assert verify(pause=0) == set()
    assert [document["_id"] for document in documents(Post)] == [kept["id"]]
    assert documents(Comment) == documents(Reaction) == []
    assert [document["text"] for document in documents(Message)] == ["Before", ""]


def test_a_block_works_without_mongodb_and_its_cascade_runs_afterwards(people, flush_all):
    alice, bob, *_ = people
    assert check_ok(alice.get("notifications"))["unread_count"] == 4
    with mongod_paused():
        check_ok(alice.put(f"users/{bob.id}/block"))
        assert alice.get(f"users/{bob.id}").status_code == 404
        assert bob.get(f"users/{alice.id}").status_code == 404
        notifications = check_ok(alice.get("notifications"))["notifications"]
        assert [notification["type"] for notification in notifications] == ["reaction", "follow"]
    while run_due_cascades():
        pass
    assert check_ok(alice.get("notifications")) == {
        "notifications": notifications,
        "next": None,
        "unread_count": 2,
    }
    assert check_ok(bob.get("notifications"))["unread_count"] == 0
    assert verify(pause=0) == set()
