"""Helpers for tests of polls."""

from datetime import timedelta

from mysocial.core.ids import milliseconds
from mysocial.store import reads, server_time, write
from posts.store import poll_ends, polls
from tests.support.concurrency import live_records

LABELS = ("posts.poll", "posts.pollvote", "posts.pollend")
DAY_SECONDS = 24 * 3600
NO_VOTES = {"votes": [0, 0, 0], "voters_count": 0}


def create_poll(person, **fields):
    """Create a post with a poll of three options for a day, and return it."""
    poll = {"options": ["Tea", "Coffee", "Water"], "duration_seconds": DAY_SECONDS, **fields}
    return person.create_post("What do you drink?", poll=poll)


def vote(person, post, *choices):
    """Vote and return what the poll is to the person then."""
    response = person.put(f"posts/{post['id']}/poll/vote", {"choices": list(choices)})
    assert response.status_code == 200, response.content
    return response.json()["poll"]


def poll_of(person, post):
    """Return what the poll of a post is to a person."""
    return person.get(f"posts/{post['id']}").json()["viewer"]["poll"]


def reach_end(post):
    """Let a poll end now, as if its time had passed. What it shows as its end stays."""
    ends_at = server_time() - timedelta(milliseconds=1)
    with write() as w:
        w.update(reads.get_record(polls, post["id"]), ends_ms=str(milliseconds(ends_at)))
        w.update(reads.get_record(poll_ends, post["id"]), due_at=ends_at)


def poll_records():
    """Return the number of live records of polls, by label."""
    return {label: len(live_records(label)) for label in LABELS}
