"""Deletion of comments with their post, and changes by staff."""

import pytest

from comments import services
from comments.cascades import CommentsOfPost
from comments.models import Comment
from mysocial.core import mongo
from mysocial.core.errors import NotFound
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from tests.support.concurrency import assert_no_changes, live_records, run_concurrently
from tests.support.people import logged_events
from tests.support.shared_objects import shared


def remove_and_check(pk):
    """Delete a comment as staff; return whether it existed."""
    try:
        services.remove_comment(comment_id=pk)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("evicted", [False, True])
def test_the_comments_of_a_deleted_post_are_removed_in_batches(
    alice, bob, comments, flush_all, evicted
):
    gone, kept = alice.create_post(), alice.create_post()
    for _ in range(7):
        comments(bob, gone)
    other = comments(bob, kept)["id"]
    flush_all()
    alice.delete(f"posts/{gone['id']}")
    if evicted:
        flush_all()
        client().flushall()
    count = len(logged_events())

    assert not CommentsOfPost.delete_dependents(gone["id"], limit=3)
    assert not CommentsOfPost.delete_dependents(gone["id"], limit=3)
    assert CommentsOfPost.delete_dependents(gone["id"], limit=3)

    assert live_records("comments.comment").keys() <= {other}
    assert len(logged_events()) == count
    with assert_no_changes():
        assert CommentsOfPost.delete_dependents(gone["id"], limit=3)
    assert gone["id"] not in live_records("posts.post")
    flush_all()
    left = mongo.collection(Comment).find({"_deleted_at": None})
    assert [document["_id"] for document in left] == [other]
    assert bob.get(f"comments/{other}").status_code == 200
    assert bob.get(f"posts/{kept['id']}").json()["comments_count"] == 1


def test_a_batch_of_exactly_the_remaining_comments_is_the_last(alice, bob, comments):
    post = alice.create_post()
    for _ in range(3):
        comments(bob, post)
    alice.delete(f"posts/{post['id']}")
    assert CommentsOfPost.delete_dependents(post["id"], limit=3)
    assert live_records("comments.comment") == {}


def test_staff_delete_a_comment_of_a_deleted_post(alice, bob, comments):
    comment = comments(bob, alice.create_post())
    alice.delete(f"posts/{comment['post_id']}")
    assert remove_and_check(comment["id"])
    assert live_records("comments.comment") == live_records("posts.post") == {}
    with assert_no_changes():
        assert not remove_and_check(comment["id"])


def test_concurrent_workers_and_staff_do_not_block_each_other(alice, bob, comments):
    for _ in range(4):
        post = alice.create_post()
        mine = [comments(bob, post)["id"] for _ in range(8)]
        alice.delete(f"posts/{post['id']}")
        *done, _, _ = run_concurrently(
            *[lambda pk=post["id"]: CommentsOfPost.delete_dependents(pk, limit=8)] * 2,
            *[lambda pk=pk: remove_and_check(pk) for pk in mine[:2]],
        )
        assert done == [True, True]
        assert live_records("comments.comment") == live_records("posts.post") == {}


def test_staff_edit_a_comment_through_the_services(moderator, alice, bob, comments, flush_all):
    post = alice.create_post()
    comment = comments(bob, post, "Rude words")
    flush_all()
    assert "Rude words" in moderator.get("/admin/comments/comment/").content.decode()
    url = f"/admin/comments/comment/{comment['id']}/change/"
    assert moderator.post(url, {"text": "[removed]"}).status_code == 302
    assert alice.get(f"comments/{comment['id']}").json()["text"] == "[removed]"
    types = [event["type"] for event in bob.received_events(f"post:{post['id']}")]
    assert types == ["post.created", "comment.created", "comment.updated"]
    flush_all()
    assert "[removed]" in moderator.get("/admin/comments/comment/").content.decode()
    for text in (" ", "x" * 2001):
        with assert_no_changes():
            assert moderator.post(url, {"text": text}).status_code == 200


def test_staff_delete_comments_through_the_services(moderator, alice, bob, comments, flush_all):
    post = alice.create_post()
    kept, gone = comments(bob, post), comments(bob, post)
    flush_all()
    form = {"action": "delete_selected", "_selected_action": [gone["id"]], "post": "yes"}
    assert moderator.post("/admin/comments/comment/", form).status_code == 302
    assert bob.get(f"comments/{gone['id']}").status_code == 404
    assert shared(bob.get(f"posts/{post['id']}/comments").json()["comments"]) == [kept]
    assert bob.get(f"posts/{post['id']}").json()["comments_count"] == 1
    assert bob.received_events(f"post:{post['id']}")[-1]["type"] == "comment.deleted"
    assert moderator.get("/admin/comments/comment/add/").status_code == 403


def test_comments_are_deleted_with_their_post(alice, bob, comments, flush_all, documents):
    gone, kept = alice.create_post(), alice.create_post()
    for _ in range(3):
        comments(bob, gone)
    other = comments(bob, kept)["id"]

    alice.delete(f"posts/{gone['id']}")
    assert run_due_cascades() == 1

    flush_all()
    assert [document["_id"] for document in documents(Comment)] == [other]
