"""Many react at once: the totals are exactly the edges, in Redis and in MongoDB."""

import random

import pytest

from mysocial.core import mongo
from mysocial.core.errors import Conflict, NotFound
from mysocial.store import reads, write
from posts.models import Post
from posts.reaction_types import ReactionType
from posts.selectors import get_row
from posts.services import require_visible
from reactions.models import Reaction
from tests.reactions.totals import counted, shown, totals
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import logged_events, sign_up
from users.store import users


@pytest.fixture
def crowd():
    return [sign_up(f"person{number}") for number in range(10)]


def stored(post, document):
    """Return the totals of a post as MongoDB has them, and counted from its reactions."""
    found = totals()
    for edge in mongo.find(Reaction, {"post_id": {"$eq": post["id"]}}):
        found[edge["type"]] += 1
    kept = document(Post, post["id"])
    return {kind: kept[f"reactions_{kind}"] for kind in ReactionType.values}, found


def test_a_storm_of_ten_people_leaves_totals_that_are_the_edges(alice, crowd, flush_all, document):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    dice = random.Random(20261122)

    def act(person):
        kind = dice.choice([*ReactionType.values, None])
        if kind is None:
            return lambda: person.delete(path)
        return lambda: person.put(path, {"type": kind})

    for _ in range(3):
        answers = run_concurrently(*[act(person) for person in crowd for _ in range(4)])
        assert count_statuses(answers) == {200: 40}
        found = counted(post)
        assert shown(alice, post) == found
        assert sum(found.values()) == len(live_records("reactions.reaction"))
        listed = alice.get(f"posts/{post['id']}/reactions?limit=100").json()["reactions"]
        assert len(listed) == sum(found.values())
        for kind in ReactionType.values:
            some = alice.get(f"posts/{post['id']}/reactions?limit=100&type={kind}").json()
            assert {one["type"] for one in some["reactions"]} <= {kind}
            assert len(some["reactions"]) == found[kind]
        flush_all()
        assert stored(post, document) == (found, found)
    last = [
        event["data"] for event in alice.received_events() if event["type"] == "reaction.changed"
    ][-1]
    assert last["reactions"] == found


def test_ten_loves_of_one_person_at_once_are_one(alice, bob, flush_all, document):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    answers = run_concurrently(*[lambda: bob.put(path, {"type": "love"})] * 10)
    assert count_statuses(answers) == {200: 10}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert shown(alice, post) == counted(post) == totals(love=1)
    assert len([e for e in alice.received_events() if e["type"] == "reaction.changed"]) == 1
    flush_all()
    assert stored(post, document) == (totals(love=1), totals(love=1))


def test_ten_kinds_of_one_person_at_once_leave_one(alice, bob):
    post = alice.create_post()
    kinds = [ReactionType.values[number % 6] for number in range(10)]
    answers = run_concurrently(
        *[lambda k=kind: bob.put(f"posts/{post['id']}/reaction", {"type": k}) for kind in kinds]
    )
    assert count_statuses(answers) == {200: 10}
    assert shown(alice, post) == counted(post)
    assert sum(counted(post).values()) == 1


def test_ten_removals_at_once_count_once(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    answers = run_concurrently(*[lambda: bob.delete(f"posts/{post['id']}/reaction")] * 10)
    assert count_statuses(answers) == {200: 10}
    assert shown(alice, post) == totals()


ENDS = {
    "deleted": ("post.deleted", lambda alice, post, one: alice.delete(f"posts/{post['id']}")),
    "private": (
        "post.deleted",
        lambda alice, post, one: alice.patch(f"posts/{post['id']}", {"privacy": "private"}),
    ),
    "blocked": ("block.created", lambda alice, post, one: alice.put(f"users/{one.id}/block")),
    "unfollowed": (
        "follow.deleted",
        lambda alice, post, one: one.delete(f"users/{alice.id}/follow"),
    ),
}


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("end", ENDS)
def test_no_reaction_comes_after_the_loss_of_the_post(alice, bob, end, round_):
    told, lose = ENDS[end]
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    path = f"posts/{post['id']}/reaction"
    kinds = [lambda k=kind: bob.put(path, {"type": k}) for kind in ReactionType.values]

    answers = run_concurrently(*kinds, lambda: lose(alice, post, bob))

    assert set(count_statuses(answers)) <= {200, 404}
    heard = [event["type"] for event in logged_events()]
    assert "reaction.changed" not in heard[heard.index(told) :]
    if end != "deleted":
        assert shown(alice, post) == counted(post)


LOSSES = {
    "deleted": lambda alice, post, one: alice.delete(f"posts/{post['id']}"),
    "private": lambda alice, post, one: alice.patch(f"posts/{post['id']}", {"privacy": "private"}),
    "blocked": lambda alice, post, one: alice.put(f"users/{one.id}/block"),
    "blocks": lambda alice, post, one: one.put(f"users/{alice.id}/block"),
    "account private": lambda alice, post, one: make_private(alice),
}


def make_private(person):
    with write() as w:
        w.update(reads.get_record(users, person.id), is_private=True)


def react_late(row, person, post):
    """React as somebody does who looked at the post before what is tested happened."""
    pk = f"{post['id']}:{person.id}"
    with write() as w:
        require_visible(w, row, viewer_id=person.id)
        w.create(Reaction(id=pk, post_id=post["id"], user_id=person.id, type="like"))


@pytest.mark.parametrize("loss", LOSSES)
def test_what_let_somebody_see_the_post_must_hold_when_the_reaction_is_written(alice, bob, loss):
    post = alice.create_post()
    row = get_row(post["id"], viewer_id=bob.id)
    LOSSES[loss](alice, post, bob)
    with assert_no_changes(), pytest.raises((Conflict, NotFound)):
        react_late(row, bob, post)


def test_a_follow_that_ended_lets_nobody_react_any_more(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    row = get_row(post["id"], viewer_id=bob.id)
    bob.delete(f"users/{alice.id}/follow")
    with assert_no_changes(), pytest.raises(NotFound):
        react_late(row, bob, post)


@pytest.mark.tampers
def test_an_edit_of_the_text_stops_no_reaction(alice, bob):
    post = alice.create_post()
    row = get_row(post["id"], viewer_id=bob.id)
    alice.patch(f"posts/{post['id']}", {"text": "Edited"})
    react_late(row, bob, post)
    assert counted(post) == totals(like=1)
