"""The digest of what the daily maximum held back, and the headers of e-mails."""

import pytest

from mysocial.outbox import emails, send_due
from mysocial.store import reads, write
from tests.chat.conversations import send_message
from tests.notifications.email_checks import (
    ALICE,
    DIGEST,
    MENTION,
    end_day,
    mention_alice,
    queued_digest_id,
    statuses,
    subjects_to,
)
from tests.notifications.notification_checks import create_comment, set_channels, set_reaction
from tests.support.people import anonymous, new_client, sign_up

MAX_HELD = 100

# The digest --------------------------------------------------------------------------------------


def test_one_digest_lists_what_was_held_back_and_is_still_visible(  # noqa: PLR0917 - fixtures
    at_most_two, alice, bob, stranger, settings, mailoutbox
):
    settings.UNREAD_EMAIL_DELAY_SECONDS = 0
    own_post = alice.create_post()
    mention_alice(bob, 2)
    subjects_to(mailoutbox)
    hidden, *kept = mention_alice(bob, 3)
    create_comment(bob, own_post)
    set_reaction(stranger, own_post)
    send_message(bob, alice)
    assert subjects_to(mailoutbox) == [MENTION] * 2
    bob.patch(f"posts/{hidden['id']}", {"privacy": "private"})
    set_channels(alice, "comment", email=False)
    stranger.put(f"users/{alice.id}/block")
    assert sorted(end_day(alice, mailoutbox)) == [f"{MENTION} ({len(kept)} times)", "bob: 1 unread"]
    assert subjects_to(mailoutbox).count(DIGEST) == 1


def test_no_digest_is_sent_if_nothing_is_left_to_list(at_most_two, alice, bob, mailoutbox):
    mention_alice(bob, 3)
    subjects_to(mailoutbox)
    alice.post("notifications/read-all")
    assert end_day(alice, mailoutbox) is None


def test_a_digest_lists_at_most_a_hundred_and_says_that_there_were_more(
    at_most_two, alice, bob, settings, mailoutbox
):
    settings.RATE_LIMITS = False
    mention_alice(bob, 2 + MAX_HELD)
    subjects_to(mailoutbox)
    record = reads.get_record(emails, queued_digest_id(alice))
    assert (len(record.params["held"]), record.params["has_more"]) == (MAX_HELD, False)
    mention_alice(bob, 2)
    subjects_to(mailoutbox)
    record = reads.get_record(emails, record.id)
    assert (len(record.params["held"]), record.params["has_more"]) == (MAX_HELD, True)
    assert end_day(alice, mailoutbox) == [f"{MENTION} ({MAX_HELD} times)", "and more"]


def test_an_email_held_back_while_the_digest_is_made_is_sent_the_next_day(
    at_most_two, alice, bob, settings, mailoutbox
):
    settings.OUTBOX_CLAIM_SECONDS = -1
    mention_alice(bob, 3)
    subjects_to(mailoutbox)
    record = reads.get_record(emails, queued_digest_id(alice))
    with write() as w:
        w.update(record, tries=1)  # a worker has claimed it
    settings.OUTBOX_CLAIM_SECONDS = 60
    mention_alice(bob)
    subjects_to(mailoutbox)
    assert statuses().count("queued") == 2
    assert end_day(alice, mailoutbox) == [MENTION]


def test_the_digest_of_a_killed_worker_is_sent_once(at_most_two, alice, bob, settings, mailoutbox):
    settings.OUTBOX_CLAIM_SECONDS = -1
    mention_alice(bob, 4)
    subjects_to(mailoutbox)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        end_day(alice, mailoutbox)
    settings.EMAIL_BACKEND = backend
    assert subjects_to(mailoutbox) == [MENTION, MENTION, DIGEST]
    assert send_due() == 0


# Headers -----------------------------------------------------------------------------------------


def test_every_email_about_activity_can_be_unsubscribed_from_with_one_click(
    at_most_two, alice, bob, settings, mailoutbox
):
    settings.UNREAD_EMAIL_DELAY_SECONDS = 0
    mention_alice(bob)
    send_message(bob, alice)
    send_due()
    mention_alice(bob)
    send_due()
    end_day(alice, mailoutbox)
    by_subject = {mail.subject: mail for mail in mailoutbox if mail.to == [ALICE]}
    assert set(by_subject) == {MENTION, "You have unread messages", DIGEST}
    off = {MENTION: ["mention"], "You have unread messages": ["mention", "message"], DIGEST: None}
    for subject, kinds in off.items():
        headers = by_subject[subject].extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = headers["List-Unsubscribe"].strip("<>")
        assert link.startswith(f"{settings.PUBLIC_URL}/unsubscribe?token=")
        assert link in by_subject[subject].body
        path = link.removeprefix(settings.PUBLIC_URL)
        clicked = new_client().generic(
            "POST", path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
        )
        assert clicked.status_code == 200
        channels = alice.get("users/me/settings").json()["notifications"]
        switched_off = [kind for kind, wanted in channels.items() if not wanted["email"]]
        assert sorted(switched_off) == sorted({"poll", *(kinds or channels)})  # off by default
        assert all(wanted["in_app"] for wanted in channels.values())


def test_every_email_says_that_a_program_sent_it(at_most_two, alice, bob, settings, mailoutbox):
    settings.DEFAULT_FROM_EMAIL = "MySocial <hello@social.example>"
    sign_up("ada")
    mention_alice(bob)
    anonymous.post("forgot-password", {"email": ALICE})
    send_due()
    assert {mail.subject for mail in mailoutbox} == {
        "Confirm your e-mail address",
        MENTION,
        "Reset your password",
    }
    for mail in mailoutbox:
        message = mail.message()
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Message-ID"].endswith("@social.example>")
        assert ("List-Unsubscribe" in message) == (mail.subject == MENTION)
