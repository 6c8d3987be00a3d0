"""Changes of polls by the author, alone and at the same time as votes."""

import pytest

from posts.services import end_due_polls
from tests.posts.poll_helpers import LABELS, create_poll, poll_of, poll_records, reach_end, vote
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.shared_objects import shared

OPTIONS = ["Tea", "Coffee"]


def test_a_poll_without_votes_can_be_replaced_removed_and_added(alice, bob):
    post = create_poll(alice, hide_results=True)
    path = f"posts/{post['id']}"
    replaced = alice.patch(path, {"poll": {"options": OPTIONS, "duration_seconds": 3600}}).json()[
        "post"
    ]
    assert replaced["poll"]["options"] == OPTIONS
    assert replaced["poll"]["hide_results"] is False
    assert replaced["edited_at"] is None
    assert replaced["viewer"]["poll"]["results"] == {"votes": [0, 0], "voters_count": 0}
    assert replaced == alice.get(path).json()
    assert bob.received_events("feed")[-1] == {"type": "post.updated", "data": shared(replaced)}
    removed = alice.patch(path, {"poll": None}).json()["post"]
    assert (removed["poll"], removed["viewer"]["poll"]) == (None, None)
    assert poll_records() == dict.fromkeys(LABELS, 0)
    with assert_no_changes():
        assert bob.put(f"{path}/poll/vote", {"choices": [0]}).status_code == 404
        assert alice.patch(path, {"poll": None}).status_code == 200
    create = {"poll": {"options": ["A", "B", "C"], "duration_seconds": 3600}}
    added = alice.patch(path, create).json()["post"]
    assert added == alice.get(path).json()
    assert vote(bob, post, 2)["results"] == {"votes": [0, 0, 1], "voters_count": 1}


def test_the_same_poll_again_changes_nothing(alice):
    post = create_poll(alice)
    with assert_no_changes():
        assert alice.patch(f"posts/{post['id']}", {"poll": post["poll"]}).status_code == 200


def test_a_poll_with_votes_cannot_be_changed(alice, bob):
    post = create_poll(alice, may_change_vote=True)
    vote(bob, post, 1)
    path = f"posts/{post['id']}"
    other = {"options": OPTIONS, "duration_seconds": 3600}
    for change in ({"poll": other}, {"poll": None}, {"poll": other, "text": "Changed"}):
        with assert_no_changes():
            response = alice.patch(path, change)
        assert (response.status_code, response.json()["code"]) == (409, "conflict")
    edited = alice.patch(path, {"text": "What do you like?"}).json()["post"]
    assert (edited["text"], edited["poll"]) == ("What do you like?", post["poll"])
    assert edited["viewer"]["poll"]["results"]["votes"] == [0, 1, 0]
    # Nobody has voted any more.
    bob.delete(f"{path}/poll/vote")
    assert alice.patch(path, {"poll": other}).status_code == 200


@pytest.mark.parametrize("is_announced", [False, True])
def test_a_poll_that_has_ended_cannot_be_changed(alice, *, is_announced):
    post = create_poll(alice)
    reach_end(post)
    if is_announced:
        assert end_due_polls() == 1
    other = {"options": OPTIONS, "duration_seconds": 3600}
    for change in (other, None):
        with assert_no_changes():
            response = alice.patch(f"posts/{post['id']}", {"poll": change})
        assert (response.status_code, response.json()["code"]) == (409, "poll_ended")


def test_a_first_vote_during_a_change_keeps_the_poll(alice, bob, before_writes):
    post = create_poll(alice)
    before_writes(lambda: vote(bob, post, 2))
    other = {"options": OPTIONS, "duration_seconds": 3600}
    assert alice.patch(f"posts/{post['id']}", {"poll": other}).status_code == 409
    assert alice.get(f"posts/{post['id']}").json()["poll"] == post["poll"]
    assert poll_of(bob, post)["results"] == {"votes": [0, 0, 1], "voters_count": 1}


def test_a_change_during_a_first_vote_decides_what_is_voted_for(alice, bob, before_writes):
    post = create_poll(alice)
    other = {"options": OPTIONS, "duration_seconds": 3600}
    before_writes(lambda: alice.patch(f"posts/{post['id']}", {"poll": other}))
    response = bob.put(f"posts/{post['id']}/poll/vote", {"choices": [2]})
    assert response.status_code == 400  # There is no such option any more.
    assert live_records("posts.pollvote") == {}


def test_concurrent_votes_and_changes_leave_a_consistent_poll(alice, bob, stranger):
    post = create_poll(alice)
    path = f"posts/{post['id']}"
    other = {"poll": {"options": OPTIONS, "duration_seconds": 3600}}
    responses = run_concurrently(
        *(lambda: alice.patch(path, other) for _ in range(3)),
        *(
            lambda p=person: p.put(f"{path}/poll/vote", {"choices": [0]})
            for person in (bob, stranger)
        ),
    )
    assert set(count_statuses(responses)) <= {200, 409}
    assert poll_of(alice, post)["results"]["voters_count"] == 2


def test_only_the_author_changes_a_poll(alice, bob):
    post = create_poll(alice)
    with assert_no_changes():
        assert bob.patch(f"posts/{post['id']}", {"poll": None}).status_code == 403
