"""Votes in polls: totals, changes, the end, and who may vote."""

import pytest

from accounts.services import erase_account
from mysocial.core.errors import FOREVER_MS
from posts.services import withhold_post
from tests.comments.test_concurrent_privacy import LOSSES, create_post
from tests.moderation.staff import take_action
from tests.posts.poll_helpers import NO_VOTES, create_poll, poll_of, reach_end, vote
from tests.support.concurrency import (
    assert_no_changes,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import logged_events, sign_up

LABEL = "posts.pollvote"


def voting_path(post):
    return f"posts/{post['id']}/poll/vote"


def results(voters_count, *votes):
    return {"votes": list(votes), "voters_count": voters_count}


def events_of(kind):
    return [event for event in logged_events() if event["type"] == kind]


@pytest.fixture
def post(alice):
    return create_poll(alice)


def test_a_vote_is_counted_and_shown_to_its_voter(alice, bob, stranger, post):
    assert vote(bob, post, 1) == {"choices": [1], "results": results(1, 0, 1, 0)}
    assert vote(stranger, post, 1) == {"choices": [1], "results": results(2, 0, 2, 0)}
    assert vote(alice, post, 2) == {"choices": [2], "results": results(3, 0, 2, 1)}
    assert poll_of(bob, post) == {"choices": [1], "results": results(3, 0, 2, 1)}
    for path in ("posts", f"users/{alice.id}/posts"):
        shown = stranger.get(path).json()["posts"][0]
        assert shown["viewer"]["poll"] == {"choices": [1], "results": results(3, 0, 2, 1)}


def test_several_choices_are_one_voter(alice, bob, stranger):
    post = create_poll(alice, multiple=True)
    assert vote(bob, post, 2, 0) == {"choices": [0, 2], "results": results(1, 1, 0, 1)}
    assert vote(stranger, post, 2)["results"] == results(2, 1, 0, 2)


@pytest.mark.parametrize(
    "choices",
    [[], None, [3], [-1], [6], [0, 1], [0, 0], ["0"], [True], [0.0], "0", {"0": 1}, [[0]],
     list(range(7))],
)  # fmt: skip
def test_an_invalid_vote_is_refused(bob, post, choices):
    with assert_no_changes():
        response = bob.put(voting_path(post), {"choices": choices})
    assert response.status_code == 400
    assert {error["field"].partition(".")[0] for error in response.json()["errors"]} == {"choices"}


def test_a_vote_with_other_fields_is_refused(bob, post):
    with assert_no_changes():
        assert bob.put(voting_path(post), {}).status_code == 400
        assert bob.put(voting_path(post), {"choices": [0], "user_id": "x"}).status_code == 400


def test_a_repeated_vote_changes_nothing(bob, post):
    vote(bob, post, 1)
    with assert_no_changes():
        assert vote(bob, post, 1) == {"choices": [1], "results": results(1, 0, 1, 0)}
    reach_end(post)
    with assert_no_changes():  # a client that did not get the first response repeats it
        assert vote(bob, post, 1)["choices"] == [1]


def test_a_repeated_request_gets_the_stored_response(bob, stranger, post):
    key = {"Idempotency-Key": "vote once"}
    first = bob.put(voting_path(post), {"choices": [0]}, **key)
    vote(stranger, post, 0)
    again = bob.put(voting_path(post), {"choices": [0]}, **key)
    assert (again.status_code, again.content) == (200, first.content)
    assert bob.put(voting_path(post), {"choices": [1]}, **key).status_code == 422


def test_a_vote_is_final_unless_the_poll_permits_changes(bob, post):
    vote(bob, post, 1)
    for change in (
        lambda: bob.put(voting_path(post), {"choices": [2]}),
        lambda: bob.delete(voting_path(post)),
    ):
        with assert_no_changes():
            response = change()
        assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert poll_of(bob, post)["results"] == results(1, 0, 1, 0)


def test_a_vote_is_changed_and_withdrawn(alice, bob, stranger):
    post = create_poll(alice, may_change_vote=True, multiple=True)
    vote(bob, post, 0, 1)
    vote(stranger, post, 1)
    assert vote(bob, post, 1, 2) == {"choices": [1, 2], "results": results(2, 0, 2, 1)}
    response = bob.delete(voting_path(post)).json()
    assert response["poll"] == {"choices": [], "results": results(1, 0, 1, 0)}
    assert poll_of(bob, post) == response["poll"]
    with assert_no_changes():
        assert bob.delete(voting_path(post)).json() == response
    assert list(live_records(LABEL)) == [f"{post['id']}:{stranger.id}"]
    assert vote(bob, post, 0)["results"] == results(2, 1, 1, 0)


def test_after_the_end_nobody_votes_changes_or_withdraws(alice, bob, stranger):
    post = create_poll(alice, may_change_vote=True)
    vote(bob, post, 1)
    reach_end(post)
    for change in (
        lambda: stranger.put(voting_path(post), {"choices": [1]}),
        lambda: bob.put(voting_path(post), {"choices": [2]}),
        lambda: bob.delete(voting_path(post)),
    ):
        with assert_no_changes():
            response = change()
        assert (response.status_code, response.json()["code"]) == (409, "poll_ended")
        assert response.json()["detail"] == "This poll has ended."
    assert poll_of(stranger, post) == {"choices": [], "results": results(1, 0, 1, 0)}


def test_a_vote_that_arrives_after_the_end_is_refused(bob, post, before_writes):
    before_writes(lambda: reach_end(post))
    assert bob.put(voting_path(post), {"choices": [0]}).status_code == 409
    assert live_records(LABEL) == {}
    assert poll_of(bob, post)["results"] == NO_VOTES


# Totals ------------------------------------------------------------------------------------------


def test_concurrent_votes_are_counted_exactly_once(alice, bob, stranger):
    post = create_poll(alice, may_change_vote=True)
    people = [alice, bob, stranger]
    responses = run_concurrently(
        *(
            lambda p=person, n=number: p.put(voting_path(post), {"choices": [n % 3]})
            for person in people
            for number in range(6)
        )
    )
    assert count_statuses(responses) == {200: 18}
    chosen = [poll_of(person, post)["choices"] for person in people]
    expected = results(3, *(chosen.count([number]) for number in range(3)))
    assert poll_of(alice, post)["results"] == expected
    assert len(live_records(LABEL)) == 3
    responses = run_concurrently(
        *(lambda p=person: p.delete(voting_path(post)) for person in people for _ in range(4))
    )
    assert count_statuses(responses) == {200: 12}
    assert poll_of(alice, post)["results"] == NO_VOTES
    assert live_records(LABEL) == {}


def test_of_concurrent_final_votes_one_counts(bob, post):
    responses = run_concurrently(
        *(lambda n=number: bob.put(voting_path(post), {"choices": [n]}) for number in (0, 1, 2) * 4)
    )
    assert count_statuses(responses) == {200: 4, 409: 8}
    assert poll_of(bob, post)["results"]["voters_count"] == 1
    assert len(events_of("poll.voted")) == 1


def test_the_votes_of_an_erased_member_are_not_counted(alice, bob, stranger, run_cascades):
    open_poll, ended_poll = create_poll(alice), create_poll(alice, multiple=True)
    for poll in (open_poll, ended_poll):
        vote(bob, poll, 1)
    vote(stranger, ended_poll, 0, 1)
    reach_end(ended_poll)
    erase_account(account_id=bob.id)
    run_cascades()
    assert poll_of(alice, open_poll)["results"] == NO_VOTES
    assert poll_of(alice, ended_poll)["results"] == results(1, 1, 1, 0)
    assert list(live_records(LABEL)) == [f"{ended_poll['id']}:{stranger.id}"]


def test_votes_count_after_a_block_a_suspension_and_a_change_of_privacy(alice, bob, stranger, post):
    vote(bob, post, 1)
    vote(stranger, post, 1)
    alice.put(f"users/{bob.id}/block")
    take_action(stranger, "suspend", until_ms=FOREVER_MS)
    assert poll_of(alice, post)["results"] == results(2, 0, 2, 0)
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert poll_of(alice, post)["results"] == results(2, 0, 2, 0)


# Who may vote ------------------------------------------------------------------------------------


def test_a_member_who_cannot_see_the_post_cannot_vote(alice, bob, post):
    hidden = create_poll(alice)
    alice.patch(f"posts/{hidden['id']}", {"privacy": "private"})
    withheld = create_poll(alice)
    withhold_post(post_id=withheld["id"])
    for other in (hidden, withheld, {"id": "0" * 24}):
        with assert_no_changes():
            assert bob.put(voting_path(other), {"choices": [0]}).status_code == 404
            assert bob.delete(voting_path(other)).status_code == 404
    alice.put(f"users/{bob.id}/block")
    with assert_no_changes():
        assert bob.put(voting_path(post), {"choices": [0]}).status_code == 404


def test_a_silenced_member_cannot_vote(bob, post):
    take_action(bob, "silence", until_ms=FOREVER_MS)
    with assert_no_changes():
        response = bob.put(voting_path(post), {"choices": [0]})
    assert (response.status_code, response.json()["code"]) == (403, "silenced")


def test_a_vote_in_a_post_that_is_no_longer_visible_can_be_withdrawn(alice, bob):
    post = create_poll(alice, may_change_vote=True)
    vote(bob, post, 1)
    alice.patch(f"posts/{post['id']}", {"privacy": "private"})
    response = bob.delete(voting_path(post))
    assert response.status_code == 200
    assert response.json()["poll"] == {"choices": [], "results": None}
    assert poll_of(alice, post)["results"] == NO_VOTES
    assert bob.delete(voting_path(post)).status_code == 404


@pytest.mark.parametrize("loss", LOSSES)
def test_a_vote_in_a_post_that_is_hidden_meanwhile_is_refused(alice, bob, before_writes, loss):
    post = create_post(alice, bob, loss)
    poll = {"options": ["Tea", "Coffee"], "duration_seconds": 3600}
    assert alice.patch(f"posts/{post['id']}", {"poll": poll}).status_code == 200
    before_writes(lambda: LOSSES[loss](alice, post, bob))
    assert bob.put(voting_path(post), {"choices": [0]}).status_code == 404
    assert live_records(LABEL) == {}
    assert events_of("poll.voted") == []


def test_a_withdrawal_and_a_deletion_of_the_post_at_the_same_time(alice, bob, before_writes):
    post = create_poll(alice, may_change_vote=True)
    vote(bob, post, 1)
    before_writes(lambda: alice.delete(f"posts/{post['id']}"))
    assert bob.delete(voting_path(post)).status_code == 404


def test_a_member_who_signs_up_later_votes(alice):
    post = create_poll(alice)
    assert vote(sign_up("late"), post, 0)["results"] == results(1, 1, 0, 0)
