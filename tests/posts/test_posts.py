"""Posts, through HTTP."""

import orjson
import pytest

from mysocial.store import reads
from posts.models import Post
from posts.representations import (
    PostSerializer,
    PostViewerSerializer,
    SharedPostSerializer,
    post_template,
)
from posts.store import posts
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous
from tests.support.shared_objects import shared, with_absolute_addresses
from users.store import users


def test_a_new_post_is_listed_at_once_and_persisted(alice, bob, flush_all, document):
    post = alice.create_post("Hello, world.")

    shown = bob.get("posts").json()
    assert [record["id"] for record in shown["posts"]] == [post["id"]]
    assert shared(shown["posts"][0]) == post
    assert shown["total_posts"] == 1
    assert document(Post, post["id"]) is None

    flush_all()
    assert document(Post, post["id"])["text"] == "Hello, world."


def test_a_post_has_the_given_fields_and_its_author(alice, bob):
    fields = {"bg_color": "#A1b2C3", "feelings": "happy", "privacy": "public"}
    response = alice.post("posts", {"text": "  Hello \U0001f600\n ", **fields})
    assert response.status_code == 201
    assert response.json()["message"] == "Post created"
    post = shared(response.json()["post"])
    assert post["text"] == "Hello \U0001f600"
    assert {name: post[name] for name in fields} == fields
    assert (post["comments_count"], post["edited_at"]) == (0, None)
    assert post["author"]["id"] == alice.id
    assert post["author"]["username"] == "alice"
    assert shared(bob.get(f"posts/{post['id']}").json()) == post
    assert bob.received_events("feed") == [{"type": "post.created", "data": post}]


WRONG = [
    {"text": ""},
    {"text": " \n\t "},
    {"text": None},
    {"text": "x" * 5001},
    {"text": 5},
    {"text": 2**70},
    {"text": True},
    {"text": ["x"]},
    {"text": {"$gt": ""}},
    {"text": "a\x00b"},
    {"text": "x", "privacy": "friends"},
    {"text": "x", "privacy": ""},
    {"text": "x", "privacy": ["public"]},
    {"text": "x", "bg_color": "red"},
    {"text": "x", "bg_color": "#12345g"},
    {"text": "x", "feelings": "bored"},
    {"text": "x", "id": "0" * 24},
    {"text": "x", "author_id": "0" * 24},
    {"text": "x", "comments_count": 9},
    {"text": "x", "created_at": "2020-01-01T00:00:00Z"},
    {"text": "x", "edited_at": None},
    {"text": "x", "version": 1},
]


@pytest.mark.parametrize("body", [*WRONG, {}, {"privacy": "public"}, [], "x", None, 5])
def test_an_invalid_post_is_rejected_and_changes_nothing(alice, body):
    with assert_no_changes():
        response = alice.post("posts", orjson.dumps(body) if body != {"text": 2**70} else
                            b'{"text": %d}' % 2**70)  # fmt: skip
    assert response.status_code == 400
    assert len(response.json()["errors"]) == 1


@pytest.mark.parametrize("body", [body for body in WRONG if body != {"text": 2**70}] + [{}])
def test_an_invalid_edit_is_rejected_and_changes_nothing(alice, body):
    post = alice.create_post()
    with assert_no_changes():
        response = alice.patch(f"posts/{post['id']}", body)
    assert response.status_code == 400


def test_all_errors_of_a_post_are_reported_together(alice):
    wrong = {"text": "x" * 5001, "privacy": "x", "bg_color": "x", "feelings": "x", "likes": 1}
    response = alice.post("posts", wrong)
    assert sorted(error["field"] for error in response.json()["errors"]) == sorted(wrong)


@pytest.mark.parametrize("text", ["x", "x" * 5000, "a</script>", "$where", '"\\', "x\t\ud55c"])
def test_any_text_is_stored_unchanged(alice, bob, text, flush_all):
    post = alice.create_post(text)
    flush_all()
    assert bob.get(f"posts/{post['id']}").json()["text"] == text


def test_an_author_edits_a_post_and_its_viewers_receive_the_event(alice, bob, flush_all, document):
    post = alice.create_post("Helo", feelings="sad")
    response = alice.patch(f"posts/{post['id']}", {"text": "Hello"})
    assert response.status_code == 200
    assert response.json()["message"] == "Post updated"
    edited = shared(response.json()["post"])
    assert edited == {**post, "text": "Hello", "edited_at": edited["edited_at"]}
    assert edited["edited_at"] is not None
    assert shared(bob.get(f"posts/{post['id']}").json()) == edited
    assert bob.received_events("feed")[1:] == [{"type": "post.updated", "data": edited}]
    assert bob.received_events(f"post:{post['id']}")[1:] == [
        {"type": "post.updated", "data": edited}
    ]
    flush_all()
    assert document(Post, post["id"])["text"] == "Hello"


def test_an_author_deletes_a_post_and_its_viewers_receive_the_event(
    alice, bob, flush_all, document
):
    post = alice.create_post()
    response = alice.delete(f"posts/{post['id']}")
    assert response.status_code == 200
    assert response.json() == {"message": "Post deleted"}
    assert bob.received_events("feed") == [{"type": "post.deleted", "data": {"id": post["id"]}}]
    for person in (alice, bob):
        assert person.get(f"posts/{post['id']}").status_code == 404
        assert person.get("posts").json() == {"posts": [], "next": None, "total_posts": 0}
    assert alice.get("users/me").json()["posts_count"] == 0
    flush_all()
    assert document(Post, post["id"])["_deleted_at"] is not None
    with assert_no_changes():
        assert alice.delete(f"posts/{post['id']}").status_code == 404
        assert alice.patch(f"posts/{post['id']}", {"text": "x"}).status_code == 404


def test_only_the_author_edits_or_deletes_a_post(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    post, secret = alice.create_post(), alice.create_post(privacy="private")
    with assert_no_changes():
        for person in (bob, stranger):
            assert person.patch(f"posts/{post['id']}", {"text": "x"}).status_code == 403
            assert person.delete(f"posts/{post['id']}").status_code == 403
            assert person.patch(f"posts/{secret['id']}", {"text": "x"}).status_code == 404
            assert person.delete(f"posts/{secret['id']}").status_code == 404
        assert anonymous.delete(f"posts/{post['id']}").status_code == 401
        assert anonymous.post("posts", {"text": "x"}).status_code == 401


def test_an_unknown_post_is_not_found(alice):
    with assert_no_changes():
        for path in ("posts/" + "0" * 24, "posts/x", "posts/" + "A" * 24, "posts/0%00"):
            assert alice.get(path).status_code == 404
            assert alice.patch(path, {"text": "x"}).status_code == 404
            assert alice.delete(path).status_code == 404


# Concurrency --------------------------------------------------------------------------------------


def test_fifty_concurrent_posts_are_all_counted(alice, bob, flush_all, document):
    responses = run_concurrently(
        *[lambda n=n: alice.post("posts", {"text": str(n)}) for n in range(50)]
    )
    assert count_statuses(responses) == {201: 50}
    assert alice.get("users/me").json()["posts_count"] == 50
    feed = bob.get("posts?limit=100").json()
    assert (len(feed["posts"]), feed["total_posts"]) == (50, 50)
    assert len(bob.received_events("feed")) == 50
    flush_all()
    assert document(users.model, alice.id)["posts_count"] == 50


def test_only_one_of_many_concurrent_deletes_counts(alice):
    post = alice.create_post()
    responses = run_concurrently(*[lambda: alice.delete(f"posts/{post['id']}")] * 10)
    assert count_statuses(responses) == {200: 1, 404: 9}
    assert alice.get("users/me").json()["posts_count"] == 0
    assert alice.get("posts").json()["total_posts"] == 0


def test_concurrent_edits_of_different_fields_are_all_kept(alice, bob):
    post = alice.create_post()
    changes = [{"text": "New"}, {"feelings": "happy"}, {"bg_color": "#000000"}]
    responses = run_concurrently(
        *[lambda c=change: alice.patch(f"posts/{post['id']}", c) for change in changes]
    )
    assert count_statuses(responses) == {200: 3}
    shown = bob.get(f"posts/{post['id']}").json()
    assert (shown["text"], shown["feelings"], shown["bg_color"]) == ("New", "happy", "#000000")


def test_concurrent_changes_of_privacy_and_deletes_keep_the_totals_right(alice, bob):
    ids = [alice.create_post(str(number))["id"] for number in range(6)]

    def act(number):
        path = f"posts/{ids[number % 6]}"
        privacy = ("private", "public", "followers")[number % 3]
        if number % 7 == 0:
            return lambda: alice.delete(path)
        return lambda: alice.patch(path, {"privacy": privacy})

    assert set(count_statuses(run_concurrently(*map(act, range(40))))) <= {200, 404, 409}
    left = alice.get(f"users/{alice.id}/posts").json()["posts"]
    in_feed = [post for post in left if post["privacy"] != "private"]
    assert (
        alice.get("users/me").json()["posts_count"] == len(left) == len(live_records("posts.post"))
    )
    public = [post for post in left if post["privacy"] == "public"]
    assert bob.get("posts").json()["total_posts"] == len(public)
    assert [post["id"] for post in alice.get("posts").json()["posts"]] == [
        post["id"] for post in in_feed
    ]


@pytest.mark.parametrize("text", ["Hello", 'é "quoted" \\ \u2028'])
def test_the_response_bytes_match_the_serializer(alice, text):
    post = alice.create_post(text, feelings="loved")
    alice.patch(f"posts/{post['id']}", {"bg_color": "#ffffff"})
    (row,) = reads.get_rows(post_template, [post["id"]])
    author = users.values(reads.get_record(users, alice.id))
    values = posts.values(reads.get_record(posts, post["id"]))
    expected = SharedPostSerializer({**values, "media": None, "author": author}).data
    assert orjson.loads(post_template.render(row)) == expected
    expected = with_absolute_addresses(dict(expected))
    sent = alice.get(f"posts/{post['id']}").json()
    assert list(sent) == list(PostSerializer().fields)
    assert list(sent["viewer"]) == list(PostViewerSerializer().fields)
    assert (shared(sent), list(sent)[:-1]) == (expected, list(expected))
