"""Mails of what members are told: sent once, and only while there is something to tell."""

from email import message_from_bytes, policy

import pytest

from mysocial.core.redis import client
from mysocial.outbox import send_due
from tests.notifications.notification_checks import (
    create_comment,
    follow,
    list_notifications,
    set_channels,
    set_reaction,
)
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import sign_up


@pytest.fixture(autouse=True)
def _quiet(alice, bob, stranger, mailoutbox):
    """Send the mails of the sign-ups, and forget them."""
    send_due()
    mailoutbox.clear()


@pytest.fixture
def subjects(mailoutbox):
    """Send what is due; return address and subject of each mail so far, sorted."""

    def read():
        send_due()
        return sorted((*one.to, one.subject) for one in mailoutbox)

    return read


ALICE = "alice@example.com"


def states():
    return sorted(one[b"status"].decode() for one in live_records("mysocial.email").values())


def test_each_occasion_has_its_mail(alice, bob, subjects):
    post = alice.create_post()
    create_comment(bob, post)
    set_reaction(bob, post)
    follow(bob, alice)
    bob.create_post("@alice")
    alice.patch("users/me/settings", {"is_private": True})
    stranger = sign_up("carol")
    follow(stranger, alice)
    assert [one for one in subjects() if one[0] == ALICE] == [
        (ALICE, "bob commented on your post"),
        (ALICE, "bob mentioned you"),
        (ALICE, "bob reacted to your post"),
        (ALICE, "bob started following you"),
        (ALICE, "carol asked to follow you"),
    ]


def test_a_mail_says_who_and_how_to_get_no_more(alice, bob, emails):
    set_reaction(bob, alice.create_post())
    (file,) = emails()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    html = message.get_body(("html",)).get_content()
    text = message.get_body(("plain",)).get_content()
    link = message["List-Unsubscribe"].strip("<> ")
    assert message["To"] == ALICE
    assert message["Subject"] == "bob reacted to your post"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe?token=" in link
    for body in (html, text):
        assert "Hello alice" in body
        assert "bob reacted to your post." in body
        assert link in body


def test_what_is_switched_off_by_mail_is_not_mailed(alice, bob, subjects):
    set_channels(alice, "reaction", email=False)
    post = alice.create_post()
    set_reaction(bob, post)
    create_comment(bob, post)
    assert subjects() == [(ALICE, "bob commented on your post")]
    assert len(list_notifications(alice)) == 2


@pytest.mark.parametrize("kind", ["comment", "reaction", "follow", "mention"])
@pytest.mark.parametrize("ends", [False, True])
def test_who_wants_only_mails_gets_only_mails_while_the_cause_is_there(
    alice, bob, subjects, kind, ends
):
    set_channels(alice, kind, in_app=False)
    post = alice.create_post()
    if kind == "comment":
        path = f"comments/{create_comment(bob, post)['id']}"
    elif kind == "reaction":
        set_reaction(bob, post)
        path = f"posts/{post['id']}/reaction"
    elif kind == "follow":
        follow(bob, alice)
        path = f"users/{alice.id}/follow"
    else:
        path = f"posts/{bob.create_post('@alice')['id']}"
    if ends:
        assert bob.delete(path).status_code == 200
    assert list_notifications(alice) == []
    assert len(subjects()) == (0 if ends else 1)


def test_a_mention_in_a_comment_is_mailed_while_the_comment_is_there(
    alice, bob, stranger, subjects
):
    set_channels(stranger, "mention", in_app=False)
    set_channels(alice, "comment", email=False)
    post = alice.create_post()
    comment = create_comment(bob, post, "@stranger")
    bob.delete(f"comments/{comment['id']}")
    assert subjects() == []
    create_comment(bob, post, "@stranger")
    assert subjects() == [("stranger@example.com", "bob mentioned you")]


def test_a_request_is_mailed_to_who_wants_only_mails(alice, bob, subjects):
    alice.patch("users/me/settings", {"is_private": True})
    set_channels(alice, "follow_request", in_app=False)
    follow(bob, alice)
    assert subjects() == [(ALICE, "bob asked to follow you")]


@pytest.mark.parametrize(
    "meanwhile",
    ["read", "deleted", "withdrawn", "off", "block", "blocked", "mute", "post gone", "hidden"],
)
def test_what_is_over_before_it_is_sent_is_not_sent(alice, bob, subjects, meanwhile):
    post = bob.create_post("@alice") if meanwhile == "hidden" else alice.create_post()
    comment = create_comment(bob, post)
    (one,) = list_notifications(alice)
    match meanwhile:
        case "read":
            alice.post("notifications/read-all")
        case "deleted":
            alice.delete(f"notifications/{one['id']}")
        case "withdrawn":
            bob.delete(f"comments/{comment['id']}")
        case "off":
            set_channels(alice, "comment", email=False)
        case "block":
            alice.put(f"users/{bob.id}/block")
        case "blocked":
            bob.put(f"users/{alice.id}/block")
        case "mute":
            alice.put(f"users/{bob.id}/mute")
        case "post gone":
            alice.delete(f"posts/{post['id']}")
        case "hidden":
            bob.patch(f"posts/{post['id']}", {"privacy": "private"})
    assert subjects() == []
    assert set(states()) == {"sent", "dropped"}


def test_a_storm_of_likes_is_one_mail_a_day(alice, bob, stranger, subjects):
    post, other = alice.create_post(), alice.create_post()
    for _ in range(4):
        set_reaction(bob, post)
        subjects()
        bob.delete(f"posts/{post['id']}/reaction")
    assert subjects() == [(ALICE, "bob reacted to your post")]
    set_reaction(bob, other)
    set_reaction(stranger, post)
    assert subjects() == [
        (ALICE, "bob reacted to your post"),
        (ALICE, "bob reacted to your post"),
        (ALICE, "stranger reacted to your post"),
    ]


def test_what_was_dropped_does_not_take_the_day_of_what_follows(alice, bob, subjects):
    post = alice.create_post()
    set_reaction(bob, post)
    bob.delete(f"posts/{post['id']}/reaction")
    assert subjects() == []
    set_reaction(bob, post)
    assert subjects() == [(ALICE, "bob reacted to your post")]


def test_the_mail_of_a_sender_that_died_is_sent_by_the_next(alice, bob, settings, subjects):
    settings.OUTBOX_CLAIM_SECONDS = -1
    backend = settings.EMAIL_BACKEND
    set_reaction(bob, alice.create_post())
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        send_due()
    settings.EMAIL_BACKEND = backend
    assert subjects() == [(ALICE, "bob reacted to your post")]
    assert subjects() == [(ALICE, "bob reacted to your post")]


def test_many_senders_at_once_send_one_mail_of_many(alice, bob, mailoutbox):
    post = alice.create_post()
    for _ in range(6):
        create_comment(bob, post)
    assert sum(run_concurrently(*[send_due] * 4)) == len(mailoutbox) == 1
    assert states().count("dropped") == 5


def test_the_mark_of_the_day_is_not_evicted_and_is_swept_after_a_day(alice, bob, subjects):
    set_reaction(bob, alice.create_post())
    subjects()
    (key,) = client().scan_iter("email_sent:*")
    assert client().ttl(key) == -1
    seconds, _ = client().time()
    assert client().zscore("expiring", key) / 1000 - seconds == pytest.approx(24 * 3600, abs=30)
