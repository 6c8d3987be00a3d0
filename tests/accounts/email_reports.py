"""Reports of a provider about e-mails that were sent, for the tests of the webhook."""

import base64
import hmac
import json

from anymail.message import AnymailStatus
from django.core.mail.backends.base import BaseEmailBackend

from mysocial.outbox import send_due
from mysocial.security_log import save_counted_events, security_events
from mysocial.store import reads
from tests.support.concurrency import live_records
from tests.support.people import anonymous, new_client

SECRET = "webhook:a-long-random-password"
ALICE = "alice@example.com"
SENT = []  # the messages of the provider below, in order


class Provider(BaseEmailBackend):
    """Accepts e-mail and gives each message an id, as a backend of anymail does."""

    def send_messages(self, email_messages):
        for message in email_messages:
            SENT.append(message)
            message.anymail_status = AnymailStatus()
            message.anymail_status.message_id = f"provider-{len(SENT)}"
        return len(email_messages)


def post(provider, body, secret=SECRET):
    headers = {}
    text = body if isinstance(body, str) else json.dumps(body)
    if provider == "mailersend":
        headers["Signature"] = hmac.new(b"signing", text.encode(), "sha256").hexdigest()
    if secret:
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    return new_client().post(
        f"/anymail/{provider}/tracking/", text, "application/json", headers=headers
    )


def postmark(kind, message, address=ALICE, **fields):
    """Return a report of Postmark about one of the sent messages."""
    record = "SpamComplaint" if kind == "SpamComplaint" else "Bounce"
    return {
        "RecordType": record,
        "Type": kind,
        "MessageID": message,
        "Email": address,
        "BouncedAt": "2026-11-30T12:00:00Z",
        "ID": 4323372036854775807,
        "ServerID": 1234,
        "Details": "The server was unable to deliver your message.",
        **fields,
    }


def recorded(kind):
    """Return the security events of a kind."""
    save_counted_events()
    ids = [key.rpartition(":")[2] for key in live_records("mysocial.securityevent")]
    return [
        event for event in reads.get_records(security_events, ids).values() if event.kind == kind
    ]


def sent_ids(address=ALICE):
    """Send what is due; return the ids of the messages to an address, oldest first."""
    send_due()
    return [message.anymail_status.message_id for message in SENT if message.to == [address]]


def state(person):
    account = person.get("accounts/me").json()
    return account["email_failure"], bool(account["email_failed_at"])


def confirm(person):
    """Ask for the e-mail to confirm the address, and open its link."""
    person.post("accounts/me/verify-email")
    send_due()
    link = next(word for word in SENT[-1].body.split() if "token=" in word)
    return anonymous.post(f"verify-email/{link.partition('token=')[2]}").status_code


def use_provider(settings):
    """Send e-mail with the provider above, and accept its reports."""
    SENT.clear()
    settings.EMAIL_BACKEND = f"{__name__}.Provider"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILERSEND_SIGNING_SECRET": "signing"}
