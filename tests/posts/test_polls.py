"""Polls of posts: what they are, who may change them, and what is deleted with them."""

from datetime import datetime, timedelta

import orjson
import pytest

from mysocial.core.redis import client
from mysocial.store import server_time
from posts.models import MAX_OPTION_LENGTH, MAX_POLL_SECONDS, MIN_POLL_SECONDS, Poll, PollVote
from tests.images.pictures import make_image, send_form
from tests.moderation.staff import add_filter
from tests.posts.poll_helpers import (
    DAY_SECONDS,
    LABELS,
    NO_VOTES,
    create_poll,
    poll_of,
    poll_records,
    vote,
)
from tests.support.concurrency import (
    assert_no_changes,
    count_script_calls,
    live_records,
    mongod_paused,
)
from tests.support.people import logged_events
from tests.support.shared_objects import shared

OPTIONS = ["Tea", "Coffee"]


def in_seconds(seconds):
    """Return a time by the clock of Redis, as a request has it."""
    return (server_time() + timedelta(seconds=seconds)).isoformat()


def test_a_post_with_a_poll_is_created(alice, bob):
    before = server_time()
    created = alice.post(
        "posts",
        {
            "text": "What do you drink?",
            "poll": {
                "options": ["Tea", "Café ☕"],
                "multiple": True,
                "hide_results": True,
                "may_change_vote": True,
                "duration_seconds": 3600,
            },
        },
    ).json()["post"]
    ends_at = datetime.fromisoformat(created["poll"].pop("ends_at"))
    assert before + timedelta(hours=1) <= ends_at <= server_time() + timedelta(hours=1)
    assert created["poll"] == {
        "options": ["Tea", "Café ☕"],
        "multiple": True,
        "hide_results": True,
        "may_change_vote": True,
    }
    assert created["viewer"]["poll"] == {"choices": [], "results": None}
    shown = bob.get(f"posts/{created['id']}").json()
    assert shown["viewer"]["poll"] == {"choices": [], "results": None}
    assert shown["poll"]["ends_at"] == alice.get("posts").json()["posts"][0]["poll"]["ends_at"]
    assert bob.received_events("feed") == [{"type": "post.created", "data": shared(shown)}]


def test_the_defaults_are_one_choice_that_is_final_with_open_results(alice):
    post = create_poll(alice)
    flags = ("multiple", "hide_results", "may_change_vote")
    assert [post["poll"][name] for name in flags] == [False] * 3
    assert poll_of(alice, post) == {"choices": [], "results": NO_VOTES}


def test_a_post_without_a_poll_has_none(alice, bob):
    post = alice.create_post("No question", poll=None)
    shown = bob.get(f"posts/{post['id']}").json()
    assert (shown["poll"], shown["viewer"]["poll"]) == (None, None)
    with assert_no_changes():
        vote_path = f"posts/{post['id']}/poll/vote"
        assert bob.put(vote_path, {"choices": [0]}).status_code == 404
        assert bob.delete(vote_path).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"options": ["Only one"]}, "poll.options", "min_length"),
        ({"options": [str(number) for number in range(7)]}, "poll.options", "max_length"),
        ({"options": None}, "poll.options", "null"),
        ({"options": "Tea"}, "poll.options", "not_a_list"),
        ({"options": ["Tea", 5]}, "poll.options", "invalid"),
        ({"options": ["Tea", " "]}, "poll.options.1", "blank"),
        ({"options": ["Tea", "\u200b"]}, "poll.options.1", "invisible"),
        ({"options": ["Tea", "x" * 101]}, "poll.options.1", "max_length"),
        ({"options": ["Tea", "👨\u200d👩\u200d👧" * 80]}, "poll.options.1", "max_bytes"),
        ({"options": ["Tea", "\uff34\uff25\uff21"]}, "poll.options", "invalid"),
        ({"options": ["Cafe  au lait", "café au lait"]}, "poll.options", "invalid"),
        ({"multiple": "yes"}, "poll.multiple", "invalid"),
        ({"hide_results": 1}, "poll.hide_results", "invalid"),
        ({"may_change_vote": None}, "poll.may_change_vote", "null"),
        ({"duration_seconds": MIN_POLL_SECONDS - 1}, "poll.duration_seconds", "min_value"),
        ({"duration_seconds": MAX_POLL_SECONDS + 1}, "poll.duration_seconds", "max_value"),
        ({"duration_seconds": "soon"}, "poll.duration_seconds", "invalid"),
        ({"ends_at": "2030-01-01T00:00:00Z"}, "poll.ends_at", "invalid"),
        ({"votes": [1, 2]}, "poll.votes", "unknown"),
    ],
)
def test_an_invalid_poll_is_refused(alice, change, field, code):
    poll = {"options": OPTIONS, "duration_seconds": DAY_SECONDS, **change}
    with assert_no_changes():
        response = alice.post("posts", {"text": "Which?", "poll": poll})
    assert response.status_code == 400
    errors = [(error["field"], error["code"]) for error in response.json()["errors"]]
    assert errors == [(field, code)]


def test_the_end_is_judged_by_the_clock_of_redis(alice):
    for seconds in (MIN_POLL_SECONDS - 5, MAX_POLL_SECONDS + 60, -60):
        with assert_no_changes():
            body = {"options": OPTIONS, "ends_at": in_seconds(seconds)}
            response = alice.post("posts", {"text": "Which?", "poll": body})
        assert response.status_code == 400
        assert [error["field"] for error in response.json()["errors"]] == ["poll.ends_at"]
    with assert_no_changes():  # neither form of the end
        response = alice.post("posts", {"text": "Which?", "poll": {"options": OPTIONS}})
        assert [error["field"] for error in response.json()["errors"]] == ["poll.ends_at"]
    for seconds in (MIN_POLL_SECONDS + 60, MAX_POLL_SECONDS - 60):
        body = {"options": OPTIONS, "ends_at": in_seconds(seconds)}
        assert alice.post("posts", {"text": "Which?", "poll": body}).status_code == 201


def test_a_poll_of_the_maximum_size_is_accepted(alice, bob):
    options = [f"{number}{'é' * (MAX_OPTION_LENGTH - 1)}" for number in range(6)]
    post = create_poll(alice, options=options, multiple=True)
    assert post["poll"]["options"] == options
    assert vote(bob, post, 5, 0) == {
        "choices": [0, 5],
        "results": {"votes": [1, 0, 0, 0, 0, 1], "voters_count": 1},
    }


def test_a_poll_in_a_form_is_json(alice):
    poll = orjson.dumps({"options": OPTIONS, "duration_seconds": DAY_SECONDS}).decode()
    fields = {"text": "Which?", "image": make_image(), "poll": poll}
    post = send_form(alice, "POST", "posts", **fields).json()["post"]
    assert post["poll"]["options"] == OPTIONS
    for broken in ("{", "[]", '"x"'):
        response = send_form(alice, "POST", "posts", text="Which?", poll=broken)
        assert response.status_code == 400
        assert [error["field"] for error in response.json()["errors"]] == ["poll"]


def test_a_poll_needs_a_question(alice):
    with assert_no_changes():
        poll = {"options": OPTIONS, "duration_seconds": DAY_SECONDS}
        assert alice.post("posts", {"poll": poll}).status_code == 400


# Deletion and other texts ------------------------------------------------------------------------


def test_a_poll_is_deleted_with_its_post(alice, bob, run_cascades, flush_all, document):
    post, kept = create_poll(alice), create_poll(alice)
    for voted in (post, kept):
        vote(bob, voted, 0)
    flush_all()
    pk = f"{post['id']}:{bob.id}"
    assert document(PollVote, pk)["choices"] == "0"
    assert document(Poll, post["id"])["votes_0"] == 1
    assert alice.delete(f"posts/{post['id']}").status_code == 200
    run_cascades()
    flush_all()
    assert document(PollVote, pk)["_deleted_at"]
    assert document(Poll, post["id"])["_deleted_at"]
    assert poll_records() == dict.fromkeys(LABELS, 1)
    assert poll_of(bob, kept)["choices"] == [0]


def test_polls_that_only_mongodb_has_are_shown(alice, bob, flush_all):
    post = create_poll(alice, hide_results=True)
    vote(bob, post, 1)
    expected = bob.get(f"posts/{post['id']}").json()
    flush_all()
    client().flushall()
    assert bob.get(f"posts/{post['id']}").json() == expected
    assert poll_of(alice, post) == {"choices": [], "results": None}
    alice_sees = vote(alice, post, 1)
    assert alice_sees["results"] == {"votes": [0, 2, 0], "voters_count": 2}


def test_a_page_of_polls_takes_one_script_call(alice, bob):
    for number in range(3):
        create_poll(alice)
        post = create_poll(bob, hide_results=True)
        alice.create_post(f"Between {number}")
        vote(bob, post, number)
    for path in ("posts", f"posts/{post['id']}", f"users/{alice.id}/posts", "posts/home"):
        bob.get(path)
        assert count_script_calls(lambda path=path: bob.get(path)) == 1, path
    shown = [item["viewer"]["poll"] for item in bob.get("posts").json()["posts"]]
    results = {"votes": [0, 0, 1], "voters_count": 1}
    assert shown[0] is None
    assert shown[1] == {"choices": [2], "results": results}
    assert shown[2] == {"choices": [], "results": NO_VOTES}


def test_a_new_poll_and_a_first_vote_need_no_mongodb(alice, bob):
    alice.create_post()  # Redis knows the word filters then.
    with mongod_paused():
        post = create_poll(alice)
        assert vote(bob, post, 0)["choices"] == [0]
        assert poll_of(alice, post)["results"]["voters_count"] == 1


def test_options_pass_the_word_filters_and_are_shown_to_moderators(alice, bob):
    add_filter("forbidden", "reject")
    with assert_no_changes():
        poll = {"options": ["Tea", "A forbidden one"], "duration_seconds": DAY_SECONDS}
        response = alice.post("posts", {"text": "Which?", "poll": poll})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["poll.options"]
    post = create_poll(alice)
    with assert_no_changes():
        assert alice.patch(f"posts/{post['id']}", {"poll": poll}).status_code == 400
    report = {"target_type": "post", "target_id": post["id"], "reason": "spam"}
    assert bob.post("reports", report).status_code == 201
    (record,) = live_records("moderation.report").values()
    assert b"What do you drink?\\nTea\\nCoffee\\nWater" in record[b"main"]


def test_no_event_of_a_post_has_results(alice, bob):
    post = create_poll(alice)
    vote(bob, post, 0)
    alice.patch(f"posts/{post['id']}", {"text": "Again: what do you drink?"})
    for event in logged_events():
        if event["type"].startswith("post."):
            assert "votes" not in str(event["data"])
