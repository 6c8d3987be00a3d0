"""What happens to an account between what a verb has read of it and its write."""

import pytest
from rest_framework.test import APIRequestFactory

from accounts import selectors, services, tokens
from accounts.authentication import AccessTokenAuthentication
from accounts.models import RESET_PASSWORD, VERIFY_EMAIL
from accounts.services.sessions import MAX_ATTEMPTS
from accounts.tasks import make_exports
from mysocial.core import mongo
from mysocial.core.ids import now
from mysocial.core.redis import client
from mysocial.outbox import run_due_cascades
from mysocial.store import write
from tests.accounts.export_files import ask
from tests.support.concurrency import live_records, mongod_paused
from tests.support.people import PASSWORD, anonymous

NEW = "another-horse-battery"
ALWAYS = MAX_ATTEMPTS


def sign_in(person, password=PASSWORD):
    return anonymous.post("signin", {"username": person.username, "password": password})


def touch(person):
    """Return an act that writes the account, and changes nothing that matters."""

    def act():
        with write() as w:
            w.update(selectors.get_account(person.id), last_sign_in_at=now())

    return act


def change(person):
    """Return an act that changes the password."""
    (session,) = selectors.sessions_of(person.id)
    return lambda: services.change_password(
        user_id=person.id, session_id=session.id, current=PASSWORD, new=NEW
    )


def mailed(person, purpose):
    return services.create_token(selectors.get_account(person.id), purpose)


def test_who_signs_in_with_a_password_that_is_changed_meanwhile_is_refused(alice, before_writes):
    before_writes(change(alice))
    assert sign_in(alice).status_code == 401
    assert len(live_records("accounts.session")) == 1
    assert sign_in(alice, NEW).status_code == 200


def test_who_signs_in_to_an_account_that_is_erased_meanwhile_is_refused(alice, before_writes):
    before_writes(lambda: services.erase_account(account_id=alice.id))
    assert sign_in(alice).status_code == 401
    assert live_records("accounts.session") == {}


def test_a_sign_in_that_is_overtaken_again_and_again_is_a_conflict(alice, before_writes):
    before_writes(touch(alice), times=ALWAYS)
    assert sign_in(alice).status_code == 409
    assert len(live_records("accounts.session")) == 1
    assert sign_in(alice).status_code == 200


def test_a_refresh_that_is_overtaken_again_and_again_is_a_conflict(alice, before_writes):
    (session,) = selectors.sessions_of(alice.id)

    def touch_session():
        with write() as w:
            w.update(session, last_used_at=now())

    before_writes(touch_session, times=ALWAYS)
    assert anonymous.post("token/refresh", {"refresh": alice.refresh}).status_code == 409
    assert anonymous.post("token/refresh", {"refresh": alice.refresh}).status_code == 200


def test_a_session_that_ends_meanwhile_is_ended_once(alice, before_writes):
    sign_in(alice)
    _, other = sorted(selectors.sessions_of(alice.id), key=lambda one: one.id)
    before_writes(lambda: services.remove_session(session_id=other.id))
    services.end_session(other)
    assert len(selectors.sessions_of(alice.id)) == 1


def test_a_change_of_a_password_that_is_changed_meanwhile_is_a_conflict(alice, before_writes):
    before_writes(change(alice))
    third = {"current_password": PASSWORD, "new_password": "a-third-horse-battery"}
    assert alice.put("password", third).status_code == 409
    assert sign_in(alice, NEW).status_code == 200


@pytest.mark.parametrize("way", ["change", "reset"])
def test_a_new_password_that_is_overtaken_again_and_again_is_a_conflict(alice, before_writes, way):
    token = mailed(alice, RESET_PASSWORD)
    before_writes(touch(alice), times=ALWAYS)
    if way == "change":
        answer = alice.put("password", {"current_password": PASSWORD, "new_password": NEW})
    else:
        answer = anonymous.post(f"reset-password/{token}", {"password": NEW})
    assert answer.status_code == 409
    assert sign_in(alice, NEW).status_code == 401
    assert anonymous.post(f"reset-password/{token}", {"password": NEW}).status_code == 200


def test_an_address_is_confirmed_once_though_two_use_the_token_at_once(alice, before_writes):
    token = mailed(alice, VERIFY_EMAIL)
    before_writes(lambda: services.verify_email(token=token))
    answer = anonymous.post(f"verify-email/{token}", {})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["token"]
    assert selectors.get_account(alice.id).email_verified


def test_an_access_token_that_was_good_expires(alice, monkeypatch):
    assert alice.get("posts").status_code == 200
    later = tokens.time.time() + 24 * 3600
    monkeypatch.setattr(tokens.time, "time", lambda: later)
    assert alice.get("posts").status_code == 401


def test_a_token_is_believed_also_where_there_is_no_call(alice):
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {alice.access}")
    _, who = AccessTokenAuthentication().authenticate(request)
    assert who.user_id == alice.id


def test_an_export_waits_while_mongodb_is_away(alice, bob, flush_all, settings):
    ask(bob)
    assert make_exports() == 1  # from here on Redis knows who waits for one
    alice.create_post("Hello")
    ask(alice)
    flush_all()
    settings.MONGO_TIMEOUT_MS = 1000
    mongo.close()
    client().delete(*client().keys("posts.post[:/]*"))
    with mongod_paused():
        assert make_exports() == 0
    mongo.close()
    assert alice.get("currentuser/export").json()["export"]["status"] == "queued"


@pytest.mark.parametrize("end", ["removed", "erased"])
def test_an_export_whose_owner_goes_meanwhile_leaves_no_file(alice, before_writes, settings, end):
    ask(alice)
    before_writes(
        lambda: (
            services.remove_export(user_id=alice.id)
            if end == "removed"
            else services.erase_account(account_id=alice.id)
        ),
        passed=1,  # that it is being made
    )
    make_exports()
    while run_due_cascades():
        pass
    assert live_records("accounts.export") == {}
    assert list((settings.MEDIA_DIR / "exports").iterdir()) == []
