"""Hooks: each event at least once, in order, retried, and a gap is reported."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from mysocial.core import keys, redis
from mysocial.core.errors import Unavailable
from mysocial.core.ids import now
from mysocial.core.wakeup_names import HOOKED_TYPES
from mysocial.hooks import create_cursors, on_event, registry, run_due_hooks
from mysocial.hooks.cursors import get_cursor, save_cursor
from mysocial.hooks.tasks import run_hooks
from mysocial.persistence import packing
from tests.support import servers
from tests.support.people import sign_up


class Recorder:
    """A hook that keeps what it is called with, or raises the next of its errors."""

    __module__ = "tests.hooks"

    def __init__(self):
        self.__qualname__ = "Recorder"
        self.events, self.gaps, self.errors = [], [], []

    def __call__(self, event):
        if self.errors:
            raise self.errors.pop(0)
        self.events.append(event)

    @property
    def texts(self):
        return [event.data["text"] for event in self.events]

    @property
    def cursor(self):
        return get_cursor("tests.hooks.Recorder")

    def set_due(self, seconds):
        """Let the next attempt be due in this time."""
        assert save_cursor(self.cursor, due_at=now() + timedelta(seconds=seconds))


@pytest.fixture
def hook():
    """Register a hook of new and changed posts."""
    recorder = Recorder()
    on_event("post.created", "post.updated", on_gap=recorder.gaps.append)(recorder)
    create_cursors()  # as `manage.py prepare` does
    yield recorder
    del registry.HOOKS["tests.hooks.Recorder"]
    HOOKED_TYPES.clear()


def deliver():
    return run_due_hooks(20)


def test_each_event_is_delivered_once_in_order(alice, hook):
    posts = [alice.create_post(f"{number}") for number in range(5)]
    alice.post(f"posts/{posts[0]['id']}/comments", {"text": "Not of its types"})
    assert deliver() == 5
    assert hook.texts == ["0", "1", "2", "3", "4"]
    assert [event.type for event in hook.events] == ["post.created"] * 5
    assert hook.events[0].context == {
        "post": posts[0]["id"],
        "author": alice.id,
        "privacy_then": "public",
        "is_private_then": "false",
    }
    assert f"user:{alice.id}" in hook.events[0].topics
    assert deliver() == 0
    assert len({event.id for event in hook.events}) == 5


def test_the_task_runs_twice_without_a_second_delivery(alice, hook):
    alice.create_post("Once")
    assert run_hooks() == 1
    assert run_hooks() == 0
    assert hook.texts == ["Once"]


def test_an_event_is_stored_as_it_was_and_loads_what_is_now(alice, hook):
    post, deleted = alice.create_post("Before"), alice.create_post("Deleted")
    alice.patch(f"posts/{post['id']}", {"text": "After"})
    alice.delete(f"posts/{deleted['id']}")
    deliver()
    assert hook.texts == ["Before", "Deleted", "After"]
    assert hook.events[0].load()["text"] == "After"
    assert hook.events[1].load() is None


def test_a_failed_event_is_tried_again_and_later_ones_wait(alice, hook):
    alice.create_post("First")
    alice.create_post("Second")
    hook.errors = [RuntimeError("No.")] * 2
    for failures in (1, 2):
        began = now()
        assert deliver() == 0
        assert (hook.cursor.failures, hook.cursor.error) == (failures, "RuntimeError: No.")
        assert hook.cursor.due_at >= began + timedelta(seconds=2**failures)
        hook.set_due(60)
        assert (deliver(), hook.cursor.failures) == (0, failures)
        hook.set_due(-1)
    assert deliver() == 2
    assert hook.texts == ["First", "Second"]
    assert (hook.cursor.failures, hook.cursor.error) == (0, "")


def test_events_before_a_failed_one_are_not_repeated(alice, hook):
    for text in ("First", "Second"):
        alice.create_post(text)

    def fail_at_second(event):
        if event.data["text"] == "Second" and not hook.gaps:
            hook.gaps.append(None)
            raise RuntimeError("No.")
        hook.events.append(event)

    registered = registry.HOOKS["tests.hooks.Recorder"]
    registry.HOOKS["tests.hooks.Recorder"] = registered.__class__(
        registered.name, registered.types, fail_at_second, None
    )
    assert deliver() == 1
    hook.set_due(-1)
    assert deliver() == 1
    assert hook.texts == ["First", "Second"]


def test_a_worker_that_dies_repeats_what_it_had_not_saved(alice, hook):
    alice.create_post("First")
    alice.create_post("Second")
    hook.errors = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        deliver()
    assert deliver() == 2
    assert hook.texts == ["First", "Second"]


def test_an_outage_is_no_failure_of_the_hook(alice, hook):
    alice.create_post("Kept")
    hook.errors = [Unavailable("Away.")]
    with pytest.raises(Unavailable):
        deliver()
    assert (hook.cursor.failures, deliver(), hook.texts) == (0, 1, ["Kept"])
    alice.create_post("Later")
    servers.VALKEY.pause()
    try:
        with pytest.raises(Unavailable):
            run_hooks()
    finally:
        servers.VALKEY.resume()
    redis.client().delete(keys.lease("hooks"))
    assert (deliver(), hook.texts) == (1, ["Kept", "Later"])


def test_packed_events_are_delivered(alice, hook):
    for number in range(40):
        alice.create_post(f"{number}")
    assert packing.pack_old_events(min_age_seconds=-1) >= 32
    alice.create_post("40")
    assert deliver() == 41
    assert hook.texts == [str(number) for number in range(41)]


def test_trimmed_events_are_reported_as_a_gap(alice, hook, settings):
    before = hook.cursor
    alice.create_post("Trimmed")
    settings.EVENT_LOG_SECONDS = -1
    packing.delete_expired()
    settings.EVENT_LOG_SECONDS = 3600
    alice.create_post("Kept")
    assert deliver() == 1
    (gap,) = hook.gaps
    floor = redis.client().get(keys.LOG_FLOOR).decode()
    assert (gap.after, gap.reason) == (f"{before.epoch}:{before.offset}", "too_old")
    assert gap.until.partition(":")[2] == floor
    assert hook.texts == ["Kept"]
    assert (deliver(), len(hook.gaps)) == (0, 1)


def test_a_lost_log_is_reported_as_a_gap(alice, hook, flush_all):
    alice.create_post("Lost")
    assert deliver() == 1
    flush_all()
    redis.client().flushall()
    sign_up("bob").create_post("New")
    assert deliver() == 1
    assert [gap.reason for gap in hook.gaps] == ["epoch_changed"]
    assert hook.texts == ["Lost", "New"]


def test_a_gap_whose_handling_fails_is_reported_again(alice, hook, settings):
    calls = []

    def fail_once(gap):
        calls.append(gap.reason)
        if len(calls) == 1:
            raise RuntimeError("No.")

    registered = registry.HOOKS["tests.hooks.Recorder"]
    registry.HOOKS["tests.hooks.Recorder"] = registered.__class__(
        registered.name, registered.types, hook, fail_once
    )
    alice.create_post("Trimmed")
    settings.EVENT_LOG_SECONDS = -1
    packing.delete_expired()
    settings.EVENT_LOG_SECONDS = 3600
    alice.create_post("Kept")
    assert (deliver(), hook.cursor.error) == (0, "RuntimeError: No.")
    hook.set_due(-1)
    assert (deliver(), calls, hook.texts) == (1, ["too_old", "too_old"], ["Kept"])


@pytest.mark.parametrize("kind", ["post.invented", "typing.started"])
def test_a_hook_of_an_event_that_is_not_stored_is_refused(kind):
    with pytest.raises(ImproperlyConfigured, match=f"there is no stored event {kind}"):
        on_event(kind)(print)
    assert registry.HOOKS == {}


def test_a_write_with_a_hooked_event_wakes_the_workers(alice, hook):
    redis.client().delete(keys.wakeup("hooks"))
    alice.create_post("Hello")
    assert redis.client().exists(keys.wakeup("hooks"))
