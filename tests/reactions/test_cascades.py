"""Deletion of the reactions to a deleted post."""

from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from reactions.cascades import ReactionsOfPost
from reactions.models import Reaction
from tests.reactions.totals import expected_totals, shown_totals
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import sign_up


def test_reactions_are_deleted_with_their_post_in_batches(alice, bob, flush_all, document):
    gone, kept = alice.create_post("Gone"), alice.create_post("Kept")
    people = [bob, *[sign_up(f"person{number}") for number in range(6)]]
    for person in people:
        for post in (gone, kept):
            person.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    flush_all()
    alice.delete(f"posts/{gone['id']}")
    client().delete(f"reactions.reaction/post:{gone['id']}")

    left = []
    for _ in range(3):
        done = ReactionsOfPost.delete_dependents(gone["id"], limit=3)
        left.append((done, len(live_records("reactions.reaction")) - len(people)))
    assert left == [(False, 4), (False, 1), (True, 0)]
    with assert_no_changes():
        assert ReactionsOfPost.delete_dependents(gone["id"], limit=3) is True

    assert shown_totals(bob, kept) == expected_totals(sad=7)
    (mine,) = bob.get(f"users/{bob.id}/reactions").json()["reactions"]
    assert mine["post"]["text"] == "Kept"
    flush_all()
    assert document(Reaction, f"{gone['id']}:{bob.id}")["_deleted_at"] is not None
    assert document(Reaction, f"{kept['id']}:{bob.id}")["_deleted_at"] is None


def test_reactions_deleted_with_their_post_cause_no_events(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    alice.delete(f"posts/{post['id']}")
    before = alice.received_events(f"post:{post['id']}")
    assert ReactionsOfPost.delete_dependents(post["id"], limit=10) is True
    assert alice.received_events(f"post:{post['id']}") == before


def test_deleting_a_post_queues_the_deletion_of_its_reactions(alice, bob):
    gone, kept = alice.create_post("Gone"), alice.create_post("Kept")
    for post in (gone, kept):
        bob.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    alice.delete(f"posts/{gone['id']}")
    assert run_due_cascades() == 1
    assert list(live_records("reactions.reaction")) == [f"{kept['id']}:{bob.id}"]
    with assert_no_changes():
        assert run_due_cascades() == 0
