"""Changes of an account between the read and the write of a service."""

import pytest
from rest_framework.test import APIRequestFactory

from accounts import selectors, services, tokens
from accounts.authentication import AccessTokenAuthentication
from accounts.models import RESET_PASSWORD, VERIFY_EMAIL
from accounts.tasks import make_exports
from mysocial.core import mongo
from mysocial.core.errors import Unavailable
from mysocial.core.ids import now
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from mysocial.store import write
from mysocial.store.writes import MAX_ATTEMPTS
from tests.accounts.export_files import request_export
from tests.support.concurrency import live_records, mongod_paused
from tests.support.people import PASSWORD, anonymous

NEW = "another-horse-battery"
EVERY_ATTEMPT = MAX_ATTEMPTS


def sign_in(person, password=PASSWORD):
    return anonymous.post("signin", {"username": person.username, "password": password})


def account_write(person):
    """Return a function that writes the account without a relevant change."""

    def write_account():
        with write() as w:
            w.update(selectors.get_account(person.id), last_sign_in_at=now())

    return write_account


def password_change(person):
    """Return a function that changes the password."""
    (session,) = selectors.sessions_of(person.id)
    return lambda: services.change_password(
        user_id=person.id, session_id=session.id, current=PASSWORD, new=NEW
    )


def token_for(person, purpose):
    return services.create_token(selectors.get_account(person.id), purpose)


def test_a_sign_in_during_a_password_change_is_rejected(alice, before_writes):
    before_writes(password_change(alice))
    assert sign_in(alice).status_code == 401
    assert len(live_records("accounts.session")) == 1
    assert sign_in(alice, NEW).status_code == 200


def test_a_sign_in_during_an_erasure_is_rejected(alice, before_writes):
    before_writes(lambda: services.erase_account(account_id=alice.id))
    assert sign_in(alice).status_code == 401
    assert live_records("accounts.session") == {}


def test_a_sign_in_that_always_conflicts_is_a_conflict(alice, before_writes):
    before_writes(account_write(alice), times=EVERY_ATTEMPT)
    assert sign_in(alice).status_code == 409
    assert len(live_records("accounts.session")) == 1
    assert sign_in(alice).status_code == 200


def test_a_refresh_that_always_conflicts_is_a_conflict(alice, before_writes):
    (session,) = selectors.sessions_of(alice.id)

    def touch_session():
        with write() as w:
            w.update(session, last_used_at=now())

    before_writes(touch_session, times=EVERY_ATTEMPT)
    assert anonymous.post("token/refresh", {"refresh": alice.refresh}).status_code == 409
    assert anonymous.post("token/refresh", {"refresh": alice.refresh}).status_code == 200


def test_a_session_that_ends_concurrently_is_ended_once(alice, before_writes):
    sign_in(alice)
    _, other = sorted(selectors.sessions_of(alice.id), key=lambda session: session.id)
    before_writes(lambda: services.remove_session(session_id=other.id))
    services.end_session(other)
    assert len(selectors.sessions_of(alice.id)) == 1


def test_a_concurrent_change_of_the_password_is_a_conflict(alice, before_writes):
    before_writes(password_change(alice))
    third = {"current_password": PASSWORD, "new_password": "a-third-horse-battery"}
    assert alice.put("accounts/me/password", third).status_code == 409
    assert sign_in(alice, NEW).status_code == 200


@pytest.mark.parametrize("way", ["change", "reset"])
def test_a_new_password_that_always_conflicts_is_a_conflict(alice, before_writes, way):
    token = token_for(alice, RESET_PASSWORD)
    before_writes(account_write(alice), times=EVERY_ATTEMPT)
    if way == "change":
        response = alice.put(
            "accounts/me/password", {"current_password": PASSWORD, "new_password": NEW}
        )
    else:
        response = anonymous.post(f"reset-password/{token}", {"password": NEW})
    assert response.status_code == 409
    assert sign_in(alice, NEW).status_code == 401
    assert anonymous.post(f"reset-password/{token}", {"password": NEW}).status_code == 200


def test_concurrent_uses_of_a_token_confirm_the_address_once(alice, before_writes):
    token = token_for(alice, VERIFY_EMAIL)
    before_writes(lambda: services.verify_email(token=token))
    response = anonymous.post(f"verify-email/{token}", {})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["token"]
    assert selectors.get_account(alice.id).email_verified


def test_a_valid_access_token_expires(alice, monkeypatch):
    assert alice.get("posts").status_code == 200
    later = tokens.time.time() + 24 * 3600
    monkeypatch.setattr(tokens.time, "time", lambda: later)
    assert alice.get("posts").status_code == 401


def test_a_token_authenticates_without_a_request_context(alice):
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {alice.access}")
    _, session = AccessTokenAuthentication().authenticate(request)
    assert session.user_id == alice.id


def test_an_export_waits_while_mongodb_is_away(alice, bob, flush_all, settings):
    request_export(bob)
    assert make_exports() == 1  # the queue of exports is in Redis from here on
    alice.create_post("Hello")
    request_export(alice)
    flush_all()
    settings.MONGO_TIMEOUT_MS = 1000
    mongo.close()
    client().delete(*client().keys("posts.post[:/]*"))
    with mongod_paused(), pytest.raises(Unavailable):  # Celery retries the task
        make_exports()
    mongo.close()
    assert alice.get("accounts/me/export").json()["export"]["status"] == "queued"


@pytest.mark.parametrize("end", ["removed", "erased"])
def test_an_export_leaves_no_file_if_its_owner_is_erased_meanwhile(
    alice, before_writes, settings, end
):
    request_export(alice)
    before_writes(
        lambda: (
            services.remove_export(user_id=alice.id)
            if end == "removed"
            else services.erase_account(account_id=alice.id)
        ),
        passed=1,  # the write that claims the export
    )
    make_exports()
    while run_due_cascades():
        pass
    assert live_records("accounts.export") == {}
    assert list((settings.MEDIA_DIR / "exports").iterdir()) == []
