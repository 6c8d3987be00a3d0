"""Reactions to comments."""

import random

import pytest

from accounts.services import erase_account
from comments.cascades import CommentsOfPost
from comments.models import Comment, CommentReaction
from mysocial.core.errors import FOREVER_MS
from mysocial.core.redis import client
from posts.reaction_types import ReactionType
from tests.comments.test_concurrent_privacy import LOSSES, create_post
from tests.moderation.staff import take_action
from tests.notifications.notification_checks import list_notifications
from tests.reactions.totals import expected_totals
from tests.support.concurrency import (
    assert_no_changes,
    count_script_calls,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import logged_events, sign_up

LABEL = "comments.commentreaction"


@pytest.fixture
def comment(bob, post, comments):
    return comments(bob, post)


def react(person, comment, kind="like"):
    response = person.put(f"comments/{comment['id']}/reaction", {"type": kind})
    assert response.status_code == 200, response.content
    return response.json()


def shown(person, comment):
    """Return the totals and the own reaction; the list and the comment must agree."""
    single = person.get(f"comments/{comment['id']}").json()
    listed = person.get(f"posts/{comment['post_id']}/comments").json()["comments"]
    assert single in listed
    return single["reactions"], single["viewer"]["reaction"]


def test_a_member_has_one_reaction_that_can_change(alice, bob, stranger, comment):
    assert comment["reactions"] == expected_totals()
    expected = {"message": "Reaction set", "reaction": {"type": "love"}}
    assert react(alice, comment, "love") == {**expected, "reactions": expected_totals(love=1)}
    react(stranger, comment, "love")
    assert react(alice, comment, "wow")["reactions"] == expected_totals(love=1, wow=1)
    assert shown(alice, comment) == (expected_totals(love=1, wow=1), "wow")
    assert shown(bob, comment) == (expected_totals(love=1, wow=1), None)
    with assert_no_changes():
        react(alice, comment, "wow")
    removed = alice.delete(f"comments/{comment['id']}/reaction").json()
    assert (removed["reaction"], removed["reactions"]) == ({"type": None}, expected_totals(love=1))
    with assert_no_changes():
        assert alice.delete(f"comments/{comment['id']}/reaction").json() == removed
    assert shown(alice, comment) == (expected_totals(love=1), None)
    react(bob, comment, "sad")
    edited = bob.patch(f"comments/{comment['id']}", {"text": "Edited"}).json()["comment"]
    assert (edited["viewer"]["reaction"], edited["reactions"]["sad"]) == ("sad", 1)
    assert edited == bob.get(f"comments/{comment['id']}").json()


def test_the_reactions_are_listed_by_type(alice, stranger, comment):
    react(alice, comment, "love")
    react(stranger, comment, "wow")
    path = f"comments/{comment['id']}/reactions"
    listed = alice.get(path).json()["reactions"]
    assert [(item["type"], item["author"]["id"]) for item in listed] == [
        ("wow", stranger.id), ("love", alice.id),
    ]  # fmt: skip
    assert alice.get(f"{path}?type=wow").json()["reactions"] == listed[:1]
    assert alice.get(f"{path}?type=hate").status_code == 400
    alice.put(f"users/{stranger.id}/block")
    assert alice.get(path).json()["reactions"] == listed[1:]


def test_a_reaction_is_announced_to_those_who_see_both(alice, bob, stranger, post, comment):
    carol = sign_up("carol")
    carol.put(f"users/{stranger.id}/block")
    react(stranger, comment, "wow")
    data = {
        "comment_id": comment["id"], "post_id": post["id"], "thread_id": None,
        "user_id": stranger.id, "type": "wow", "reactions": expected_totals(wow=1),
    }  # fmt: skip
    for person, is_informed in ((alice, True), (bob, True), (stranger, True), (carol, False)):
        events = [
            event["data"]
            for event in person.received_events(f"post:{post['id']}")
            if event["type"] == "comment.reaction"
        ]
        assert events == ([data] if is_informed else [])


def test_the_author_of_the_comment_is_notified_once(alice, bob, post, comment):
    react(alice, comment, "love")
    react(alice, comment, "wow")
    (notification,) = list_notifications(bob)
    assert (notification["type"], notification["entity_id"], notification["post_id"]) == (
        "comment_reaction", f"{comment['id']}:{alice.id}", post["id"],
    )  # fmt: skip
    alice.delete(f"comments/{comment['id']}/reaction")
    assert list_notifications(bob) == []
    react(bob, comment)  # to their own
    assert list_notifications(bob) == []


def test_a_member_who_cannot_see_a_comment_cannot_react(alice, bob, stranger, comment, reply):
    below = reply(alice, comment)
    react(stranger, comment)
    bob.put(f"users/{stranger.id}/block")
    with assert_no_changes():
        for pk in (comment["id"], below["id"], "0" * 24):
            path = f"comments/{pk}/reaction"
            assert stranger.put(path, {"type": "like"}).status_code == 404
            assert stranger.get(f"{path}s").status_code == 404
        assert stranger.delete(f"comments/{below['id']}/reaction").status_code == 404
        assert alice.put(f"comments/{below['id']}/reaction", {"type": "x"}).status_code == 400
    # An own reaction can still be removed; the totals stay hidden.
    removed = stranger.delete(f"comments/{comment['id']}/reaction").json()
    assert (removed["reaction"], removed["reactions"]) == ({"type": None}, None)


def test_a_silenced_member_cannot_react_but_remove_a_reaction(alice, comment):
    react(alice, comment)
    take_action(alice, "silence", until_ms=FOREVER_MS)
    path = f"comments/{comment['id']}/reaction"
    assert alice.put(path, {"type": "wow"}).status_code == 403
    assert alice.delete(path).status_code == 200


@pytest.mark.parametrize("loss", [*LOSSES, "comment deleted"])
def test_no_reaction_is_written_after_the_comment_became_invisible(
    alice, bob, comments, before_writes, loss
):
    post = create_post(alice, bob, loss)
    comment = comments(alice, post)
    lose = LOSSES.get(loss, lambda *_: alice.delete(f"comments/{comment['id']}"))
    before_writes(lambda: lose(alice, post, bob))
    response = bob.put(f"comments/{comment['id']}/reaction", {"type": "like"})
    assert response.status_code == 404
    assert live_records(LABEL) == {}
    assert "comment.reaction" not in {event["type"] for event in logged_events()}


def test_concurrent_reactions_keep_the_totals_right(alice, bob, comment, flush_all, document):
    crowd = [alice, bob, *(sign_up(f"person{number}") for number in range(4))]
    path, dice = f"comments/{comment['id']}/reaction", random.Random(20261130)

    def act(person):
        kind = dice.choice([*ReactionType.values, None])
        if kind is None:
            return lambda: person.delete(path)
        return lambda: person.put(path, {"type": kind})

    responses = run_concurrently(*[act(person) for person in crowd for _ in range(5)])
    assert count_statuses(responses) == {200: 30}
    kinds = [fields[b"type"].decode() for fields in live_records(LABEL).values()]
    totals = expected_totals(**{kind: kinds.count(kind) for kind in set(kinds)})
    assert shown(alice, comment)[0] == totals
    flush_all()
    stored = document(Comment, comment["id"])
    assert {kind: stored[f"reactions_{kind}"] for kind in ReactionType.values} == totals


def test_reactions_are_deleted_with_their_comment(alice, bob, comment, reply, run_cascades):
    below = reply(alice, comment)
    react(alice, comment)
    react(bob, below)
    bob.delete(f"comments/{comment['id']}")
    run_cascades()
    assert live_records(LABEL) == live_records("comments.comment") == {}
    assert list_notifications(bob) == []


def test_reactions_to_comments_are_deleted_with_the_post(
    alice, bob, post, comment, reply, *, run_cascades
):
    react(alice, comment)
    react(bob, reply(alice, comment))
    alice.delete(f"posts/{post['id']}")
    count = len(logged_events())
    while not CommentsOfPost.delete_dependents(post["id"], limit=1):
        pass
    assert len(logged_events()) == count
    assert live_records(LABEL) == live_records("comments.comment") == {}
    run_cascades()


def test_an_erased_member_is_no_longer_counted(alice, stranger, comment, run_cascades):
    react(stranger, comment, "wow")
    react(alice, comment, "wow")
    erase_account(account_id=stranger.id)
    run_cascades()
    assert shown(alice, comment) == (expected_totals(wow=1), "wow")
    assert list(live_records(LABEL)) == [f"{comment['id']}:{alice.id}"]


def test_reactions_that_only_mongodb_has_are_shown(alice, post, comment, flush_all, document):
    react(alice, comment, "love")
    flush_all()
    assert document(CommentReaction, f"{comment['id']}:{alice.id}")["type"] == "love"
    client().flushall()
    assert shown(alice, comment) == (expected_totals(love=1), "love")
    path = f"posts/{post['id']}/comments"
    alice.get(path)
    assert count_script_calls(lambda: alice.get(path)) == 1
