"""The end of a poll: one event, and one notification of the author and of each voter."""

from datetime import timedelta

import pytest

from accounts.services import erase_account
from mysocial.core.ids import now
from mysocial.core.wakeup_names import POLL_ENDS
from mysocial.outbox import send_due
from mysocial.persistence.due import is_due
from mysocial.store import reads, server_time, write
from posts.services import end_due_polls, poll_ends, restore_post, withhold_post
from posts.store import poll_ends as poll_end_store
from posts.tasks import end_polls
from tests.notifications.notification_checks import list_notifications, unread_count
from tests.posts.poll_helpers import create_poll, poll_of, reach_end, vote
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import confirm_emails, logged_events, sign_up


def end(post):
    reach_end(post)
    return end_due_polls()


def poll_notifications(person):
    """Return the post and the actor of each of a person's notifications about polls."""
    return [
        (notification["post_id"], notification["actor"]["id"])
        for notification in list_notifications(person, "&type=poll")
    ]


def ended_events(*people, topic):
    events = [event for person in people for event in person.received_events(topic)]
    return [event["data"] for event in events if event["type"] == "poll.ended"]


@pytest.fixture
def claims_end(settings):
    """Let claims end at once, as those of workers that have died."""
    settings.OUTBOX_CLAIM_SECONDS = 0


def test_the_author_and_the_voters_are_notified_once(alice, bob, stranger):
    post = create_poll(alice)
    for person in (alice, bob):
        vote(person, post, 1)
    assert end_due_polls() == 0  # it is not due
    assert poll_notifications(bob) == []
    assert end(post) == 1
    for person in (alice, bob):
        assert poll_notifications(person) == [(post["id"], alice.id)]
        assert unread_count(person) == 1
    assert poll_notifications(stranger) == []
    (notification,) = list_notifications(bob)
    assert (notification["entity_id"], notification["read"]) == (post["id"], False)
    assert end_polls() == 0
    assert live_records("posts.pollend") == {}
    assert [event["type"] for event in logged_events()].count("poll.ended") == 1


def test_everyone_who_sees_the_post_receives_the_results(alice, bob, stranger):
    post = create_poll(alice, hide_results=True)
    vote(bob, post, 1)
    end(post)
    data = {"post_id": post["id"], "results": {"votes": [0, 1, 0], "voters_count": 1}}
    for topic in ("feed", f"post:{post['id']}", f"user:{alice.id}"):
        assert ended_events(alice, bob, stranger, topic=topic) == [data] * 3
    assert poll_of(stranger, post) == {"choices": [], "results": data["results"]}


def test_an_end_is_announced_to_those_who_may_see_the_post_then(alice, bob, stranger):
    follower = sign_up("follower")
    follower.put(f"users/{alice.id}/follow")
    post = create_poll(alice)
    for person in (bob, stranger, follower):
        vote(person, post, 0)
    alice.patch(f"posts/{post['id']}", {"privacy": "followers"})
    stranger.put(f"users/{alice.id}/follow")
    stranger.put(f"users/{alice.id}/mute")
    end(post)
    assert poll_notifications(follower) == [(post["id"], alice.id)]
    assert poll_notifications(bob) == []
    stranger.delete(f"users/{alice.id}/mute")
    assert poll_notifications(stranger) == []  # nobody is notified about muted members
    assert ended_events(bob, topic=f"post:{post['id']}") == []
    assert len(ended_events(follower, topic=f"post:{post['id']}")) == 1


def test_more_voters_than_one_write_notifies_are_notified_once(alice, monkeypatch):
    monkeypatch.setattr(poll_ends, "VOTERS_PER_WRITE", 2)
    post = create_poll(alice)
    voters = [sign_up(f"voter_{number}") for number in range(5)]
    for person in voters:
        vote(person, post, 2)
    assert end(post) == 1
    for person in voters:
        assert poll_notifications(person) == [(post["id"], alice.id)]
    assert poll_notifications(alice) == [(post["id"], alice.id)]


@pytest.mark.parametrize("writes_before_death", range(5))
@pytest.mark.usefixtures("claims_end")
def test_a_worker_that_dies_leaves_nobody_out_and_notifies_nobody_twice(
    alice, monkeypatch, writes_before_death
):
    """The claim, the event, and two writes of notifications: the worker dies after any of them."""
    monkeypatch.setattr(poll_ends, "VOTERS_PER_WRITE", 2)
    post = create_poll(alice)
    voters = [sign_up(f"voter_{number}") for number in range(3)]
    for person in voters:
        vote(person, post, 0)
    reach_end(post)
    count = 0

    class Death(BaseException):
        """The end of a process."""

    for name in ("_announce", "_notify_next_voters"):
        step = getattr(poll_ends, name)

        def die_after(post_id, step=step):
            nonlocal count
            if count == writes_before_death:
                raise Death
            count += 1
            return step(post_id)

        monkeypatch.setattr(poll_ends, name, die_after)
    try:
        end_due_polls()
    except Death:
        count = -100
        assert end_due_polls() == 1
    for person in (alice, *voters):
        assert poll_notifications(person) == [(post["id"], alice.id)]
    assert [event["type"] for event in logged_events()].count("poll.ended") == 1
    assert live_records("posts.pollend") == {}


def test_several_workers_end_a_poll_once(alice, bob):
    polls = [create_poll(alice) for _ in range(3)]
    for post in polls:
        vote(bob, post, 0)
        reach_end(post)
    assert sum(run_concurrently(*[end_due_polls] * 4)) == 3
    assert sorted(poll_notifications(bob)) == sorted((post["id"], alice.id) for post in polls)
    assert len(poll_notifications(alice)) == 3


def test_the_clock_of_redis_decides(alice, bob):
    post = create_poll(alice)
    vote(bob, post, 0)
    with write() as w:  # as a worker whose clock is a day ahead sees it
        w.update(reads.get_record(poll_end_store, post["id"]), due_at=now())
    assert end_due_polls() == 0
    assert poll_notifications(bob) == []
    assert "poll.ended" not in {event["type"] for event in logged_events()}
    retry = reads.get_record(poll_end_store, post["id"])
    assert retry.due_at - server_time() < timedelta(seconds=30)
    with write() as w:
        w.update(retry, due_at=now())
    assert end(post) == 1
    assert poll_notifications(bob) == [(post["id"], alice.id)]


def test_an_end_is_due_at_its_time(alice):
    end_polls()
    assert not is_due(POLL_ENDS)
    post = create_poll(alice)
    assert not is_due(POLL_ENDS)
    reach_end(post)
    assert is_due(POLL_ENDS)
    assert end_polls() == 1
    assert not is_due(POLL_ENDS)


def test_a_deleted_or_changed_poll_does_not_end(alice, bob, run_cascades):
    deleted, removed, longer = (create_poll(alice) for _ in range(3))
    vote(bob, deleted, 0)
    alice.delete(f"posts/{deleted['id']}")
    alice.patch(f"posts/{removed['id']}", {"poll": None})
    reach_end(longer)
    with write() as w:  # the time of the poll itself has not passed
        w.update(reads.get_record(poll_end_store, longer["id"]), due_at=server_time())
    run_cascades()
    assert list(live_records("posts.pollend")) == [longer["id"]]
    assert end_due_polls() == 1
    assert poll_notifications(bob) == []
    assert poll_notifications(alice) == [(longer["id"], alice.id)]


def test_a_post_that_is_deleted_during_the_end_notifies_nobody(alice, bob, before_writes):
    post = create_poll(alice)
    vote(bob, post, 0)
    reach_end(post)
    before_writes(lambda: alice.delete(f"posts/{post['id']}"), passed=1)  # after the claim
    end_due_polls()
    assert poll_notifications(bob) == poll_notifications(alice) == []
    assert live_records("posts.pollend") == {}


def test_the_end_of_a_withheld_poll_notifies_nobody(alice, bob):
    post = create_poll(alice)
    vote(bob, post, 0)
    withhold_post(post_id=post["id"])
    assert end(post) == 1
    restore_post(post_id=post["id"])
    assert poll_notifications(alice) == poll_notifications(bob) == []
    assert poll_of(bob, post)["results"]["votes"] == [1, 0, 0]


def test_notifications_are_deleted_with_the_post(alice, bob, run_cascades):
    post = create_poll(alice)
    vote(bob, post, 0)
    end(post)
    alice.delete(f"posts/{post['id']}")
    run_cascades()
    assert live_records("notifications.notification") == {}
    assert unread_count(bob) == unread_count(alice) == 0


def test_an_erased_voter_is_not_notified(alice, bob, run_cascades):
    post = create_poll(alice)
    vote(bob, post, 0)
    erase_account(account_id=bob.id)
    reach_end(post)
    assert end_due_polls() == 1
    run_cascades()
    assert poll_notifications(alice) == [(post["id"], alice.id)]
    assert poll_of(alice, post)["results"]["voters_count"] == 0


def test_emails_about_polls_are_sent_to_those_who_want_them(alice, bob, stranger, mailoutbox):
    confirm_emails(alice, bob, stranger)
    post = create_poll(alice)
    for person in (bob, stranger):
        vote(person, post, 0)
    for person in (alice, bob):
        channels = {"notifications": {"poll": {"email": True}}}
        assert person.patch("users/me/settings", channels).status_code == 200
    end(post)
    send_due()
    sent = {mail.to[0]: mail.subject for mail in mailoutbox if "poll" in mail.subject}
    assert sent == {
        "alice@example.com": "Your poll has ended",
        "bob@example.com": "The poll of alice has ended",
    }
