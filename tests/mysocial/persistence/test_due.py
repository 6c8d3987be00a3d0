"""Look-ups of beat before it wakes a worker: an idle site runs no tasks."""

import time

import pytest

from accounts.models import VERIFY_EMAIL
from mysocial.celery import app
from mysocial.core.ids import now
from mysocial.core.redis import client
from mysocial.core.wakeup_names import (
    CASCADES,
    EMAILS,
    EXPIRY,
    EXPORTS,
    MEDIA,
    OLD_UPLOADS,
    OUTBOXES,
    PACKING,
    SECURITY_EVENTS,
)
from mysocial.outbox import OUTBOX, queue_email
from mysocial.persistence import packing
from mysocial.persistence.due import CHECKS, is_due, oldest_due_seconds
from mysocial.security_log import Kind, Outcome
from mysocial.security_log.failures import count_event, save_counted_events
from mysocial.store import STORES, write
from mysocial.store.wakeups import TASKS_BY_NAME
from tests.accounts.export_files import request_export
from tests.images.pictures import make_image, send_form
from tests.support.people import anonymous, sign_up


def run(name: str) -> None:
    """Run the task of a wake-up."""
    app.loader.import_default_modules()
    app.tasks[TASKS_BY_NAME[name][0]]()


def test_every_outbox_is_looked_up():
    labels = [label for labels in OUTBOXES.values() for label in labels]
    stores = {store.label for store in STORES.values() if OUTBOX.name in store.indexes}
    assert sorted(labels) == sorted(stores)
    assert {*OUTBOXES, *CHECKS} <= set(TASKS_BY_NAME)


@pytest.mark.parametrize("name", OUTBOXES)
def test_an_outbox_is_empty_only_if_redis_knows_it(name):
    assert is_due(name)  # its list is not in Redis
    run(name)
    assert not is_due(name)
    assert oldest_due_seconds([name]) == 0


def test_an_email_is_due_at_its_time(alice):
    run(EMAILS)
    assert not is_due(EMAILS)
    with write() as w:
        queue_email(w, VERIFY_EMAIL, recipient=alice.id, due_at=now().replace(year=2099))
    assert not is_due(EMAILS)
    with write() as w:
        queue_email(w, VERIFY_EMAIL, recipient=alice.id)
    assert is_due(EMAILS)
    time.sleep(0.1)
    assert 0.1 <= oldest_due_seconds([EMAILS]) < 5
    run(EMAILS)
    assert not is_due(EMAILS)


def test_a_file_an_export_and_a_deletion_are_due(alice):
    for name in (MEDIA, EXPORTS, CASCADES):
        run(name)
    post = send_form(alice, "POST", "posts", text="x", image=make_image()).json()["post"]
    assert [is_due(name) for name in (MEDIA, EXPORTS, CASCADES)] == [True, False, False]
    run(MEDIA)
    request_export(alice)
    assert [is_due(name) for name in (MEDIA, EXPORTS, CASCADES)] == [False, True, False]
    run(EXPORTS)
    alice.delete(f"posts/{post['id']}")
    assert is_due(CASCADES)
    run(CASCADES)
    assert not is_due(CASCADES)
    assert is_due(MEDIA)  # the deleted file
    run(MEDIA)
    assert not is_due(MEDIA)


def test_responses_and_whole_blocks_of_old_events_are_compressed(alice, monkeypatch):
    run(PACKING)
    assert not is_due(PACKING)
    alice.post("posts", {"text": "x"}, **{"Idempotency-Key": "a"})
    assert is_due(PACKING)
    run(PACKING)
    assert not is_due(PACKING)
    for _ in range(packing.EVENTS_PER_BLOCK):
        alice.create_post()
    assert client().xlen("events") >= packing.EVENTS_PER_BLOCK
    assert not is_due(PACKING)  # the events are new
    monkeypatch.setattr("mysocial.persistence.due.MIN_EVENT_AGE_SECONDS", -1)
    assert is_due(PACKING)
    assert packing.pack_old_events(-1) >= packing.EVENTS_PER_BLOCK
    assert not is_due(PACKING)


def test_expired_keys_responses_and_events_are_deleted(alice, settings):
    run(EXPIRY)
    assert not is_due(EXPIRY)
    client().zadd("expiring", {"idempotency:k": (time.time() + 60) * 1000})
    assert not is_due(EXPIRY)
    client().zadd("expiring", {"idempotency:k": 1000})
    assert is_due(EXPIRY)
    run(EXPIRY)
    assert not is_due(EXPIRY)

    alice.post("posts", {"text": "x"}, **{"Idempotency-Key": "a"})
    (item,) = client().lrange("new_responses", 0, -1)
    assert not is_due(EXPIRY)
    client().lset("new_responses", 0, b"1000000000" + item[10:])
    assert is_due(EXPIRY)
    run(PACKING)
    assert is_due(EXPIRY)
    run(EXPIRY)
    assert not is_due(EXPIRY)

    settings.EVENT_LOG_SECONDS = -1
    assert is_due(EXPIRY)
    run(EXPIRY)
    assert not is_due(EXPIRY)
    settings.EVENT_LOG_SECONDS = 3600
    alice.create_post()
    settings.EVENT_LOG_BYTES = 10
    assert is_due(EXPIRY)
    run(EXPIRY)
    assert not is_due(EXPIRY)


def test_packed_events_expire(alice, settings):
    for _ in range(packing.EVENTS_PER_BLOCK):
        alice.create_post()
    packing.pack_old_events(-1)
    assert not is_due(EXPIRY)
    settings.EVENT_LOG_SECONDS = -1
    assert is_due(EXPIRY)


def test_security_events_are_saved_when_some_were_counted(alice):
    sign_up("bob")
    assert not is_due(SECURITY_EVENTS)
    anonymous.post("signin", {"username": "alice", "password": "wrong-horse-battery"})
    assert is_due(SECURITY_EVENTS)
    assert save_counted_events() == 1
    assert not is_due(SECURITY_EVENTS)
    count_event(Kind.SIGN_IN, Outcome.FAILURE, account_id=alice.id)
    assert is_due(SECURITY_EVENTS)
    run(SECURITY_EVENTS)
    assert not is_due(SECURITY_EVENTS)


def test_work_without_a_check_is_always_due():
    assert is_due(OLD_UPLOADS)
