"""Concurrent reactions: the totals match the reactions, in Redis and in MongoDB."""

import random

import pytest

from mysocial.core import mongo
from mysocial.core.errors import Conflict, NotFound
from mysocial.store import write
from posts.models import Post
from posts.reaction_types import ReactionType
from posts.selectors import get_row
from posts.services import require_visible
from reactions.models import Reaction
from tests.reactions.totals import counted_totals, expected_totals, shown_totals
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import logged_events, sign_up


@pytest.fixture
def crowd():
    return [sign_up(f"person{number}") for number in range(10)]


def stored_totals(post, document):
    """Return the totals of a post in MongoDB, and those counted from its reactions there."""
    counts = expected_totals()
    for edge in mongo.find(Reaction, {"post_id": {"$eq": post["id"]}}):
        counts[edge["type"]] += 1
    kept = document(Post, post["id"])
    return {kind: kept[f"reactions_{kind}"] for kind in ReactionType.values}, counts


def test_concurrent_reactions_of_ten_members_keep_the_totals_right(
    alice, crowd, flush_all, document
):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    dice = random.Random(20261122)

    def act(person):
        kind = dice.choice([*ReactionType.values, None])
        if kind is None:
            return lambda: person.delete(path)
        return lambda: person.put(path, {"type": kind})

    for _ in range(3):
        responses = run_concurrently(*[act(person) for person in crowd for _ in range(4)])
        assert count_statuses(responses) == {200: 40}
        counts = counted_totals(post)
        assert shown_totals(alice, post) == counts
        assert sum(counts.values()) == len(live_records("reactions.reaction"))
        listed = alice.get(f"posts/{post['id']}/reactions?limit=100").json()["reactions"]
        assert len(listed) == sum(counts.values())
        for kind in ReactionType.values:
            page = alice.get(f"posts/{post['id']}/reactions?limit=100&type={kind}").json()
            assert {reaction["type"] for reaction in page["reactions"]} <= {kind}
            assert len(page["reactions"]) == counts[kind]
        flush_all()
        assert stored_totals(post, document) == (counts, counts)
    last = [
        event["data"] for event in alice.received_events() if event["type"] == "reaction.changed"
    ][-1]
    assert last["reactions"] == counts


def test_ten_concurrent_equal_reactions_of_a_member_count_once(alice, bob, flush_all, document):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    responses = run_concurrently(*[lambda: bob.put(path, {"type": "love"})] * 10)
    assert count_statuses(responses) == {200: 10}
    assert {response.content for response in responses} == {responses[0].content}
    assert shown_totals(alice, post) == counted_totals(post) == expected_totals(love=1)
    assert len([e for e in alice.received_events() if e["type"] == "reaction.changed"]) == 1
    flush_all()
    assert stored_totals(post, document) == (expected_totals(love=1), expected_totals(love=1))


def test_ten_concurrent_different_reactions_of_a_member_leave_one(alice, bob):
    post = alice.create_post()
    kinds = [ReactionType.values[number % 6] for number in range(10)]
    responses = run_concurrently(
        *[lambda k=kind: bob.put(f"posts/{post['id']}/reaction", {"type": k}) for kind in kinds]
    )
    assert count_statuses(responses) == {200: 10}
    assert shown_totals(alice, post) == counted_totals(post)
    assert sum(counted_totals(post).values()) == 1


def test_ten_concurrent_removals_count_once(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    responses = run_concurrently(*[lambda: bob.delete(f"posts/{post['id']}/reaction")] * 10)
    assert count_statuses(responses) == {200: 10}
    assert shown_totals(alice, post) == expected_totals()


LOSSES_WITH_EVENTS = {
    "deleted": ("post.deleted", lambda alice, post, bob: alice.delete(f"posts/{post['id']}")),
    "private": (
        "post.deleted",
        lambda alice, post, bob: alice.patch(f"posts/{post['id']}", {"privacy": "private"}),
    ),
    "blocked": ("block.created", lambda alice, post, bob: alice.put(f"users/{bob.id}/block")),
    "unfollowed": (
        "follow.deleted",
        lambda alice, post, bob: bob.delete(f"users/{alice.id}/follow"),
    ),
}


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("end", LOSSES_WITH_EVENTS)
def test_no_reaction_is_announced_after_the_post_became_invisible(alice, bob, end, round_):
    event_type, lose_post = LOSSES_WITH_EVENTS[end]
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    path = f"posts/{post['id']}/reaction"
    kinds = [lambda k=kind: bob.put(path, {"type": k}) for kind in ReactionType.values]

    responses = run_concurrently(*kinds, lambda: lose_post(alice, post, bob))

    assert set(count_statuses(responses)) <= {200, 404}
    event_types = [event["type"] for event in logged_events()]
    assert "reaction.changed" not in event_types[event_types.index(event_type) :]
    if end != "deleted":
        assert shown_totals(alice, post) == counted_totals(post)


LOSSES = {
    "deleted": lambda alice, post, bob: alice.delete(f"posts/{post['id']}"),
    "private": lambda alice, post, bob: alice.patch(f"posts/{post['id']}", {"privacy": "private"}),
    "blocked": lambda alice, post, bob: alice.put(f"users/{bob.id}/block"),
    "blocks": lambda alice, post, bob: bob.put(f"users/{alice.id}/block"),
    "account private": lambda alice, post, bob: alice.patch(
        "users/me/settings", {"is_private": True}
    ),
}


def react_with_stale_row(row, person, post):
    """React with a row of the post that was read before the loss."""
    pk = f"{post['id']}:{person.id}"
    with write() as w:
        require_visible(w, row, viewer_id=person.id)
        w.create(Reaction(id=pk, post_id=post["id"], user_id=person.id, type="like"))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_reaction_fails_if_the_post_became_invisible_meanwhile(alice, bob, loss):
    post = alice.create_post()
    row = get_row(post["id"], viewer_id=bob.id)
    LOSSES[loss](alice, post, bob)
    with assert_no_changes(), pytest.raises((Conflict, NotFound)):
        react_with_stale_row(row, bob, post)


def test_a_reaction_fails_if_the_follow_ended_meanwhile(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    row = get_row(post["id"], viewer_id=bob.id)
    bob.delete(f"users/{alice.id}/follow")
    with assert_no_changes(), pytest.raises(NotFound):
        react_with_stale_row(row, bob, post)


@pytest.mark.tampers
def test_an_edit_of_the_text_does_not_prevent_a_reaction(alice, bob):
    post = alice.create_post()
    row = get_row(post["id"], viewer_id=bob.id)
    alice.patch(f"posts/{post['id']}", {"text": "Edited"})
    react_with_stale_row(row, bob, post)
    assert counted_totals(post) == expected_totals(like=1)
