"""E-mails: each is sent exactly once, whatever fails."""

from email import message_from_bytes, policy

import pytest
from django.template.loader import get_template

from accounts.models import VERIFY_EMAIL
from mysocial.outbox import queue_email, send_due, tasks
from mysocial.outbox.email import EMAIL_TEMPLATES
from mysocial.store import write
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import anonymous, sign_up


def send_emails():
    return tasks.send_emails()


def statuses():
    return sorted(fields[b"status"].decode() for fields in live_records("mysocial.email").values())


@pytest.fixture
def no_delay(settings):
    """Make claimed and failed e-mails due again at once."""
    settings.OUTBOX_CLAIM_SECONDS = -1


def test_an_email_has_html_and_text_with_the_link(alice, emails):
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


def test_every_kind_of_email_has_templates_that_are_cached():
    for kind in EMAIL_TEMPLATES:
        for form in ("html", "txt"):
            name = f"mail/{kind}.{form}"
            assert get_template(name).template is get_template(name).template


def test_concurrent_workers_send_each_email_once(mailoutbox):
    for number in range(6):
        sign_up(f"ada{number}")
    assert sum(run_concurrently(*[send_due] * 4)) == 6
    assert len(mailoutbox) == 6
    assert len({message.extra_headers["Message-ID"] for message in mailoutbox}) == 6
    assert send_due() == 0
    assert statuses() == ["sent"] * 6


def test_the_task_sends_due_emails_once(alice, mailoutbox):
    assert send_emails() == 1
    assert send_emails() == 0
    assert len(mailoutbox) == 1


def test_one_run_sends_more_emails_than_a_batch(alice, mailoutbox):
    for _ in range(60):
        with write() as w:
            queue_email(w, VERIFY_EMAIL, recipient=alice.id)
    assert send_due() == 61


def test_the_email_of_a_killed_worker_is_sent_by_the_next(alice, settings, no_delay, mailoutbox):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        send_due()
    assert statuses() == ["queued"]
    settings.EMAIL_BACKEND = backend
    assert send_due() == 1
    assert len(mailoutbox) == 1
    assert send_due() == 0


def test_an_email_that_another_worker_claimed_is_not_sent(alice, settings, mailoutbox):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    with pytest.raises(SystemExit):
        send_due()
    settings.EMAIL_BACKEND = backend
    assert send_due() == 0
    assert mailoutbox == []


def test_an_email_fails_after_all_tries_without_the_provider(alice, settings, no_delay):
    settings.EMAIL_BACKEND = "tests.accounts.backends.Unreachable"
    assert send_due() == 0
    assert statuses() == ["failed"]
    (record,) = live_records("mysocial.email").values()
    assert b'"tries":8' in record[b"main"]


def test_an_email_that_fails_delays_no_other_and_its_text_is_not_logged(settings, caplog):
    settings.EMAIL_BACKEND = "tests.accounts.backends.RejectsOneRecipient"
    for name in ("first", "poison", "third"):
        sign_up(name)
    assert send_due() == 2
    assert statuses() == ["queued", "sent", "sent"]
    assert "ValueError" in caplog.text
    assert "token=" not in caplog.text


def test_an_email_to_an_unknown_address_is_dropped(emails):
    assert anonymous.post("forgot-password", {"email": "nobody@example.com"}).status_code == 200
    assert emails() == []
    assert statuses() == ["dropped"]
