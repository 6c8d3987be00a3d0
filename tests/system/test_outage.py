"""What members do all day goes on while MongoDB is away, and nothing of it is lost."""

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
from tests.images.pictures import picture, send
from tests.support.concurrency import mongod_paused
from tests.support.people import Person, sign_up


def done(answer: Any) -> Any:
    """Return what was answered; it was no refusal."""
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


@pytest.fixture
def people(flush_all) -> list[Person]:
    """Some who know one another, and some whom nobody knows; MongoDB has all that was.

    One has read the feed, which is everybody's. Nobody has looked at anything else.
    """
    found = [sign_up(f"member{number}") for number in range(6)]
    alice, bob, carol, *_ = found
    for one, other in ((alice, bob), (bob, alice), (carol, alice)):
        done(one.put(f"users/{other.id}/follow"))
    post = alice.create_post("Before")
    done(bob.post(f"posts/{post['id']}/comments", {"text": "Before"}))
    done(carol.put(f"posts/{post['id']}/reaction", {"type": "like"}))
    done(alice.post("chat/message", {"receiver_id": bob.id, "text": "Before"}))
    done(alice.get("posts"))
    flush_all()
    return found


def look(person: Person, *, among: list[Person], at: dict[str, Any]) -> dict[str, Any]:
    """Read what a client shows, as it is opened: all of it must be answered."""
    paths = [
        "currentuser",
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
            paths += [f"chat/messages/{other.id}", f"users/relationships?id={other.id}"]
    answers = {path: person.get(path) for path in paths}
    refused = {
        path: answer.status_code for path, answer in answers.items() if answer.status_code != 200
    }
    assert refused == {}
    return {path: answer.json() for path, answer in answers.items()}


def act(people: list[Person]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do what members do all day; return the post that it is about, and one with an image."""
    alice, bob, carol, dave, erin, _ = people
    post = dave.create_post("During, @member1")
    shown = done(send(alice, "POST", "posts", text="Look", image=picture()))["post"]
    for one in people:
        done(one.put(f"posts/{post['id']}/reaction", {"type": "wow"}))
        done(one.post(f"posts/{post['id']}/comments", {"text": f"I am {one.username}"}))
    done(bob.put(f"posts/{post['id']}/reaction", {"type": "love"}))
    done(carol.delete(f"posts/{post['id']}/reaction"))
    done(dave.put(f"users/{erin.id}/follow"))
    done(erin.put(f"users/{dave.id}/follow"))
    done(dave.delete(f"users/{erin.id}/follow"))
    done(alice.delete(f"users/{bob.id}/follow"))
    done(dave.post("notifications/read-all"))
    told = done(bob.get("notifications"))["notifications"]
    assert told[0]["type"] == "mention"
    done(bob.patch(f"notifications/{told[0]['id']}", {"read": True}))
    done(alice.patch("users/me", {"quote": "Still here"}))
    done(alice.patch(f"posts/{shown['id']}", {"text": "Look again"}))
    return post, shown


def talk(people: list[Person]) -> list[str]:
    """Write to somebody new and to somebody known; return the ids of the messages."""
    alice, bob, _, _, erin, frank = people
    sent = [
        erin.post("chat/message", {"receiver_id": frank.id, "text": "Hello"}),
        send(frank, "POST", "chat/message", receiver_id=erin.id, image=picture()),
        bob.post("chat/message", {"receiver_id": alice.id, "text": "Known"}),
    ]
    done(frank.put("chat/messages/read", {"user_id": erin.id}))
    return [done(answer)["chat_message"]["id"] for answer in sent]


def test_all_goes_on_while_mongodb_is_away_and_is_there_when_it_is_back(
    people, flush_all, documents
):
    with mongod_paused():
        post, shown = act(people)
        sent = talk(people)
        during = [look(one, among=people, at=post) for one in people]

    assert during[0]["posts"]["posts"][0]["text"] == "Look again"
    seen = during[3][f"posts/{post['id']}"]
    assert (seen["comments_count"], seen["reactions"]["wow"], seen["reactions"]["love"]) == (
        6,
        4,
        1,
    )
    assert during[5]["chat/unread"] == {"unread": 0, "conversations": 0}
    assert during[4]["chat/unread"] == {"unread": 1, "conversations": 1}
    assert [look(one, among=people, at=post) for one in people] == during
    flush_all()
    assert run_due_cascades() == 0
    assert verify(pause=0) == set()
    assert {post["id"], shown["id"]} <= {one["_id"] for one in documents(Post)}
    assert set(sent) <= {one["_id"] for one in documents(Message)}
    assert (len(documents(Comment)), len(documents(Reaction))) == (7, 6)
    assert len(documents(Media)) == 2
    alice, bob, carol, dave, erin, _ = people
    ends = {(one["follower_id"], one["followee_id"]) for one in documents(Follow)}
    assert ends == {(bob.id, alice.id), (carol.id, alice.id), (erin.id, dave.id)}


def test_what_was_done_is_taken_back_while_mongodb_is_away(people, flush_all, documents):
    alice, bob, carol, dave, erin, frank = people
    post = alice.get("posts").json()["posts"][0]
    kept = alice.create_post("Kept")
    with mongod_paused():
        comment = done(dave.post(f"posts/{kept['id']}/comments", {"text": "Oh"}))["comment"]
        done(dave.patch(f"comments/{comment['id']}", {"text": "Ah"}))
        done(alice.delete(f"comments/{comment['id']}"))
        done(alice.delete(f"posts/{post['id']}"))
        assert bob.get(f"posts/{post['id']}").status_code == 404
        message = done(erin.post("chat/message", {"receiver_id": dave.id, "text": "Hm"}))
        path = f"chat/messages/{message['chat_message']['id']}"
        done(erin.patch(path, {"text": "Well"}))
        done(dave.put(f"{path}/reaction", {"type": "sad"}))
        done(erin.delete(f"{path}?for=everyone"))
        done(erin.put(f"users/{frank.id}/block"))
        assert frank.get(f"users/{erin.id}").status_code == 404
        done(frank.put(f"users/{dave.id}/mute"))
        done(carol.patch("users/me/settings", {"is_private": True}))
        done(frank.put(f"users/{carol.id}/follow"))
        assert done(carol.get("users/me/follow-requests"))["users"][0]["id"] == frank.id
        done(carol.put(f"users/me/follow-requests/{frank.id}"))
        done(carol.delete(f"users/me/followers/{frank.id}"))
        done(erin.put(f"chat/users/{alice.id}"))
        done(erin.delete(f"chat/users/{alice.id}"))
        told = done(bob.get("notifications"))["notifications"]
        done(bob.delete(f"notifications/{told[0]['id']}"))
        during = [look(one, among=[one, alice], at=kept) for one in people]

    assert [look(one, among=[one, alice], at=kept) for one in people] == during
    while run_due_cascades():
        pass
    flush_all()
    assert verify(pause=0) == set()
    assert [one["_id"] for one in documents(Post)] == [kept["id"]]
    assert documents(Comment) == documents(Reaction) == []
    assert [one["text"] for one in documents(Message)] == ["Before", ""]


def test_a_block_works_at_once_and_what_it_parts_is_taken_back_when_mongodb_is_there(
    people, flush_all
):
    alice, bob, *_ = people
    assert done(alice.get("notifications"))["unread_count"] == 4
    with mongod_paused():
        done(alice.put(f"users/{bob.id}/block"))
        assert alice.get(f"users/{bob.id}").status_code == 404
        assert bob.get(f"users/{alice.id}").status_code == 404
        told = done(alice.get("notifications"))["notifications"]
        assert [one["type"] for one in told] == ["reaction", "follow"]
    while run_due_cascades():
        pass
    assert done(alice.get("notifications")) == {
        "notifications": told,
        "next": None,
        "unread_count": 2,
    }
    assert done(bob.get("notifications"))["unread_count"] == 0
    assert verify(pause=0) == set()
