"""E-mails about notifications: sent once, and only while the notification is valid."""

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
from tests.support.people import confirm_emails, sign_up


@pytest.fixture(autouse=True)
def _quiet(alice, bob, stranger, mailoutbox):
    """Send the e-mails of the sign-ups, confirm the addresses and empty the mailbox."""
    send_due()
    confirm_emails(alice, bob, stranger)
    mailoutbox.clear()


@pytest.fixture
def subjects(mailoutbox):
    """Return a function that sends due e-mails and returns each address and subject, sorted."""

    def read():
        send_due()
        return sorted((*email.to, email.subject) for email in mailoutbox)

    return read


ALICE = "alice@example.com"


def states():
    return sorted(email[b"status"].decode() for email in live_records("mysocial.email").values())


def test_each_type_of_notification_has_its_email(alice, bob, subjects):
    post = alice.create_post()
    create_comment(bob, post)
    set_reaction(bob, post)
    follow(bob, alice)
    bob.create_post("@alice")
    alice.patch("users/me/settings", {"is_private": True})
    stranger = sign_up("carol")
    follow(stranger, alice)
    assert [email for email in subjects() if email[0] == ALICE] == [
        (ALICE, "bob commented on your post"),
        (ALICE, "bob mentioned you"),
        (ALICE, "bob reacted to your post"),
        (ALICE, "bob started following you"),
        (ALICE, "carol asked to follow you"),
    ]


def test_an_email_names_the_actor_and_the_unsubscribe_link(alice, bob, emails):
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


def test_no_email_is_sent_for_a_type_that_is_switched_off(alice, bob, subjects):
    set_channels(alice, "reaction", email=False)
    post = alice.create_post()
    set_reaction(bob, post)
    create_comment(bob, post)
    assert subjects() == [(ALICE, "bob commented on your post")]
    assert len(list_notifications(alice)) == 2


@pytest.mark.parametrize("kind", ["comment", "reaction", "follow", "mention"])
@pytest.mark.parametrize("ends", [False, True])
def test_a_member_who_wants_only_emails_gets_them_while_the_cause_exists(
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


def test_a_mention_in_a_comment_is_emailed_while_the_comment_exists(alice, bob, stranger, subjects):
    set_channels(stranger, "mention", in_app=False)
    set_channels(alice, "comment", email=False)
    post = alice.create_post()
    comment = create_comment(bob, post, "@stranger")
    bob.delete(f"comments/{comment['id']}")
    assert subjects() == []
    create_comment(bob, post, "@stranger")
    assert subjects() == [("stranger@example.com", "bob mentioned you")]


def test_a_follow_request_is_emailed_to_a_member_who_wants_only_emails(alice, bob, subjects):
    alice.patch("users/me/settings", {"is_private": True})
    set_channels(alice, "follow_request", in_app=False)
    follow(bob, alice)
    assert subjects() == [(ALICE, "bob asked to follow you")]


@pytest.mark.parametrize(
    "meanwhile",
    ["read", "deleted", "withdrawn", "off", "block", "blocked", "mute", "post gone", "hidden"],
)
def test_an_email_that_became_invalid_is_not_sent(alice, bob, subjects, meanwhile):
    post = bob.create_post("@alice") if meanwhile == "hidden" else alice.create_post()
    comment = create_comment(bob, post)
    (notification,) = list_notifications(alice)
    match meanwhile:
        case "read":
            alice.post("notifications/read-all")
        case "deleted":
            alice.delete(f"notifications/{notification['id']}")
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


def test_repeated_likes_send_one_email_a_day(alice, bob, stranger, subjects):
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


def test_a_dropped_email_does_not_use_up_the_day(alice, bob, subjects):
    post = alice.create_post()
    set_reaction(bob, post)
    bob.delete(f"posts/{post['id']}/reaction")
    assert subjects() == []
    set_reaction(bob, post)
    assert subjects() == [(ALICE, "bob reacted to your post")]


def test_the_email_of_a_killed_worker_is_sent_by_the_next_worker(alice, bob, settings, subjects):
    settings.OUTBOX_CLAIM_SECONDS = -1
    backend = settings.EMAIL_BACKEND
    set_reaction(bob, alice.create_post())
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        send_due()
    settings.EMAIL_BACKEND = backend
    assert subjects() == [(ALICE, "bob reacted to your post")]
    assert subjects() == [(ALICE, "bob reacted to your post")]


def test_concurrent_workers_send_one_of_many_equal_emails(alice, bob, mailoutbox):
    post = alice.create_post()
    for _ in range(6):
        create_comment(bob, post)
    assert sum(run_concurrently(*[send_due] * 4)) == len(mailoutbox) == 1
    assert states().count("dropped") == 5


def test_the_key_that_limits_emails_is_not_evicted_and_expires_after_a_day(alice, bob, subjects):
    set_reaction(bob, alice.create_post())
    subjects()
    (key,) = client().scan_iter("email_sent:*")
    assert client().ttl(key) == -1
    seconds, _ = client().time()
    assert client().zscore("expiring", key) / 1000 - seconds == pytest.approx(24 * 3600, abs=30)
