"""The mail that tells of unread messages: one, of all conversations, and never what they say."""

from email import message_from_bytes, policy

import pytest

from chat.services import claim_unread_conversations
from mysocial.outbox import send_due
from tests.chat.conversations import mark_read, send_message
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import sign_up

SUBJECT = "You have unread messages"


@pytest.fixture(autouse=True)
def due_at_once(settings):
    """A mail is due as soon as it is queued."""
    settings.UNREAD_EMAIL_DELAY_SECONDS = 0


def told(mailoutbox):
    """Return to whom mails about messages went, and their lines that name somebody."""
    send_due()
    return [
        (one.to[0].partition("@")[0], [x[2:] for x in one.body.splitlines() if x.startswith("- ")])
        for one in mailoutbox
        if one.subject == SUBJECT
    ]


def queued():
    kinds = [fields[b"main"] for fields in live_records("mysocial.email").values()]
    return sum(b'"kind":"messages"' in kind for kind in kinds)


def test_one_mail_tells_of_all_that_is_unread_and_quotes_nothing(alice, bob, stranger, emails):
    send_message(alice, bob, "A secret")
    send_message(alice, bob, "Another secret")
    send_message(stranger, bob, "A third secret")
    files = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in emails()]
    (mail,) = [one for one in files if one["Subject"] == SUBJECT]
    assert mail["To"] == "bob@example.com"
    for body in (mail.get_body((kind,)).get_content() for kind in ("html", "plain")):
        assert "Hello bob" in body
        assert "You have 3 unread messages" in body
        assert body.index("1 from stranger") < body.index("2 from alice")
        assert "secret" not in body


def test_a_single_message_is_told_in_the_singular_with_its_sender_as_plain_text(bob, emails):
    send_message(sign_up("tom_o"), bob)
    (mail,) = [f.read_text() for f in emails() if SUBJECT in f.read_text()]
    assert "You have 1 unread message:" in mail
    assert "- 1 from tom_o" in mail


def test_a_mail_is_queued_when_a_conversation_begins_to_wait_and_not_with_each_message(
    alice, bob, mailoutbox
):
    for _ in range(5):
        send_message(alice, bob)
    assert queued() == 1
    assert told(mailoutbox) == [("bob", ["5 from alice"])]
    send_message(alice, bob)
    assert told(mailoutbox) == [("bob", ["5 from alice"])]
    mark_read(bob, alice)
    send_message(alice, bob)
    assert told(mailoutbox) == [("bob", ["5 from alice"]), ("bob", ["1 from alice"])]


def test_it_is_not_sent_before_its_time(alice, bob, settings, mailoutbox):
    settings.UNREAD_EMAIL_DELAY_SECONDS = 300
    send_message(alice, bob)
    assert told(mailoutbox) == []
    assert queued() == 1


def test_several_that_are_due_at_once_send_one(bob, mailoutbox):
    for number in range(6):
        send_message(sign_up(f"ada{number}"), bob)
    assert queued() == 6
    run_concurrently(*[send_due] * 4)
    ((who, lines),) = told(mailoutbox)
    assert who == "bob"
    assert sorted(lines) == [f"1 from ada{number}" for number in range(6)]


def test_of_several_that_are_prepared_at_once_one_tells_all(bob):
    for round_ in range(4):
        people = [sign_up(f"ada{round_}{number}") for number in range(4)]
        firsts = [send_message(person, bob)["id"] for person in people]
        claims = [
            lambda p=person, f=first: claim_unread_conversations(
                user_id=bob.id, sender_id=p.id, first_unread_id=f, email_id=p.id
            )
            for person, first in zip(people, firsts, strict=True)
        ]
        found = run_concurrently(*claims)
        assert sorted(map(len, found)) == [0, 0, 0, 4]
        for person in people:
            mark_read(bob, person)


def test_of_many_senders_the_first_ten_are_named(bob, mailoutbox):
    for number in range(12):
        send_message(sign_up(f"ada{number}"), bob)
    ((_, lines),) = told(mailoutbox)
    assert len(lines) == 11
    assert lines[-1] == "and messages from 2 more people"


def test_a_mail_that_was_queued_for_what_was_read_tells_nothing_of_what_came_later(
    alice, bob, settings, mailoutbox
):
    send_message(alice, bob)
    mark_read(bob, alice)
    settings.UNREAD_EMAIL_DELAY_SECONDS = 300
    send_message(alice, bob)
    assert told(mailoutbox) == []
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
def test_nothing_is_sent_when_there_is_nothing_to_tell_any_more(alice, bob, change, mailoutbox):
    message = send_message(alice, bob)
    change(alice, bob, message)
    assert told(mailoutbox) == []


def test_nothing_is_queued_for_who_wants_no_mails(alice, bob, mailoutbox):
    switched_off(alice, bob, None)
    send_message(alice, bob)
    assert queued() == 0


def test_the_mail_of_a_worker_that_died_is_sent_once_and_tells_all(
    alice, bob, stranger, settings, mailoutbox
):
    send_due()
    settings.OUTBOX_CLAIM_SECONDS = -1  # what the dead one had claimed is due again at once
    send_message(alice, bob)
    send_message(stranger, bob)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        send_due()
    # What the dead worker's mail was queued for is read before it is tried again.
    mark_read(bob, alice)
    settings.EMAIL_BACKEND = backend
    assert told(mailoutbox) == [("bob", ["1 from stranger"])]
    assert send_due() == 0
    states = [fields[b"status"] for fields in live_records("mysocial.email").values()]
    assert b"queued" not in states


def test_what_waits_for_several_people_goes_to_each(alice, bob, stranger, mailoutbox):
    send_message(alice, bob)
    send_message(bob, stranger)
    send_message(stranger, alice)
    assert sorted(told(mailoutbox)) == [
        ("alice", ["1 from stranger"]),
        ("bob", ["1 from alice"]),
        ("stranger", ["1 from bob"]),
    ]
