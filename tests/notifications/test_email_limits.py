"""The bounds of e-mail: unconfirmed addresses, and the daily maximum."""

import pytest

from mysocial.core.redis import client
from mysocial.outbox import send_due
from tests.chat.conversations import send_message
from tests.notifications.email_checks import (
    ALICE,
    DIGEST,
    MENTION,
    NEW_PASSWORD,
    end_day,
    mention_alice,
    statuses,
    subjects_to,
)
from tests.notifications.notification_checks import (
    create_comment,
    follow,
    list_notifications,
    set_reaction,
)
from tests.support.concurrency import live_records, run_concurrently
from tests.support.people import PASSWORD, anonymous, confirm_emails, new_client

# Unconfirmed addresses ---------------------------------------------------------------------------


def test_an_unconfirmed_address_gets_no_email_but_the_confirmation(
    alice, bob, settings, mailoutbox
):
    settings.UNREAD_EMAIL_DELAY_SECONDS = 0
    post = alice.create_post()
    mention_alice(bob, 3)
    create_comment(bob, post)
    set_reaction(bob, post)
    follow(bob, alice)
    send_message(bob, alice)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert alice.put("accounts/me/password", change).status_code == 200
    assert subjects_to(mailoutbox) == ["Confirm your e-mail address"]
    assert len(list_notifications(alice)) == 7
    erased = alice.call("DELETE", "accounts/me", {"password": NEW_PASSWORD})
    assert erased.status_code == 200
    assert subjects_to(mailoutbox) == ["Confirm your e-mail address"]


def test_emails_start_with_the_confirmation(alice, bob, mailoutbox):
    mention_alice(bob)
    assert MENTION not in subjects_to(mailoutbox)
    confirm_emails(alice)
    mention_alice(bob)
    assert subjects_to(mailoutbox)[1:] == [MENTION]


def test_confirmations_to_one_address_are_limited_across_accounts(settings, mailoutbox):
    settings.RATE_LIMITS = True
    for number in range(11):
        body = {"username": f"ada{number}", "email": "victim@example.com", "password": PASSWORD}
        response = anonymous.post("signup", body)
        if number == 10:
            assert response.status_code == 429
            break
        assert response.status_code == 201
        access = response.json()["access"]
        erased = new_client().generic(
            "DELETE",
            "/api/v1/accounts/me",
            f'{{"password": "{PASSWORD}"}}',
            "application/json",
            headers={"Authorization": f"Bearer {access}"},
        )
        assert erased.status_code == 200
    assert [f for f in live_records("users.user").values() if b"ada10" in str(f).encode()] == []
    assert len(subjects_to(mailoutbox, "victim@example.com")) <= 10


# The daily maximum -------------------------------------------------------------------------------


def test_a_member_gets_no_more_emails_a_day_than_the_maximum(
    at_most_two, alice, bob, stranger, mailoutbox
):
    mention_alice(bob, 6)
    assert subjects_to(mailoutbox) == [MENTION] * 2
    stranger.create_post("@alice @bob")
    assert subjects_to(mailoutbox) == [MENTION] * 2
    assert subjects_to(mailoutbox, "bob@example.com") == ["stranger mentioned you"]
    assert statuses().count("held") == 5


def test_an_email_about_the_account_is_sent_past_the_maximum(at_most_two, alice, bob, mailoutbox):
    mention_alice(bob, 3)
    assert subjects_to(mailoutbox) == [MENTION] * 2
    anonymous.post("forgot-password", {"email": ALICE})
    alice.put("accounts/me/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert sorted(subjects_to(mailoutbox)[2:]) == [
        "Reset your password",
        "Your password was changed",
    ]


def test_concurrent_workers_send_no_more_than_the_maximum(at_most_two, alice, bob, mailoutbox):
    mention_alice(bob, 12)
    run_concurrently(*[send_due] * 4)
    assert subjects_to(mailoutbox) == [MENTION] * 2
    assert statuses().count("held") == 10
    assert end_day(alice, mailoutbox) == [f"{MENTION} (10 times)"]


def test_the_email_of_a_killed_worker_is_counted_once(
    at_most_two, alice, bob, settings, mailoutbox
):
    settings.OUTBOX_CLAIM_SECONDS = -1
    backend = settings.EMAIL_BACKEND
    mention_alice(bob, 4)
    settings.EMAIL_BACKEND = "tests.accounts.backends.Killed"
    for _ in range(2):
        with pytest.raises(SystemExit):
            send_due()
    settings.EMAIL_BACKEND = backend
    assert subjects_to(mailoutbox) == [MENTION] * 2
    assert statuses().count("held") == 2


def test_the_key_of_a_day_is_not_evicted_expires_and_is_bounded(
    at_most_two, alice, bob, mailoutbox
):
    mention_alice(bob, 12)
    send_due()
    key = f"email_day:{alice.id}"
    assert client().ttl(key) == -1
    seconds, _ = client().time()
    assert client().zscore("expiring", key) / 1000 - seconds == pytest.approx(24 * 3600, abs=60)
    assert client().hlen(key) == 4  # two e-mails, the end and the digest
    assert client().memory_usage(key) < 1024


def test_the_next_day_allows_the_maximum_again(at_most_two, alice, bob, mailoutbox):
    mention_alice(bob, 3)
    assert subjects_to(mailoutbox) == [MENTION] * 2
    assert end_day(alice, mailoutbox) == [MENTION]
    mention_alice(bob, 3)
    assert subjects_to(mailoutbox) == [MENTION] * 2 + [DIGEST] + [MENTION] * 2
