"""Mails: each is sent exactly once, whatever happens to whom."""

from email import message_from_bytes, policy

import pytest
from django.template.loader import get_template

from accounts.models import VERIFY_EMAIL
from mysocial.outbox import email, queue_email, send_due
from mysocial.outbox.email import EMAIL_TEMPLATES
from mysocial.store import write
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import anonymous, sign_up


def send_mails():
    return email.send_emails()


def states():
    return sorted(fields[b"status"].decode() for fields in live_records("mysocial.email").values())


@pytest.fixture
def no_wait(settings):
    """What was claimed or failed is due again at once."""
    settings.OUTBOX_CLAIM_SECONDS = -1


def test_a_mail_has_html_and_text_and_the_link_in_both(alice, emails):
    (file,) = emails()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    html = message.get_body(("html",)).get_content()
    text = message.get_body(("plain",)).get_content()
    assert message["To"] == "alice@example.com"
    assert message["Subject"] == "Confirm your e-mail address"
    for body in (html, text):
        assert "alice" in body
        assert "/verify-email?token=" in body
    assert "style=" in html
    assert "<style>" not in html


def test_every_kind_of_mail_has_its_templates_which_are_read_once():
    for kind in EMAIL_TEMPLATES:
        for form in ("html", "txt"):
            name = f"mail/{kind}.{form}"
            assert get_template(name).template is get_template(name).template


def test_a_mail_is_sent_once_when_many_workers_look_at_once(mailoutbox):
    for number in range(6):
        sign_up(f"ada{number}")
    assert sum(run_concurrently(*[send_due] * 4)) == 6
    assert len(mailoutbox) == 6
    assert len({one.extra_headers["Message-ID"] for one in mailoutbox}) == 6
    assert send_due() == 0
    assert states() == ["sent"] * 6


def test_the_task_sends_what_is_due_and_may_run_twice(alice, mailoutbox):
    assert send_mails() == 1
    assert send_mails() == 0
    assert len(mailoutbox) == 1


def test_more_mails_than_a_batch_are_sent_in_one_turn(alice, mailoutbox):
    for _ in range(60):
        with write() as w:
            queue_email(w, VERIFY_EMAIL, recipient=alice.id)
    assert send_mails() == 61


def test_the_mail_of_a_worker_that_died_is_sent_by_the_next(alice, settings, no_wait, mailoutbox):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Dying"
    with pytest.raises(SystemExit):
        send_due()
    assert states() == ["queued"]
    settings.EMAIL_BACKEND = backend
    assert send_due() == 1
    assert len(mailoutbox) == 1
    assert send_due() == 0


def test_a_claimed_mail_is_left_to_whoever_claimed_it(alice, settings, mailoutbox):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Dying"
    with pytest.raises(SystemExit):
        send_due()
    settings.EMAIL_BACKEND = backend
    assert send_due() == 0
    assert mailoutbox == []


def test_a_provider_that_is_away_is_tried_again_and_at_last_given_up(alice, settings, no_wait):
    settings.EMAIL_BACKEND = "tests.accounts.backends.Away"
    assert send_due() == 0
    assert states() == ["failed"]
    (record,) = live_records("mysocial.email").values()
    assert b'"tries":8' in record[b"main"]


def test_a_bad_mail_stops_no_neighbour_and_its_words_are_not_logged(settings, caplog):
    settings.EMAIL_BACKEND = "tests.accounts.backends.Choosy"
    for name in ("first", "poison", "third"):
        sign_up(name)
    assert send_due() == 2
    assert states() == ["queued", "sent", "sent"]
    assert "ValueError" in caplog.text
    assert "token=" not in caplog.text


def test_a_mail_to_nobody_is_dropped(emails):
    assert anonymous.post("forgot-password", {"email": "nobody@example.com"}).status_code == 200
    assert emails() == []
    assert states() == ["dropped"]
