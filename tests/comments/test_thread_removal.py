"""Deletion of threads and replies."""

from accounts.services import erase_account
from comments.cascades import CommentsOfPost
from comments.models import Comment
from mysocial.core.redis import client
from tests.comments.threads import LABEL, get_comment, reply_ids
from tests.notifications.notification_checks import list_notifications
from tests.support.concurrency import count_statuses, live_records, run_concurrently
from tests.support.people import logged_events


def test_the_replies_of_a_deleted_comment_are_hidden_at_once_and_then_deleted(
    alice, bob, post, *, comments, reply, run_cascades, flush_all, document
):
    top, other = comments(bob, post), comments(bob, post)
    answers = [reply(alice, top), reply(alice, top)]
    assert bob.delete(f"comments/{top['id']}").status_code == 200
    assert alice.get(f"comments/{answers[0]['id']}").status_code == 404
    assert alice.get(f"comments/{top['id']}/replies").status_code == 404
    run_cascades()
    assert list(live_records(LABEL)) == [other["id"]]
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 1
    deleted = [event["data"]["id"] for event in bob.received_events(f"post:{post['id']}")
               if event["type"] == "comment.deleted"]  # fmt: skip
    assert sorted(deleted) == sorted([top["id"], *(answer["id"] for answer in answers)])
    assert list_notifications(bob) == []
    flush_all()
    assert document(Comment, answers[0]["id"])["_deleted_at"]


def test_a_deleted_reply_leaves_the_replies_to_it(alice, bob, post, comments, reply):
    top = comments(bob, post)
    first = reply(alice, top)
    second = reply(bob, first)
    alice.delete(f"comments/{first['id']}")
    assert reply_ids(alice, top) == [second["id"]]
    assert get_comment(alice, second)["parent_id"] == first["id"]
    assert get_comment(alice, top)["replies_count"] == 1


def test_a_deleted_post_takes_its_threads_along(alice, bob, post, *, comments, reply, flush_all):
    top, kept = comments(bob, post), comments(bob, alice.create_post())
    for _ in range(4):
        reply(bob, top)
    comments(bob, post)
    reply(alice, kept)
    alice.delete(f"posts/{post['id']}")
    flush_all()
    client().flushall()
    count = len(logged_events())
    for _ in range(4):
        if CommentsOfPost.delete_dependents(post["id"], limit=3):
            break
    flush_all()
    assert len(logged_events()) == count
    assert reply_ids(bob, kept) != []
    assert CommentsOfPost.delete_dependents(post["id"], limit=3)
    assert all(fields[b"post_id"].decode() != post["id"] for fields in live_records(LABEL).values())


def test_an_erased_member_takes_threads_and_replies_along(
    alice, bob, post, *, comments, reply, run_cascades
):
    of_bob, of_alice = comments(bob, post), comments(alice, post)
    reply(alice, of_bob)
    reply(bob, of_alice)
    erase_account(account_id=bob.id)
    assert alice.get(f"comments/{of_alice['id']}/replies").json()["comments"] == []
    run_cascades()
    assert list(live_records(LABEL)) == [of_alice["id"]]
    assert get_comment(alice, of_alice)["replies_count"] == 0
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 1


def test_concurrent_replies_and_deletions_keep_the_counts_right(
    alice, bob, stranger, post, *, comments, reply, flush_all, document, run_cascades
):
    top = comments(bob, post)
    first = [reply(alice, top) for _ in range(4)]
    path = f"posts/{post['id']}/comments"
    people = (alice, bob, stranger)
    calls = [
        lambda p=person, t=target: p.post(path, {"text": "x", "parent_id": t["id"]})
        for person in people
        for target in (top, *first)
    ]
    calls += [lambda c=comment: alice.delete(f"comments/{c['id']}") for comment in first[:2]]
    responses = run_concurrently(*calls)
    assert set(count_statuses(responses)) <= {200, 201, 400}
    count = len(reply_ids(alice, top, "?limit=100"))
    assert get_comment(alice, top)["replies_count"] == count == len(live_records(LABEL)) - 1
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == count + 1
    flush_all()
    assert document(Comment, top["id"])["replies_count"] == count
    # Replies and the deletion of the thread: nothing remains of it.
    calls = [lambda p=person: p.post(path, {"text": "y", "parent_id": top["id"]})
             for person in people]  # fmt: skip
    responses = run_concurrently(*calls, lambda: bob.delete(f"comments/{top['id']}"))
    assert set(count_statuses(responses)) <= {200, 201, 400}
    run_cascades()
    assert live_records(LABEL) == {}
    assert alice.get(f"posts/{post['id']}").json()["comments_count"] == 0
