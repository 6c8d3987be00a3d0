"""The e-mail about unread messages: one for all conversations, without their text."""

from email import message_from_bytes, policy

import pytest

from chat.services import claim_unread_conversations
from mysocial.outbox import send_due
from tests.chat.conversations import mark_read, send_message
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import confirm_emails, sign_up

SUBJECT = "You have unread messages"


@pytest.fixture(autouse=True)
def due_at_once(settings):
    """Make e-mails due as soon as they are queued."""
    settings.UNREAD_EMAIL_DELAY_SECONDS = 0


@pytest.fixture(autouse=True)
def _confirmed(alice, bob, stranger):
    confirm_emails(alice, bob, stranger)


def sent_emails(mailoutbox):
    """Send due e-mails; return the recipient and the senders' lines of those about messages."""
    send_due()
    return [
        (
            email.to[0].partition("@")[0],
            [line[2:] for line in email.body.splitlines() if line.startswith("- ")],
        )
        for email in mailoutbox
        if email.subject == SUBJECT
    ]


def queued():
    kinds = [fields[b"main"] for fields in live_records("mysocial.email").values()]
    return sum(b'"kind":"messages"' in kind for kind in kinds)


def test_one_email_reports_all_unread_messages_without_their_text(alice, bob, stranger, emails):
    send_message(alice, bob, "A secret")
    send_message(alice, bob, "Another secret")
    send_message(stranger, bob, "A third secret")
    files = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in emails()]
    (mail,) = [message for message in files if message["Subject"] == SUBJECT]
    assert mail["To"] == "bob@example.com"
    for body in (mail.get_body((kind,)).get_content() for kind in ("html", "plain")):
        assert "Hello bob" in body
        assert "You have 3 unread messages" in body
        assert body.index("1 from stranger") < body.index("2 from alice")
        assert "secret" not in body


def test_a_single_message_is_reported_in_the_singular_with_its_sender_as_plain_text(bob, emails):
    send_message(sign_up("tom_o"), bob)
    (mail,) = [f.read_text() for f in emails() if SUBJECT in f.read_text()]
    assert "You have 1 unread message:" in mail
    assert "- 1 from tom_o" in mail


def test_an_email_is_queued_for_the_first_unread_message_only(alice, bob, mailoutbox):
    for _ in range(5):
        send_message(alice, bob)
    assert queued() == 1
    assert sent_emails(mailoutbox) == [("bob", ["5 from alice"])]
    send_message(alice, bob)
    assert sent_emails(mailoutbox) == [("bob", ["5 from alice"])]
    mark_read(bob, alice)
    send_message(alice, bob)
    assert sent_emails(mailoutbox) == [("bob", ["5 from alice"]), ("bob", ["1 from alice"])]


def test_an_email_is_not_sent_before_it_is_due(alice, bob, settings, mailoutbox):
    settings.UNREAD_EMAIL_DELAY_SECONDS = 300
    send_message(alice, bob)
    assert sent_emails(mailoutbox) == []
    assert queued() == 1


def test_several_emails_that_are_due_together_are_sent_as_one(bob, mailoutbox):
    for number in range(6):
        send_message(sign_up(f"ada{number}"), bob)
    assert queued() == 6
    run_concurrently(*[send_due] * 4)
    ((recipient, lines),) = sent_emails(mailoutbox)
    assert recipient == "bob"
    assert sorted(lines) == [f"1 from ada{number}" for number in range(6)]


def test_one_of_several_concurrent_claims_reports_all_conversations(bob):
    for round_ in range(4):
        people = [sign_up(f"ada{round_}{number}") for number in range(4)]
        firsts = [send_message(person, bob)["id"] for person in people]
        claims = [
            lambda p=person, f=first: claim_unread_conversations(
                user_id=bob.id, sender_id=p.id, first_unread_id=f, email_id=p.id
            )
            for person, first in zip(people, firsts, strict=True)
        ]
        claimed = run_concurrently(*claims)
        assert sorted(map(len, claimed)) == [0, 0, 0, 4]
        for person in people:
            mark_read(bob, person)


def test_an_email_names_the_first_ten_senders(bob, mailoutbox):
    for number in range(12):
        send_message(sign_up(f"ada{number}"), bob)
    ((_, lines),) = sent_emails(mailoutbox)
    assert len(lines) == 11
    assert lines[-1] == "and messages from 2 more people"


def test_an_email_queued_for_read_messages_does_not_report_later_ones(
    alice, bob, settings, mailoutbox
):
    send_message(alice, bob)
    mark_read(bob, alice)
    settings.UNREAD_EMAIL_DELAY_SECONDS = 300
    send_message(alice, bob)
    assert sent_emails(mailoutbox) == []
    assert queued() == 2


def gone_by_reading(alice, bob, message):
    mark_read(bob, alice)


def gone_by_deletion(alice, bob, message):
    alice.delete(f"chat/messages/{message['id']}?for=everyone")


def gone_by_a_block(alice, bob, message):
    bob.put(f"users/{alice.id}/block")


def gone_by_a_mute(alice, bob, message):
    bob.put(f"users/{alice.id}/mute")


def switched_off(alice, bob, message):
    bob.patch("users/me/settings", {"notifications": {"message": {"email": False}}})


@pytest.mark.parametrize(
    "change", [gone_by_reading, gone_by_deletion, gone_by_a_block, gone_by_a_mute, switched_off]
)
def test_no_email_is_sent_when_nothing_is_left_to_report(alice, bob, change, mailoutbox):
    message = send_message(alice, bob)
    change(alice, bob, message)
    assert sent_emails(mailoutbox) == []


def test_no_email_is_queued_for_a_member_who_switched_them_off(alice, bob, mailoutbox):
    switched_off(alice, bob, None)
    send_message(alice, bob)
    assert queued() == 0


def test_the_email_of_a_killed_worker_is_sent_once_and_reports_all(
    alice, bob, stranger, settings, mailoutbox
):
    send_due()
    settings.OUTBOX_CLAIM_SECONDS = -1  # the items that a killed worker had claimed are due at once
    send_message(alice, bob)
    send_message(stranger, bob)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        send_due()
    # The message that the e-mail was queued for is read before the e-mail is tried again.
    mark_read(bob, alice)
    settings.EMAIL_BACKEND = backend
    assert sent_emails(mailoutbox) == [("bob", ["1 from stranger"])]
    assert send_due() == 0
    states = [fields[b"status"] for fields in live_records("mysocial.email").values()]
    assert b"queued" not in states


def test_each_member_gets_an_email_about_their_own_messages(alice, bob, stranger, mailoutbox):
    send_message(alice, bob)
    send_message(bob, stranger)
    send_message(stranger, alice)
    assert sorted(sent_emails(mailoutbox)) == [
        ("alice", ["1 from stranger"]),
        ("bob", ["1 from alice"]),
        ("stranger", ["1 from bob"]),
    ]
