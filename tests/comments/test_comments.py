"""Comments, through HTTP."""

import orjson
import pytest

from comments.models import Comment
from mysocial.core.redis import client
from posts.models import Post
from posts.store import posts
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    mongod_paused,
    run_concurrently,
)
from tests.support.people import anonymous
from tests.support.shared_objects import shared

ROUNDS = 12


def comments_count(person, post):
    return person.get(f"posts/{post['id']}").json()["comments_count"]


def comment_events(person, post):
    """Return the events of a post's comments that a member would have received."""
    events = person.received_events(f"post:{post['id']}")
    return [event for event in events if event["type"].startswith("comment.")]


def test_a_new_comment_is_listed_counted_announced_and_persisted(
    alice, bob, stranger, flush_all, document
):
    post = alice.create_post()
    response = bob.post(f"posts/{post['id']}/comments", {"text": "  Well said \U0001f600\n "})

    assert response.status_code == 201
    assert response.json()["message"] == "Comment created"
    comment = shared(response.json()["comment"])
    assert (comment["text"], comment["post_id"]) == ("Well said \U0001f600", post["id"])
    assert (comment["author"]["id"], comment["author"]["username"]) == (bob.id, "bob")
    assert comment["edited_at"] is None
    for person in (alice, bob, stranger):
        assert shared(person.get(f"comments/{comment['id']}").json()) == comment
        shown = person.get(f"posts/{post['id']}/comments").json()
        assert shared(shown) == {"comments": [comment], "next": None}
        assert comments_count(person, post) == 1
        data = {"comment": comment, "comments_count": 1, "thread_replies_count": None}
        assert comment_events(person, post) == [{"type": "comment.created", "data": data}]
    assert alice.received_events("feed", f"user:{alice.id}", f"user:{bob.id}") == [
        {"type": "post.created", "data": post}
    ]
    assert document(Comment, comment["id"]) is None

    flush_all()
    kept = document(Comment, comment["id"])
    assert (kept["text"], kept["post_id"], kept["author_id"]) == (
        "Well said \U0001f600", post["id"], bob.id,
    )  # fmt: skip
    assert document(Post, post["id"])["comments_count"] == 1


WRONG = [
    {},
    {"text": ""},
    {"text": " \n\t "},
    {"text": None},
    {"text": "x" * 2001},
    {"text": 5},
    {"text": ["x"]},
    {"text": {"$gt": ""}},
    {"text": "a\x00b"},
    {"text": "x", "post_id": "0" * 24},
    {"text": "x", "author_id": "0" * 24},
    {"text": "x", "id": "0" * 24},
    {"text": "x", "comments_count": 9},
    {"text": "x", "edited_at": None},
]


@pytest.mark.parametrize("body", [*WRONG, [], "x", None])
def test_an_invalid_comment_is_rejected_and_changes_nothing(alice, body):
    post = alice.create_post()
    with assert_no_changes():
        response = alice.post(f"posts/{post['id']}/comments", orjson.dumps(body))
    assert response.status_code == 400
    assert len(response.json()["errors"]) == 1


def test_an_invalid_edit_is_rejected_and_changes_nothing(alice, comments):
    comment = comments(alice, alice.create_post())
    with assert_no_changes():
        for body in WRONG:
            assert alice.patch(f"comments/{comment['id']}", body).status_code == 400, body


@pytest.mark.parametrize("text", ["x", "x" * 2000, "a</script>", '"\\', "x\t\ud55c"])
def test_any_text_is_stored_unchanged(alice, bob, comments, text, flush_all):
    comment = comments(alice, alice.create_post(), text)
    flush_all()
    assert bob.get(f"comments/{comment['id']}").json()["text"] == text


def test_an_author_edits_a_comment_and_its_viewers_receive_the_event(
    alice, bob, comments, flush_all, document
):
    post = alice.create_post()
    comment = comments(bob, post, "Helo")
    response = bob.patch(f"comments/{comment['id']}", {"text": "Hello"})
    assert response.status_code == 200
    assert response.json()["message"] == "Comment updated"
    edited = shared(response.json()["comment"])
    assert edited == {**comment, "text": "Hello", "edited_at": edited["edited_at"]}
    assert edited["edited_at"] is not None
    assert shared(alice.get(f"comments/{comment['id']}").json()) == edited
    assert shared(alice.get(f"posts/{post['id']}/comments").json()["comments"]) == [edited]
    assert comment_events(alice, post)[1:] == [{"type": "comment.updated", "data": edited}]
    assert comments_count(alice, post) == 1
    flush_all()
    assert document(Comment, comment["id"])["text"] == "Hello"


@pytest.mark.parametrize("who", ["its author", "the author of the post"])
def test_a_comment_is_deleted_by_its_author_and_by_the_author_of_the_post(
    alice, bob, comments, who
):
    post = alice.create_post()
    kept, gone = comments(bob, post), comments(bob, post)
    person = {"its author": bob, "the author of the post": alice}[who]
    path = f"comments/{gone['id']}"

    response = person.delete(path)

    assert response.status_code == 200
    assert response.json() == {"message": "Comment deleted"}
    data = {
        "id": gone["id"], "post_id": post["id"], "thread_id": None,
        "comments_count": 1, "thread_replies_count": None,
    }  # fmt: skip
    assert comment_events(bob, post)[2:] == [{"type": "comment.deleted", "data": data}]
    for member in (alice, bob):
        assert member.get(path).status_code == 404
        assert shared(member.get(f"posts/{post['id']}/comments").json()["comments"]) == [kept]
        assert comments_count(member, post) == 1
    with assert_no_changes():
        assert person.delete(path).status_code == 404
        assert bob.patch(path, {"text": "x"}).status_code == 404


def test_a_deletion_is_persisted(alice, bob, comments, flush_all, document):
    post = alice.create_post()
    comment = comments(bob, post)
    flush_all()
    bob.delete(f"comments/{comment['id']}")
    flush_all()
    assert document(Comment, comment["id"])["_deleted_at"] is not None
    assert document(Post, post["id"])["comments_count"] == 0


def test_other_members_cannot_edit_or_delete_a_comment(alice, bob, stranger, comments):
    post = alice.create_post()
    path = f"comments/{comments(bob, post)['id']}"
    with assert_no_changes():
        for person in (alice, stranger):
            assert person.patch(path, {"text": "x"}).status_code == 403
        assert stranger.delete(path).status_code == 403
        assert anonymous.get(path).status_code == 401
        assert anonymous.patch(path, {"text": "x"}).status_code == 401
        assert anonymous.delete(path).status_code == 401
        assert anonymous.post(f"posts/{post['id']}/comments", {"text": "x"}).status_code == 401
        assert anonymous.get(f"posts/{post['id']}/comments").status_code == 401
        assert anonymous.get(f"posts/{post['id']}/comments/names").status_code == 401


def test_an_unknown_comment_or_post_is_not_found(alice):
    with assert_no_changes():
        for path in ("comments/" + "0" * 24, "comments/x", "comments/" + "A" * 24):
            assert alice.get(path).status_code == 404
            assert alice.patch(path, {"text": "x"}).status_code == 404
            assert alice.delete(path).status_code == 404
        for path in ("posts/" + "0" * 24 + "/comments", "posts/x/comments"):
            assert alice.get(path).status_code == 404
            assert alice.get(f"{path}/names").status_code == 404
            assert alice.post(path, {"text": "x"}).status_code == 404


def test_a_repeated_request_with_the_same_key_creates_one_comment(alice, bob):
    post = alice.create_post()
    path, key = f"posts/{post['id']}/comments", {"Idempotency-Key": "k"}
    responses = run_concurrently(*[lambda: bob.post(path, {"text": "x"}, **key)] * 20)
    assert count_statuses(responses) == {201: 20}
    assert len({response.content for response in responses}) == 1
    assert (
        comments_count(bob, post),
        len(live_records("comments.comment")),
        len(comment_events(bob, post)),
    ) == (
        1,
        1,
        1,
    )
    assert bob.post(path, {"text": "y"}, **key).status_code == 422
    bob.delete(f"comments/{responses[0].json()['comment']['id']}")
    with assert_no_changes():
        assert bob.post(path, {"text": "x"}, **key).content == responses[0].content


def test_comments_are_created_edited_and_deleted_while_mongodb_is_down(alice, bob, comments):
    post = alice.create_post()
    with mongod_paused():
        comment = comments(bob, post)
        assert bob.patch(f"comments/{comment['id']}", {"text": "x"}).status_code == 200
        assert bob.get(f"comments/{comment['id']}").json()["text"] == "x"
        assert comments_count(bob, post) == 1
        assert alice.delete(f"comments/{comment['id']}").status_code == 200
        assert comments_count(bob, post) == 0


# Concurrency --------------------------------------------------------------------------------------


def test_fifty_concurrent_comments_are_all_counted(alice, bob, flush_all, document):
    post = alice.create_post()
    path = f"posts/{post['id']}/comments"
    people = (alice, bob)
    responses = run_concurrently(
        *[lambda n=n: people[n % 2].post(path, {"text": str(n)}) for n in range(50)]
    )
    assert count_statuses(responses) == {201: 50}
    assert comments_count(bob, post) == 50
    assert len(bob.get(f"{path}?limit=100").json()["comments"]) == 50
    assert len(comment_events(bob, post)) == 50
    flush_all()
    assert document(Post, post["id"])["comments_count"] == 50


def test_concurrent_comments_edits_and_deletes_keep_the_count_right(
    alice, bob, comments, flush_all, document
):
    post = alice.create_post()
    path = f"posts/{post['id']}/comments"
    old = [f"comments/{comments(bob, post)['id']}" for _ in range(10)]

    def act(number):
        if number % 3 == 0:
            return lambda: (alice, bob)[number % 2].delete(old[number % 10])
        if number % 3 == 1:
            return lambda: bob.patch(old[number % 10], {"text": str(number)})
        return lambda: bob.post(path, {"text": str(number)})

    responses = run_concurrently(*map(act, range(60)))

    assert set(count_statuses(responses)) <= {200, 201, 404}
    left = bob.get(f"{path}?limit=100").json()["comments"]
    assert count_statuses(responses)[201] == 20
    assert count_statuses(responses[::3]) == {200: 10, 404: 10}
    assert comments_count(bob, post) == len(left) == len(live_records("comments.comment")) == 20
    flush_all()
    assert document(Post, post["id"])["comments_count"] == 20


def test_no_comment_is_created_on_a_concurrently_deleted_post(alice, bob):
    for _ in range(ROUNDS):
        post = alice.create_post()
        path = f"posts/{post['id']}"
        made = [lambda path=path: bob.post(f"{path}/comments", {"text": "x"})] * 8
        *responses, deleted = run_concurrently(*made, lambda path=path: alice.delete(path))
        assert deleted.status_code == 200
        assert set(count_statuses(responses)) <= {201, 404}
        went_at = int(client().hget(posts.key(post["id"]), "v"))
        hanging = {
            pk: int(fields[b"v"])
            for pk, fields in live_records("comments.comment").items()
            if fields[b"post_id"].decode() == post["id"]
        }
        accepted = {a.json()["comment"]["id"] for a in responses if a.status_code == 201}
        assert hanging.keys() == accepted
        assert max(hanging.values(), default=0) < went_at
    with assert_no_changes():
        assert bob.post(f"{path}/comments", {"text": "x"}).status_code == 404
