"""Facets of posts, comments and messages, through HTTP and in events."""

import pytest

from chat.store import messages as message_store
from mysocial.core.errors import FOREVER_MS
from mysocial.store import reads
from tests.chat.conversations import send_message
from tests.moderation.staff import take_action
from tests.notifications.notification_checks import create_comment
from tests.support.concurrency import mongod_paused

TEXT = "\U0001f44b @bob, see example.com #news"


def facets_for(bob):
    return [
        facet("mention", (2, 6), (5, 9), mentioned_id=bob.id),
        facet("link", (12, 23), (15, 26), url="https://example.com"),
        facet("hashtag", (24, 29), (27, 32), tag="news"),
    ]


def facet(kind, characters, in_bytes, **value):
    positions = {"start": characters[0], "end": characters[1]}
    byte_positions = {"byte_start": in_bytes[0], "byte_end": in_bytes[1]}
    return {"type": kind, **positions, **byte_positions, **value}


@pytest.fixture
def written(alice, bob):
    """Return a post, a comment and a message, each with its path."""
    post = alice.create_post(TEXT)
    comment, message = create_comment(alice, post, TEXT), send_message(alice, bob, TEXT)
    return {
        f"posts/{post['id']}": post,
        f"comments/{comment['id']}": comment,
        f"chat/messages/{message['id']}": message,
    }


def test_texts_have_facets_in_responses_and_events(alice, bob, written, flush_all):
    for representation in written.values():
        assert representation["facets"] == facets_for(bob)
    events = bob.received_events("feed", *(f"post:{path[6:]}" for path in written))
    assert [
        (event["data"].get("comment") or event["data"].get("last_message") or event["data"])[
            "facets"
        ]
        for event in events
        if event["type"] in {"post.created", "comment.created", "message.created"}
    ] == [facets_for(bob)] * 3
    flush_all()
    post_path, comment_path, _ = written
    assert bob.get(post_path).json()["facets"] == facets_for(bob)
    assert bob.get(comment_path).json()["facets"] == facets_for(bob)
    page = bob.get(f"chat/conversations/{alice.id}/messages").json()
    assert page["messages"][0]["facets"] == facets_for(bob)


def test_an_edit_of_the_text_renews_its_facets(alice, bob, written):
    for path in written:
        response = alice.patch(path, {"text": "Nothing"}).json()
        (edited,) = (value for value in response.values() if isinstance(value, dict))
        assert edited["facets"] == []
        response = alice.patch(path, {"text": TEXT}).json()
        (edited,) = (value for value in response.values() if isinstance(value, dict))
        assert edited["facets"] == facets_for(bob)
    post_path = next(iter(written))
    hidden = alice.patch(post_path, {"privacy": "followers"}).json()["post"]
    assert hidden["facets"] == facets_for(bob)
    versions = alice.get(f"{post_path}/versions").json()["versions"]
    assert [version["facets"] for version in versions] == [[], facets_for(bob)]


def test_a_deleted_message_has_no_facets(alice, bob, written):
    path = list(written)[2]
    alice.delete(f"{path}?for=everyone")
    message = reads.get_record(message_store, path.rpartition("/")[2])
    assert (message.text, message.facets) == ("", [])


def test_a_member_behind_a_block_is_like_one_that_does_not_exist(alice, bob):
    bob.put(f"users/{alice.id}/block")
    for text in ("@bob", "@nobody"):
        assert alice.create_post(text)["facets"] == []
    assert [facet["mentioned_id"] for facet in alice.create_post("@alice")["facets"]] == [alice.id]


def test_fields_of_facets_cannot_be_sent(alice):
    response = alice.post("posts", {"text": "x", "facets": []})
    assert [error["code"] for error in response.json()["errors"]] == ["unknown"]


def test_messages_are_sent_without_mentions_of_unknown_names_while_mongodb_is_down(alice, bob):
    send_message(alice, bob, "Loads what the next message needs.")
    with mongod_paused():
        message = send_message(alice, bob, "Hello @somebody_else, see example.com")
        assert [facet["type"] for facet in message["facets"]] == ["link"]


def test_a_suspended_member_has_no_facet(alice, bob):
    take_action(bob, "suspend", until_ms=FOREVER_MS)
    post = alice.create_post(TEXT)
    assert [facet["type"] for facet in post["facets"]] == ["link", "hashtag"]
