"""The webhook of the e-mail provider: what each provider reports, and requests of others."""

import base64
import json

import pytest

from mysocial.security_log import save_counted_events
from tests.accounts.email_reports import (
    ALICE,
    SECRET,
    post,
    postmark,
    recorded,
    sent_ids,
    state,
    use_provider,
)
from tests.support.people import new_client


@pytest.fixture(autouse=True)
def _provider(settings):
    use_provider(settings)


SOFT = {
    "postmark": postmark("SoftBounce", "provider-1"),
    "brevo": {"event": "soft_bounce", "email": ALICE, "message-id": "provider-1", "ts_epoch": 1},
    "mailjet": {
        "event": "bounce", "email": ALICE, "MessageID": "provider-1", "hard_bounce": False,
        "error": "user unknown", "time": 1,
    },
    "sendgrid": [
        {"event": "bounce", "type": "blocked", "email": ALICE, "anymail_id": "provider-1",
         "timestamp": 1},
    ],
    "sparkpost": [
        {"msys": {"message_event": {"type": "bounce", "bounce_class": "22", "raw_rcpt_to": ALICE,
                                    "transmission_id": "provider-1", "timestamp": "1"}}},
    ],
    "mailersend": {
        "type": "activity.soft_bounced",
        "data": {
            "type": "soft_bounced", "created_at": "2026-11-30T12:00:00Z",
            "email": {"message": {"id": "provider-1"}, "recipient": {"email": ALICE}},
        },
    },
}  # fmt: skip
HARD = {
    "brevo": {**SOFT["brevo"], "event": "hard_bounce"},
    "mailjet": {**SOFT["mailjet"], "hard_bounce": True},
    "sendgrid": [{**SOFT["sendgrid"][0], "type": "bounce"}],
    "sparkpost": [
        {"msys": {"message_event": {**SOFT["sparkpost"][0]["msys"]["message_event"],
                                    "bounce_class": "10"}}},
    ],
    "mailersend": {
        "type": "activity.hard_bounced",
        "data": {**SOFT["mailersend"]["data"], "type": "hard_bounced"},
    },
}  # fmt: skip
NO_SUPPORT = "ignore:django-anymail has dropped official support for SendGrid"


@pytest.mark.filterwarnings(NO_SUPPORT)
@pytest.mark.parametrize("provider", SOFT)
def test_a_bounce_that_may_end_by_itself_does_not_count(provider, alice):
    assert sent_ids() == ["provider-1"]
    assert post(provider, SOFT[provider]).status_code == 200
    assert state(alice) == ("", False)


@pytest.mark.filterwarnings(NO_SUPPORT)
@pytest.mark.parametrize("provider", HARD)
def test_the_reports_of_each_provider_are_understood(provider, alice):
    assert sent_ids() == ["provider-1"]
    assert post(provider, HARD[provider]).status_code == 200
    assert state(alice) == ("bounce", True)


def ses(kind, sub_kind):
    """Return a notification of Amazon SES by SNS."""
    event = {
        "eventType": "Bounce",
        "mail": {"messageId": "provider-1", "destination": [ALICE], "headers": []},
        "bounce": {
            "bounceType": kind,
            "bounceSubType": sub_kind,
            "bouncedRecipients": [{"emailAddress": ALICE}],
        },
    }
    return {
        "Type": "Notification",
        "MessageId": "sns-1",
        "Timestamp": "2026-11-30T12:00:00Z",
        "Message": json.dumps(event),
    }


@pytest.mark.parametrize(
    ("kind", "sub_kind", "expected"),
    [("Permanent", "General", ("bounce", True)), ("Transient", "MailboxFull", ("", False))],
)
def test_the_notifications_of_amazon_are_understood(kind, sub_kind, expected, alice):
    assert sent_ids() == ["provider-1"]
    login = base64.b64encode(SECRET.encode()).decode()
    headers = {
        "Authorization": f"Basic {login}",
        "X-Amz-Sns-Message-Type": "Notification",
        "X-Amz-Sns-Message-Id": "sns-1",
    }
    response = new_client().post(
        "/anymail/amazon_ses/tracking/", json.dumps(ses(kind, sub_kind)), "text/plain",
        headers=headers,
    )  # fmt: skip
    assert response.status_code == 200
    assert state(alice) == expected


# Forged requests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "webhook:wrong", "webhook:", SECRET[:-1], SECRET + "x"])
def test_a_request_without_the_secret_changes_nothing(secret, alice):
    (message,) = sent_ids()
    response = post("postmark", postmark("HardBounce", message), secret)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert state(alice) == ("", False)
    save_counted_events()
    (event,) = recorded(kind="email_webhook")
    assert (event.outcome, event.detail) == ("failure", "wrong secret")


@pytest.mark.parametrize("anymail", [{}, {"WEBHOOK_SECRET": ""}, {"WEBHOOK_SECRET": []}])
@pytest.mark.parametrize("secret", ["", ":", SECRET])
def test_without_a_secret_there_is_no_webhook(anymail, secret, alice, settings):
    settings.ANYMAIL = anymail
    (message,) = sent_ids()
    assert post("postmark", postmark("HardBounce", message), secret).status_code == 404
    assert state(alice) == ("", False)


def test_one_of_several_secrets_is_enough(alice, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": ["old:secret", SECRET]}
    (message,) = sent_ids()
    for secret in ("old:secret", SECRET):
        assert post("postmark", postmark("Unknown", message), secret).status_code == 200


@pytest.mark.parametrize("provider", ["base", "unknown", "scaleway", "..", "test"])
def test_an_unknown_provider_is_not_found(provider):
    assert post(provider, {}).status_code == 404


def test_the_signature_of_a_provider_is_checked_too(alice, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "key"}
    (message,) = sent_ids()
    body = {
        "signature": {"timestamp": "1", "token": "t", "signature": "forged"},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "recipient": ALICE,
            "message": {"headers": {"message-id": message}},
        },
    }
    assert post("mailgun", body).status_code == 403
    assert state(alice) == ("", False)


def test_a_provider_whose_key_is_missing_has_no_webhook(alice, settings, caplog):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    sent_ids()
    assert post("mailersend", HARD["mailersend"]).status_code == 404
    assert "MAILERSEND_SIGNING_SECRET" in caplog.text
    assert state(alice) == ("", False)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "{}", '"text"', "[[[[]]]]", "\ud83d"])
@pytest.mark.parametrize("provider", ["postmark", "brevo", "mailjet"])
def test_a_malformed_report_is_refused_and_changes_nothing(body, provider, alice):
    sent_ids()
    assert post(provider, body.encode("utf-8", "replace").decode()).status_code in {200, 400}
    assert state(alice) == ("", False)


def test_a_large_report_is_refused(alice):
    (message,) = sent_ids()
    body = postmark("HardBounce", message, Details="x" * 300_000)
    assert post("postmark", body).status_code == 413
    assert state(alice) == ("", False)
