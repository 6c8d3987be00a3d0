"""E-mail through a real SMTP server: what arrives, and what is tried again."""

import io
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command

from mysocial.core.email_url import parse_email_url
from mysocial.outbox import emails as email_store
from mysocial.outbox import send_due
from mysocial.store import reads
from tests.notifications.notification_checks import follow
from tests.support.concurrency import live_records
from tests.support.people import confirm_emails, sign_up
from tests.support.smtp_server import SMTP_PASSWORD, USER, create_certificate, smtp_server

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # of aiosmtpd
    pytest.mark.filterwarnings("ignore:.*Session.login_data:DeprecationWarning"),
]
LOGIN = f"{USER}:{quote(SMTP_PASSWORD, safe='')}"


@pytest.fixture
def use_url(settings):
    """Return a function that sends e-mail as an `EMAIL_URL` says."""

    def use(url):
        for name, value in parse_email_url(url).items():
            setattr(settings, name, value)

    return use


@pytest.fixture
def smtp(use_url):
    """A server that accepts everything, and through which e-mail is sent."""
    with smtp_server() as (mailbox, port):
        use_url(f"smtp://127.0.0.1:{port}?timeout=1")
        yield mailbox


@pytest.fixture
def no_delay(settings):
    """Make claimed and failed e-mails due again at once."""
    settings.OUTBOX_CLAIM_SECONDS = -1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return create_certificate(tmp_path_factory.mktemp("tls"))


def the_email():
    """Return the record of the only e-mail."""
    (key,) = live_records("mysocial.email")
    return reads.get_record(email_store, key.removeprefix("mysocial.email:"))


def send_test_email(address="ada@example.com"):
    output = io.StringIO()
    call_command("send_test_email", address, stdout=output)
    return output.getvalue().strip()


def test_the_headers_of_an_email_arrive_unchanged(alice, bob, smtp):
    confirm_emails(alice)
    send_due()
    smtp.received.clear()
    follow(bob, alice)
    assert send_due() == 1
    (message,) = smtp.received
    email = max(live_records("mysocial.email"))
    assert message["To"] == "alice@example.com"
    assert message["From"] == "MySocial <hello@mysocial.example>"
    assert message["Message-ID"] == f"<{email.removeprefix('mysocial.email:')}@mysocial.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<> ")
    assert link.startswith("http://localhost:8000/unsubscribe?token=")
    assert link in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("scheme", "implicit_tls"), [("smtp+tls", False), ("smtps", True), ("smtp+ssl", True)]
)
def test_emails_are_sent_encrypted_and_with_a_login(
    scheme, implicit_tls, certificate, use_url, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with smtp_server(
        certificate=certificate, implicit_tls=implicit_tls, needs_login=not implicit_tls
    ) as (mailbox, port):
        login = "" if implicit_tls else f"{LOGIN}@"
        use_url(f"{scheme}://{login}localhost:{port}")
        sign_up("ada")
        assert send_due() == 1
    assert [message["To"] for message in mailbox.received] == ["ada@example.com"]


def test_a_login_without_encryption_is_possible(use_url):
    with smtp_server(needs_login=True) as (mailbox, port):
        use_url(f"smtp://{LOGIN}@127.0.0.1:{port}")
        sign_up("ada")
        assert send_due() == 1
    assert len(mailbox.received) == 1


def test_a_certificate_that_is_not_valid_is_refused_with_the_reason(certificate, use_url):
    with smtp_server(certificate=certificate) as (mailbox, port):
        use_url(f"smtp+tls://localhost:{port}")
        sign_up("ada")
        assert send_due() == 0
        assert the_email().failure.startswith("The certificate of localhost is not valid: self")
        assert mailbox.received == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_an_email_that_is_refused_for_the_moment_is_tried_again(command, smtp, no_delay):
    smtp.replies[command] = ["451 4.3.0 Try again later"]
    sign_up("ada")
    assert send_due() == 1
    email = the_email()
    assert (email.status, email.tries, email.failure) == ("sent", 2, "")
    assert len(smtp.received) == 1


def test_the_reason_of_a_temporary_failure_is_kept_until_the_next_try(smtp):
    smtp.replies["RCPT"] = ["450 4.2.0 Greylisted"]
    sign_up("ada")
    assert send_due() == 0
    email = the_email()
    assert (email.status, email.tries) == ("queued", 1)
    assert email.failure == "The mail server refused the recipient: 450 4.2.0 Greylisted"


@pytest.mark.parametrize(
    ("command", "failure"),
    [
        ("RCPT", "The mail server refused the recipient: 550 5.1.1 No such user"),
        ("DATA", "The mail server refused the message: 550 5.1.1 No such user"),
    ],
)
def test_an_email_that_is_refused_for_good_is_not_tried_again(
    command, failure, smtp, no_delay, caplog
):
    smtp.replies[command] = ["550 5.1.1 No such user"]
    sign_up("ada")
    assert send_due() == 0
    email = the_email()
    assert (email.status, email.tries, email.failure) == ("failed", 1, failure)
    assert failure in caplog.text
    assert send_due() == 0
    assert smtp.connections == 1
    assert smtp.received == []


def test_a_refused_sender_is_tried_again_because_it_concerns_the_settings(smtp, no_delay):
    smtp.replies["MAIL"] = ["553 5.7.1 Sender not allowed"]
    sign_up("ada")
    assert send_due() == 1
    assert len(smtp.received) == 1


def test_an_email_is_tried_eight_times_and_then_fails_with_the_last_reason(smtp, no_delay):
    smtp.replies["DATA"] = [f"451 4.3.0 Busy {number}" for number in range(1, 20)]
    sign_up("ada")
    assert send_due() == 0
    email = the_email()
    assert (email.status, email.tries) == ("failed", 8)
    assert email.failure == "The mail server refused the message: 451 4.3.0 Busy 8"


def test_a_reply_that_quotes_the_email_is_kept_without_its_links(smtp, caplog):
    link = "http://localhost:8000/verify-email?token=secret"
    smtp.replies["DATA"] = [f"550 Spam: {link} <ada@example.com> token=secret {'x' * 400}"]
    sign_up("ada")
    send_due()
    assert the_email().failure.startswith(
        "The mail server refused the message: 550 Spam: … … … xxx"
    )
    assert len(the_email().failure) <= 300
    lines = [line.getMessage() for line in caplog.records if line.name.startswith("mysocial")]
    assert any("550 Spam" in line for line in lines)
    assert not [line for line in lines if "secret" in line or "ada@" in line]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_an_email_is_tried_again_after_a_dropped_connection(command, smtp, no_delay):
    smtp.drops = {command}
    sign_up("ada")
    assert send_due() == 0
    assert the_email().failure.startswith("The mail server closed the connection")
    assert the_email().status == "failed"  # after eight tries
    smtp.drops = set()
    sign_up("bea")
    assert send_due() == 1


def test_a_slow_server_delays_an_email_for_the_timeout_only(smtp):
    smtp.delay_seconds = 3
    sign_up("ada")
    assert send_due() == 0
    assert the_email().status == "queued"
    assert the_email().failure == "127.0.0.1 did not respond in time."


def test_a_server_that_cannot_be_reached_is_named(use_url, smtp):
    with smtp_server() as (_, port):
        pass
    use_url(f"smtp://127.0.0.1:{port}")
    sign_up("ada")
    assert send_due() == 0
    assert the_email().failure == "127.0.0.1 refused the connection."


# The command -------------------------------------------------------------------------------------


def test_a_test_email_is_sent_with_the_settings_of_the_site(smtp):
    assert send_test_email().startswith("127.0.0.1 accepted the e-mail to ada@example.com")
    (message,) = smtp.received
    assert (message["To"], message["Subject"]) == ("ada@example.com", "Test e-mail")
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("smtp://wrong:password@127.0.0.1:{port}", "user name or password of EMAIL_URL: 535"),
        ("smtp+tls://127.0.0.1:{port}", "lacks what EMAIL_URL asks for: STARTTLS"),
        ("smtps://127.0.0.1:{port}", r"expect smtps:// at port 465 and smtp\+tls:// at port 587"),
        ("smtp://127.0.0.1:{port}", "The mail server refused the sender"),
        ("file://", "No e-mail is delivered"),
        ("mailgun://", "MAILGUN_API_KEY"),
    ],
)
def test_the_command_says_in_a_sentence_what_is_wrong(url, reason, use_url):
    with smtp_server(needs_login=True) as (mailbox, port):
        use_url(url.format(port=port))
        with pytest.raises(CommandError, match=reason) as error:
            send_test_email()
    assert "\n" not in str(error.value)
    assert "password@" not in str(error.value)
    assert mailbox.received == []


def test_a_test_email_needs_an_address(smtp):
    with pytest.raises(CommandError, match="Enter an e-mail address") as error:
        send_test_email("nobody")
    assert error.value.returncode == 2
    assert smtp.connections == 0
