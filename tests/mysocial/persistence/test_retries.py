"""Retries of tasks by Celery, as a monitor sees them, on a real worker."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.models import VERIFY_EMAIL
from accounts.tasks import LEASE_SECONDS
from images.processing.client import MAX_FILE_SECONDS
from mysocial.celery import app
from mysocial.core.redis import client
from mysocial.ops.consistency import verify
from mysocial.outbox import queue_email
from mysocial.outbox.tasks import send_emails
from mysocial.persistence import dirty
from mysocial.persistence.backoff import MAX_BACKOFF_SECONDS
from mysocial.persistence.tasks import FLUSH_SECONDS, wake_all
from mysocial.persistence.wakeup_task import ItemsPostponed, WorkFailed
from mysocial.store import write
from mysocial.store.wakeups import WAKE_DIRTY_QUEUES
from tests.images.pictures import make_image, send_form
from tests.support import servers
from tests.support.concurrency import live_records, mongod_paused
from tests.support.stack import ROOT, wait_for


class Monitor:
    """The events of Celery, as Flower receives them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._receive, daemon=True)

    def __enter__(self) -> "Monitor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._thread.join(10)

    def _receive(self) -> None:
        with app.connection_for_read() as connection:
            receiver = app.events.Receiver(connection, handlers={"*": self.events.append})
            while not self._is_done.is_set():
                try:
                    receiver.capture(limit=None, timeout=0.2, wakeup=False)
                except TimeoutError:
                    continue

    def ended(self, task: str, since: float = 0.0) -> list[dict[str, Any]]:
        """Return the events of tasks of this name that ended, oldest first."""
        names = {e["uuid"]: e["name"] for e in list(self.events) if e["type"] == "task-received"}
        ends = {"task-retried", "task-succeeded", "task-failed"}
        return [
            event
            for event in list(self.events)
            if event["type"] in ends
            and names.get(event["uuid"]) == task
            and event["timestamp"] >= since
        ]

    def states(self, task: str, since: float = 0.0) -> Counter[str]:
        """Return how many tasks of this name ended in each state."""
        return Counter(event["type"] for event in self.ended(task, since))


@contextmanager
def running_worker(log: Path, **settings: str) -> Iterator[None]:
    """Run a worker of all queues on the servers of this test process."""
    command = ["celery", "-A", "mysocial", "worker", "--concurrency", "2"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO", "-n", "retries@%h"]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "mysocial.settings", **settings}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, *quiet],
            cwd=ROOT, env=env, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            wait_for(lambda: "ready." in log.read_text(), within=60, name="the worker")
            yield
        finally:
            process.kill()
            process.wait(20)


@contextmanager
def blocked_folder(folder: Path) -> Iterator[None]:
    """Let the provider fail: it cannot create its folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()


def backlog_size() -> int:
    return sum(backlog.count for backlog in dirty.get_backlogs().values())


def count_retries(monitor, since):
    return monitor.states("posts.flush_records", since)["task-retried"]


def assert_one_pause(log):
    texts = ("The workers wait, and retry", "The workers continue", "Traceback", " retry: ")
    assert [log.count(text) for text in texts] == [1, 1, 0, 0]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("log_format", ["lines", "json"])
def test_without_mongodb_tasks_are_retried_and_then_succeed(alice, tmp_path, log_format):
    log = tmp_path / "worker.log"
    alice.create_post("This loads into Redis everything that posts need.")
    settings = {"MONGO_TIMEOUT_MS": "500", "LOG_FORMAT": log_format}
    with Monitor() as monitor, running_worker(log, **settings):
        wait_for(lambda: not backlog_size(), within=30, name="an empty backlog")
        servers.MONGOD.kill()
        try:
            killed = time.time()
            alice.create_post("The first during the outage")
            wait_for(lambda: count_retries(monitor, killed), within=20, name="the first retry")
            began, longest_queue = time.time(), 0
            while time.time() < began + 12:
                alice.create_post("During the outage")
                threading.Event().wait(0.05)
                longest_queue = max(longest_queue, client().llen("posts"))
            assert count_retries(monitor, killed) >= 4
            assert set(monitor.states("posts.flush_records", began)) == {"task-retried"}
            assert backlog_size() > 0
        finally:
            servers.MONGOD.start()
        back = time.monotonic()
        wait_for(lambda: not backlog_size(), within=20, name="an empty backlog")
        assert time.monotonic() - back < MAX_BACKOFF_SECONDS + 2
        wait_for(
            lambda: monitor.states("posts.flush_records", began)["task-succeeded"],
            within=10,
            name="the success",
        )
    assert longest_queue <= 2
    reasons = {event.get("exception") for event in monitor.ended("posts.flush_records", began)}
    assert reasons <= {
        "Unavailable('The database is not available right now. Try again.')",
        "RetryLater('The workers wait for a server that cannot be reached.')",
        None,  # of the success
    }
    assert_one_pause(log.read_text())
    assert verify(pause=0) == set()


@pytest.mark.timeout(120)
def test_a_task_of_which_another_message_is_pending_sends_none(alice, tmp_path):
    alice.create_post("Dirty")
    with Monitor() as monitor, running_worker(tmp_path / "log", MONGO_TIMEOUT_MS="500"):
        wait_for(lambda: not backlog_size(), within=30, name="an empty backlog")
        servers.MONGOD.kill()
        try:
            alice.create_post("Dirty again")
            for _ in range(20):
                app.send_task("posts.flush_records", queue="posts")
            wait_for(
                lambda: monitor.states("posts.flush_records")["task-retried"] >= 22,
                within=30,
                name="retries",
            )
            sent = [e for e in list(monitor.events) if e["type"] == "task-received" and e["eta"]]
            began = sent[-1]["timestamp"]
            threading.Event().wait(MAX_BACKOFF_SECONDS * 2)
            later = monitor.states("posts.flush_records", began)
            assert later["task-retried"] <= 6
        finally:
            servers.MONGOD.start()
        wait_for(lambda: not backlog_size(), within=20, name="an empty backlog")


@pytest.mark.timeout(120)
def test_an_email_that_cannot_be_sent_is_retried_when_it_is_due_again(alice, settings, tmp_path):
    with (
        blocked_folder(settings.EMAIL_FILE_PATH),
        Monitor() as monitor,
        running_worker(tmp_path / "log"),
    ):
        app.send_task("email.send_emails", queue="email")  # that of the sign-up may have expired
        wait_for(
            lambda: monitor.states("email.send_emails")["task-retried"], within=30, name="a retry"
        )
        with write() as w:
            queue_email(w, VERIFY_EMAIL, recipient=alice.id)
        wait_for(
            lambda: monitor.states("email.send_emails")["task-retried"] == 2,
            within=30,
            name="the retry of another e-mail",
        )
        threading.Event().wait(1)
        waiting = [e for e in list(monitor.events) if e["type"] == "task-received" and e["eta"]]
    ended = monitor.ended("email.send_emails")
    first, second = [event for event in ended if event["type"] == "task-retried"]
    assert "attempt 1: The provider cannot be reached: [Errno 17]" in first["exception"]
    assert first["exception"] != second["exception"]
    assert [event["name"] for event in waiting] == ["email.send_emails"]
    eta = datetime.fromisoformat(waiting[0]["eta"]).timestamp()
    assert eta - first["timestamp"] == pytest.approx(settings.OUTBOX_CLAIM_SECONDS, abs=5)


@pytest.mark.timeout(120)
def test_a_file_that_cannot_be_processed_fails_its_task_with_the_reason(alice, tmp_path):
    image = make_image()
    broken = image[: len(image) // 2]
    with Monitor() as monitor, running_worker(tmp_path / "log"):
        response = send_form(alice, "POST", "posts", text="x", image=broken)
        assert response.status_code == 201, response.content
        wait_for(
            lambda: monitor.states("images.process_media")["task-failed"], within=30, name="failure"
        )
        ended = monitor.ended("images.process_media")
        (failure,) = [event for event in ended if event["type"] == "task-failed"]
        media = alice.get(f"posts/{response.json()['post']['id']}").json()["media"]
    assert media["state"] == "failed"
    assert media["error"] in failure["exception"]
    assert "WorkFailed" in failure["exception"]
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.timeout(120)
def test_a_task_that_hangs_in_a_socket_is_killed_at_its_time_limit(alice, tmp_path):
    alice.create_post("This loads into Redis everything that posts need.")

    def is_idle() -> bool:  # another task that has the lease would leave ours nothing to do
        return not (backlog_size() or client().llen("posts") or client().exists("lease:posts"))

    with Monitor() as monitor, running_worker(tmp_path / "log"):
        wait_for(is_idle, within=30, name="the end of the other tasks")
        with mongod_paused():
            client().set("wakeup:posts", "1")  # the write sends no message of its own
            alice.create_post("It hangs")
            app.send_task("posts.flush_records", queue="posts", time_limit=2)
            wait_for(
                lambda: monitor.states("posts.flush_records")["task-failed"],
                within=40,
                name="the end of the task",
            )
            assert backlog_size() > 0  # MongoDB still hangs, so nobody can have flushed it
        wake_all()
        wait_for(lambda: not backlog_size(), within=20, name="an empty backlog")
    assert "Hard time limit (2" in (tmp_path / "log").read_text()
    assert verify(pause=0) == set()


def test_every_task_has_a_time_limit_that_its_work_does_not_reach():
    app.loader.import_default_modules()
    for name, task in app.tasks.items():
        if not name.startswith("celery.") and name != WAKE_DIRTY_QUEUES:
            assert task.time_limit, name
    assert app.tasks["images.process_media"].soft_time_limit > MAX_FILE_SECONDS
    assert app.tasks["accounts.make_exports"].time_limit < LEASE_SECONDS
    assert app.tasks["posts.flush_records"].time_limit > FLUSH_SECONDS


def test_the_task_of_emails_reports_what_failed(alice, settings):
    settings.EMAIL_BACKEND = "tests.accounts.backends.Unreachable"
    with pytest.raises(
        ItemsPostponed, match="attempt 1: The provider refused the connection"
    ) as postponed:
        send_emails()
    assert postponed.value.seconds > settings.OUTBOX_CLAIM_SECONDS - 5
    assert postponed.value.seconds <= settings.OUTBOX_CLAIM_SECONDS
    assert send_emails() == 0


def test_the_task_of_emails_fails_when_one_was_given_up(alice, settings):
    settings.EMAIL_BACKEND = "tests.accounts.backends.Unreachable"
    settings.OUTBOX_CLAIM_SECONDS = -1
    with pytest.raises(WorkFailed, match=r"^Email \w{24}: The provider refused the connection\.$"):
        send_emails()
    (record,) = live_records("mysocial.email").values()
    assert record[b"status"] == b"failed"


def test_the_reasons_of_a_task_are_bounded(alice, settings):
    for _ in range(20):
        with write() as w:
            queue_email(w, VERIFY_EMAIL, recipient=alice.id)
    settings.EMAIL_BACKEND = "tests.accounts.backends.Unreachable"
    with pytest.raises(ItemsPostponed, match="and 16 more") as postponed:
        send_emails()
    assert str(postponed.value).count("The provider refused the connection.") == 5
