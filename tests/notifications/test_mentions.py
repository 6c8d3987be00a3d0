"""Who is mentioned in a text, and who is told of it."""

import pytest

from notifications.selectors import find_mentioned
from tests.notifications.notification_checks import comments, follows, kinds, switch, told, unread
from tests.support.concurrency import assert_no_changes, mongod_paused, run_concurrently
from tests.support.people import sign_up


@pytest.mark.parametrize(
    "text",
    ["@bob", "@BOB!", "Dear @Bob, hello", "(@bob)", "@bob@bob @bob", "@bob.", "...,@bob\n@nobody"],
)
def test_a_mention_is_found_whatever_its_case_and_told_once(alice, bob, text):
    post = alice.create_post(text)
    assert [(one["type"], one["entity_id"], one["post_id"]) for one in told(bob)] == [
        ("mention", post["id"], post["id"])
    ]
    assert unread(bob) == 1


@pytest.mark.parametrize("text", ["bob", "@bobby", "x@bob", "me@bob.com", "a.@bob", "@bob_"])
def test_what_is_no_mention_tells_nobody(alice, bob, text):
    alice.create_post(text)
    assert told(bob) == []


def test_at_most_ten_are_told(alice):
    people = [sign_up(f"guest{number:02}") for number in range(11)]
    alice.create_post("Welcome " + " ".join(f"@{one.username} @{one.username}" for one in people))
    assert [len(told(one)) for one in people] == [1] * 10 + [0]


def test_only_those_who_see_the_post_are_told(alice, bob, stranger):
    follows(bob, alice)
    alice.create_post("@bob @stranger", privacy="private")
    assert told(bob) == told(stranger) == []
    alice.create_post("@bob @stranger", privacy="followers")
    assert (kinds(bob), kinds(stranger)) == (["mention"], [])
    alice.create_post("@bob @stranger")
    assert (kinds(bob), kinds(stranger)) == (["mention"] * 2, ["mention"])


def test_only_those_who_see_the_comment_are_told(alice, bob, stranger):
    follows(bob, alice)
    alice.delete(f"notifications/{told(alice)[0]['id']}")
    post = alice.create_post(privacy="followers")
    comments(bob, post, "@alice, look! @stranger")
    assert kinds(alice) == ["comment"]
    assert told(stranger) == []
    public = alice.create_post()
    bob.put(f"users/{stranger.id}/block")
    comments(bob, public, "@stranger")
    assert told(stranger) == []
    comments(stranger, public, "@bob @alice")
    assert told(bob) == []
    assert kinds(alice) == ["comment", "comment", "comment"]


def test_an_edit_tells_whom_it_newly_mentions_and_takes_back_the_others(alice, bob, stranger):
    post = alice.create_post("@bob and @stranger")
    path = f"posts/{post['id']}"
    first = told(bob)
    alice.patch(path, {"text": "@BOB and @stranger, again"})
    assert told(bob) == first
    alice.patch(path, {"text": "@bob and others"})
    assert (told(bob), told(stranger)) == (first, [])
    assert unread(stranger) == 0
    assert [one["type"] for one in stranger.notification_events()] == [
        "notification.created",
        "notification.deleted",
    ]
    alice.patch(path, {"text": "@stranger"})
    assert (told(bob), kinds(stranger)) == ([], ["mention"])
    alice.patch(path, {"feelings": "happy"})
    assert (told(bob), kinds(stranger)) == ([], ["mention"])
    alice.delete(path)
    assert told(stranger) == []


def test_an_edit_of_a_comment_does_the_same(alice, bob, stranger, moderator):
    comment = comments(bob, alice.create_post(), "@alice @stranger")
    path = f"comments/{comment['id']}"
    assert (kinds(alice), kinds(stranger)) == (["comment"], ["mention"])
    bob.patch(path, {"text": "Nobody."})
    assert (kinds(alice), kinds(stranger)) == (["comment"], [])
    bob.patch(path, {"text": "@alice @stranger"})
    assert (kinds(alice), kinds(stranger)) == (["comment"], ["mention"])
    url = f"/admin/comments/comment/{comment['id']}/change/"
    assert told(stranger)[0]["entity_id"] == comment["id"]
    bob.delete(path)
    assert told(alice) == told(stranger) == []
    assert unread(alice) == unread(stranger) == 0
    assert moderator.get(url).status_code == 302


def test_edits_at_once_leave_those_told_whom_the_text_mentions(alice, bob, stranger):
    post = alice.create_post("Hello")
    texts = ["@bob", "@stranger", "@bob @stranger", "nobody"]
    for _ in range(3):
        run_concurrently(
            *[lambda t=t: alice.patch(f"posts/{post['id']}", {"text": t}) for t in texts]
        )
        text = alice.get(f"posts/{post['id']}").json()["text"]
        assert len(told(bob)) == text.count("@bob") == unread(bob)
        assert len(told(stranger)) == text.count("@stranger") == unread(stranger)


def test_a_mention_of_somebody_who_is_known_is_told_with_mongodb_away(alice, bob):
    post = alice.create_post()
    with mongod_paused():
        alice.create_post("Hello @bob")
        comments(alice, post, "Hello @bob")
        assert kinds(bob) == ["mention"] * 2
        assert unread(bob) == 2
        with assert_no_changes():
            answer = alice.post("posts", {"text": "Hello @nobody"})
            assert answer.status_code == 503


def test_a_comment_that_is_edited_and_deleted_at_once_leaves_nobody_told(alice, bob, stranger):
    post = alice.create_post()
    for _ in range(6):
        path = f"comments/{comments(bob, post)['id']}"
        run_concurrently(
            lambda path=path: bob.patch(path, {"text": "@stranger"}),
            lambda path=path: bob.patch(path, {"text": "@stranger @alice"}),
            lambda path=path: bob.delete(path),
        )
        assert bob.get(path).status_code == 404
        assert told(alice) == told(stranger) == []
        assert unread(alice) == unread(stranger) == 0


def test_mentions_can_be_switched_off(alice, bob):
    switch(bob, "mention", in_app=False)
    alice.create_post("@bob")
    assert told(bob) == []


def test_a_text_without_a_name_asks_nobody():
    assert find_mentioned("me@example.com and @x") == (set(), set())
