"""Replies to comments, and their threads."""

import pytest

from comments.models import Comment
from mysocial.core import mongo
from mysocial.core.redis import client
from tests.comments.threads import get_comment, reply_ids
from tests.notifications.notification_checks import list_notifications, unread_count
from tests.support.concurrency import assert_no_changes, count_script_calls, run_concurrently
from tests.support.people import logged_events


def test_a_thread_lists_the_replies_at_all_depths_oldest_first(
    alice, bob, stranger, post, *, comments, reply
):
    top, other = comments(bob, post), comments(stranger, post)
    assert (top["parent_id"], top["thread_id"], top["replies_count"]) == (None, None, 0)
    first = reply(alice, top)
    second = reply(stranger, first)
    third = reply(bob, second)
    assert (first["parent_id"], first["thread_id"]) == (top["id"], top["id"])
    assert (third["parent_id"], third["thread_id"]) == (second["id"], top["id"])
    ids = [first["id"], second["id"], third["id"]]
    assert reply_ids(bob, top) == ids
    assert reply_ids(bob, top, "?order=newest") == ids[::-1]
    page = bob.get(f"comments/{top['id']}/replies?limit=2").json()
    assert [shown["id"] for shown in page["comments"]] == ids[:2]
    assert reply_ids(bob, top, f"?limit=2&cursor={page['next']}") == ids[2:]
    assert reply_ids(bob, first) == reply_ids(bob, other) == []
    # The list of the post has the top-level comments only; its count has all.
    listed = bob.get(f"posts/{post['id']}/comments").json()["comments"]
    assert [(shown["id"], shown["replies_count"]) for shown in listed] == [
        (other["id"], 0), (top["id"], 3),
    ]  # fmt: skip
    assert bob.get(f"posts/{post['id']}").json()["comments_count"] == 5
    assert get_comment(bob, third) == third


def test_the_events_of_replies_have_the_counts(alice, bob, post, comments, reply):
    top = comments(bob, post)
    first = reply(alice, top)
    second = reply(bob, first)
    bob.delete(f"comments/{second['id']}")
    created, of_first, of_second, deleted = [
        event["data"] for event in bob.received_events(f"post:{post['id']}")
        if event["type"].startswith("comment.")
    ]  # fmt: skip
    assert (created["comments_count"], created["thread_replies_count"]) == (1, None)
    assert of_first == {"comment": first, "comments_count": 2, "thread_replies_count": 1}
    assert (of_second["comments_count"], of_second["thread_replies_count"]) == (3, 2)
    assert deleted == {
        "id": second["id"], "post_id": post["id"], "thread_id": top["id"],
        "comments_count": 2, "thread_replies_count": 1,
    }  # fmt: skip
    assert get_comment(alice, top)["replies_count"] == 1


def test_a_parent_must_be_a_visible_comment_on_the_same_post(
    alice, bob, stranger, post, *, comments, reply
):
    elsewhere = comments(bob, alice.create_post("Elsewhere"))
    gone = comments(bob, post)
    bob.delete(f"comments/{gone['id']}")
    hidden = comments(stranger, post)
    below_hidden = reply(alice, hidden)
    stranger.put(f"users/{bob.id}/block")
    with assert_no_changes():
        for parent_id in (elsewhere["id"], gone["id"], hidden["id"], below_hidden["id"], "0" * 24):
            body = {"text": "x", "parent_id": parent_id}
            response = bob.post(f"posts/{post['id']}/comments", body)
            assert response.status_code == 400
            (error,) = response.json()["errors"]
            assert error["field"] == "parent_id"
            assert error["detail"] == "There is no such comment on this post."
        for parent_id in ("", "x", 1, None):
            body = {"text": "x", "parent_id": parent_id}
            assert bob.post(f"posts/{post['id']}/comments", body).status_code == 400
        # The parent of a comment cannot change.
        path = f"comments/{elsewhere['id']}"
        assert bob.patch(path, {"text": "x", "parent_id": gone["id"]}).status_code == 400


def test_a_thread_is_hidden_from_those_who_cannot_see_its_first_comment(
    alice, bob, stranger, post, *, comments, reply
):
    top = comments(bob, post)
    answer = reply(alice, top)
    assert reply_ids(stranger, top) == [answer["id"]]
    bob.put(f"users/{stranger.id}/block")
    for path in (f"comments/{top['id']}/replies", f"comments/{answer['id']}"):
        assert stranger.get(path).status_code == 404
    before = len(stranger.received_events(f"post:{post['id']}"))
    reply(alice, answer)
    assert len(stranger.received_events(f"post:{post['id']}")) == before
    bob.delete(f"users/{stranger.id}/block")
    assert stranger.get(f"comments/{answer['id']}").status_code == 200
    # A reply by a blocked member is hidden alone.
    alice_answers = reply_ids(stranger, top)
    answer_of_stranger = reply(stranger, answer)
    bob_sees = reply_ids(bob, top)
    assert bob_sees == [*alice_answers, answer_of_stranger["id"]]
    stranger.put(f"users/{alice.id}/mute")
    assert reply_ids(stranger, top) == bob_sees


@pytest.mark.parametrize("blocker", ["author of the parent", "author of the thread", "replier"])
def test_no_reply_is_written_across_a_block_that_is_created_meanwhile(
    alice, bob, stranger, post, *, comments, reply, before_writes, blocker
):
    top = comments(bob, post)
    parent = reply(alice, top) if blocker == "author of the thread" else top
    pair = (stranger, bob) if blocker == "replier" else (bob, stranger)
    before_writes(lambda: pair[0].put(f"users/{pair[1].id}/block"))
    body = {"text": "Too late", "parent_id": parent["id"]}
    assert stranger.post(f"posts/{post['id']}/comments", body).status_code == 400
    texts = [event["data"]["comment"]["text"] for event in logged_events()
             if event["type"] == "comment.created"]  # fmt: skip
    assert "Too late" not in texts


@pytest.mark.parametrize("what", ["parent", "thread"])
def test_no_reply_is_written_to_a_comment_that_is_deleted_meanwhile(
    alice, bob, stranger, post, *, comments, reply, before_writes, run_cascades, what
):
    top = comments(bob, post)
    parent = reply(alice, top)
    gone, author = {"parent": (parent, alice), "thread": (top, bob)}[what]
    before_writes(lambda: author.delete(f"comments/{gone['id']}"))
    body = {"text": "Too late", "parent_id": parent["id"]}
    assert stranger.post(f"posts/{post['id']}/comments", body).status_code == 400
    run_cascades()
    count = {"parent": 1, "thread": 0}[what]
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == count


def test_the_author_of_the_parent_is_notified_of_a_reply(
    alice, bob, stranger, post, *, comments, reply
):
    top = comments(bob, post)
    answer = reply(stranger, top, "Listen, @bob and @alice")
    shown = [(n["type"], n["entity_id"], n["post_id"]) for n in list_notifications(bob)]
    assert shown == [("reply", answer["id"], post["id"])]
    assert [(n["type"], n["entity_id"]) for n in list_notifications(alice)] == [
        ("comment", answer["id"]), ("comment", top["id"]),
    ]  # fmt: skip
    # The author of the post is notified of a reply to their own comment once.
    own = reply(alice, top)
    assert [n["entity_id"] for n in list_notifications(bob, "&type=reply")] == [
        own["id"], answer["id"],
    ]  # fmt: skip
    to_alice = reply(bob, own)
    assert list_notifications(alice)[0]["type"] == "reply"
    assert list_notifications(alice)[0]["entity_id"] == to_alice["id"]
    count = unread_count(alice)
    # Nobody is notified of a reply to themselves.
    reply(bob, top)
    assert [n["type"] for n in list_notifications(bob)] == ["reply", "reply"]
    assert unread_count(alice) == count + 1
    stranger.delete(f"comments/{answer['id']}")
    assert [n["entity_id"] for n in list_notifications(bob)] == [own["id"]]


def test_a_repeated_request_replies_once(alice, bob, post, comments):
    top = comments(bob, post)
    body, key = {"text": "Once", "parent_id": top["id"]}, {"Idempotency-Key": "reply"}
    responses = run_concurrently(
        *(lambda: alice.post(f"posts/{post['id']}/comments", body, **key) for _ in range(5))
    )
    assert {response.content for response in responses} == {responses[0].content}
    assert get_comment(bob, top)["replies_count"] == 1


def test_threads_that_only_mongodb_has_are_read(alice, bob, post, *, comments, reply, flush_all):
    top = comments(bob, post)
    ids = [reply(alice, top)["id"] for _ in range(3)]
    flush_all()
    client().flushall()
    assert reply_ids(bob, top) == ids
    listed = alice.get(f"posts/{post['id']}/comments").json()["comments"]
    assert [(shown["id"], shown["replies_count"]) for shown in listed] == [(top["id"], 3)]
    ids += [reply(bob, top)["id"]]
    assert reply_ids(bob, top, "?limit=100") == ids


def test_comments_from_before_there_were_replies_are_listed(alice, bob, post, comments, flush_all):
    comment = comments(bob, post)
    flush_all()
    names = ("is_reply", "parent_id", "thread_id", "thread_author_id", "replies_count")
    mongo.collection(Comment).update_one(
        {"_id": comment["id"]}, {"$unset": dict.fromkeys(names, "")}
    )
    client().flushall()
    assert alice.get(f"posts/{post['id']}/comments").json()["comments"][0]["id"] == comment["id"]
    assert get_comment(alice, comment) == comment


def test_a_page_of_replies_takes_two_script_calls(alice, bob, post, comments, reply):
    top = comments(bob, post)
    for _ in range(3):
        reply(alice, top)
    bob.get(f"comments/{top['id']}/replies")
    assert count_script_calls(lambda: bob.get(f"comments/{top['id']}/replies")) == 2
