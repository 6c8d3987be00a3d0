"""Secrecy of polls: who voted for what, and hidden results before one may see them."""

import orjson
import pytest

from mysocial.privacy.exports import SECTIONS, Owner
from mysocial.realtime.replay import AudienceFilter, events_since
from tests.posts.poll_helpers import create_poll, poll_of, reach_end, vote
from tests.support.people import logged_events

RESULTS = {"votes": [0, 1, 0], "voters_count": 1}


def replayed(viewer, post, author, cursor):
    """Return the events since a cursor that a viewer gets on every topic."""
    topics = ["feed", "home", f"user:{author.id}", f"post:{post['id']}", f"self:{viewer.id}"]
    missed = events_since(cursor, topics, viewer.id)
    frames = AudienceFilter(cursor[:8], viewer.id).filter(missed.entries)
    return [orjson.loads(frame) for _, _, frame in frames]


def exported(person):
    """Return the exported polls and votes of a person."""
    owner = Owner(person.id, person.username, f"{person.username}@example.com")
    return {
        label: [SECTIONS[label].exported_fields(r) for r in SECTIONS[label].find_records(owner)]
        for label in ("posts.poll", "posts.pollvote")
    }


def everything_read(viewer, post, author):
    """Return all responses that show a post to a viewer, as one text."""
    paths = (
        "posts", "posts?page=1", "posts/home", f"posts/{post['id']}", f"users/{author.id}/posts",
        f"users/{author.id}/pinned", "users/me/bookmarks", f"users/{viewer.id}/reactions",
        f"posts/{post['id']}/versions", "notifications",
    )  # fmt: skip
    return [viewer.get(path).content.decode() for path in paths]


def poll_events(person, post):
    """Return the events of polls that a person receives on the topic of a post."""
    events = person.received_events(f"post:{post['id']}", "feed")
    return [event for event in events if event["type"].startswith("poll.")]


@pytest.fixture
def hidden(alice):
    return create_poll(alice, hide_results=True, may_change_vote=True)


def test_hidden_results_are_shown_to_voters_and_at_the_end_to_all(alice, bob, stranger, hidden):
    assert vote(bob, hidden, 1)["results"] == RESULTS
    assert poll_of(bob, hidden)["results"] == RESULTS
    for person in (alice, stranger):  # the author too votes first
        assert poll_of(person, hidden) == {"choices": [], "results": None}
    withdrawn = bob.delete(f"posts/{hidden['id']}/poll/vote").json()["poll"]
    assert withdrawn == poll_of(bob, hidden) == {"choices": [], "results": None}
    vote(bob, hidden, 1)
    reach_end(hidden)
    for person in (alice, stranger):
        assert poll_of(person, hidden) == {"choices": [], "results": RESULTS}


def test_no_channel_tells_hidden_results(alice, bob, stranger, hidden):
    cursor = stranger.get("posts").headers["X-Event-Cursor"]
    for person in (alice, stranger):
        person.put(f"posts/{hidden['id']}/bookmark")
        person.put(f"posts/{hidden['id']}/reaction", {"type": "like"})
    alice.put(f"posts/{hidden['id']}/pin")
    vote(bob, hidden, 1)
    responses = [
        alice.patch(f"posts/{hidden['id']}", {"text": "So, what do you drink?"}).content.decode(),
        alice.delete(f"posts/{hidden['id']}/pin").content.decode(),
        alice.put(f"posts/{hidden['id']}/pin").content.decode(),
    ]
    for person in (alice, stranger):
        frames = replayed(person, hidden, alice, cursor)
        assert not {frame["type"] for frame in frames} & {"poll.updated", "poll.voted"}
        texts = [str(frames), *everything_read(person, hidden, alice), *responses]
        assert [text for text in texts if "votes" in text or "voters" in text] == []
        assert poll_events(person, hidden) == []
    (poll,) = exported(alice)["posts.poll"]
    totals = {poll[name] for name in poll if name.startswith("vote")}
    assert totals == {None}
    # The voter gets all of it.
    types = {frame["type"] for frame in replayed(bob, hidden, alice, cursor)}
    assert {"poll.updated", "poll.voted"} <= types
    reach_end(hidden)
    (poll,) = exported(alice)["posts.poll"]
    assert (poll["votes_1"], poll["voters_count"]) == (1, 1)


def test_results_reach_those_who_may_see_them_in_events(alice, bob, stranger, hidden):
    vote(bob, hidden, 1)
    updated = {"type": "poll.updated", "data": {"post_id": hidden["id"], "results": RESULTS}}
    voted = {
        "type": "poll.voted",
        "data": {"post_id": hidden["id"], "poll": {"choices": [1], "results": RESULTS}},
    }
    assert poll_events(bob, hidden) == [voted, updated]
    assert poll_events(stranger, hidden) == []
    shown = create_poll(alice)
    vote(bob, shown, 1)
    updated["data"]["post_id"] = shown["id"]
    assert poll_events(stranger, shown) == [updated]
    assert updated in alice.received_events()


def test_a_withdrawal_hides_the_results_in_its_event(bob, hidden):
    vote(bob, hidden, 1)
    bob.delete(f"posts/{hidden['id']}/poll/vote")
    assert poll_events(bob, hidden)[-1] == {
        "type": "poll.voted",
        "data": {"post_id": hidden["id"], "poll": {"choices": [], "results": None}},
    }


def test_a_replay_shows_the_vote_and_the_results_of_now(alice, bob, stranger, hidden):
    cursor = bob.get("posts").headers["X-Event-Cursor"]
    for choice in (0, 2):
        vote(bob, hidden, choice)
    vote(stranger, hidden, 2)
    results = {"votes": [0, 0, 2], "voters_count": 2}
    frames = replayed(bob, hidden, alice, cursor)
    voted = [frame["data"]["poll"] for frame in frames if frame["type"] == "poll.voted"]
    assert voted == [{"choices": [2], "results": results}] * 2
    updated = [frame["data"]["results"] for frame in frames if frame["type"] == "poll.updated"]
    assert updated == [results] * 3
    alice.put(f"users/{bob.id}/block")
    types = {frame["type"] for frame in replayed(bob, hidden, alice, cursor)}
    assert not {kind for kind in types if kind.startswith("poll.")}


def test_only_the_voter_learns_who_voted(alice, bob, stranger):
    post = create_poll(alice)
    cursor = stranger.get("posts").headers["X-Event-Cursor"]
    vote(bob, post, 1)
    reach_end(post)
    for person in (alice, stranger):
        frames = replayed(person, post, alice, cursor)
        for text in (str(frames), *everything_read(person, post, alice)):
            assert bob.id not in text
        assert exported(person)["posts.pollvote"] == []
    (exported_vote,) = exported(bob)["posts.pollvote"]
    assert (exported_vote["post_id"], exported_vote["choices"]) == (post["id"], "1")
    for event in logged_events():
        if bob.id in str(event):
            assert event["type"] == "poll.voted"
            assert event["topics"] == [f"self:{bob.id}"]


def test_staff_have_no_page_of_votes_and_see_no_totals(moderator, alice, bob, flush_all):
    post = create_poll(alice, hide_results=True)
    vote(bob, post, 1)
    flush_all()
    pk = f"{post['id']}:{bob.id}"
    assert moderator.get("/admin/posts/pollvote/").status_code == 404
    assert moderator.get(f"/admin/posts/pollvote/{pk}/change/").status_code == 404
    for path in ("/admin/posts/poll/", f"/admin/posts/poll/{post['id']}/change/"):
        page = moderator.get(path)
        assert page.status_code == 200
        assert "Coffee" in page.content.decode()
        assert "votes" not in page.content.decode().lower().replace("votes in polls", "")
        assert bob.id not in page.content.decode()
