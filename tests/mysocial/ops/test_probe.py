"""Probes: a role is unhealthy only if a restart would help; real roles stop and restart."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from mysocial.core import keys
from mysocial.core.redis import client
from mysocial.ops import probe
from mysocial.ops.consistency import verify
from mysocial.persistence import dirty
from mysocial.persistence.heartbeats import SCHEDULER_KEY, worker_key
from tests.images.pictures import make_image, send_form
from tests.support import servers
from tests.support.compose import compose_services
from tests.support.concurrency import mongod_paused
from tests.support.stack import ROOT, wait_for

NODE = f"worker@{socket.gethostname()}"
COMPOSE = compose_services()


@contextmanager
def running(role: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a role with its command from compose.yaml, on the servers of this test process."""
    words = shlex.split(COMPOSE[role]["command"])
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    process = subprocess.Popen([sys.executable, "-m", *words, *more], cwd=ROOT, env=env)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)


def wait_for_heartbeat(key: str) -> None:
    """Wait until a heartbeat is in Redis."""
    wait_for(lambda: client().exists(key), within=60, name=key)


def create_old_backlog() -> None:
    """Create a dirty record that has waited for a minute."""
    client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": time.time() * 1000 - 60e3})


@pytest.fixture
def beat_runs():
    """Record a heartbeat of the scheduler."""
    client().set(SCHEDULER_KEY, "1")


def test_a_worker_is_unhealthy_if_only_it_can_cause_the_backlog(beat_runs, capsys):
    assert probe.main(["worker"]) == 0
    create_old_backlog()
    assert probe.main(["worker"]) == 1
    assert "and the worker runs no tasks" in capsys.readouterr().out


def test_a_worker_that_runs_tasks_is_healthy(beat_runs):
    create_old_backlog()
    client().set(worker_key(NODE), "1")
    assert probe.check_worker(NODE) == (0, "there is a backlog, but the worker runs tasks")
    assert probe.check_worker("another@host")[0] == 1


def create_old_export() -> None:
    """Create an export that has been due for a minute."""
    client().zadd(
        "accounts.export/outbox:", {"660e39afede98a295c2d9391": time.time() * 1000 - 60e3}
    )


def test_a_media_worker_is_unhealthy_if_items_wait_and_it_runs_no_tasks(beat_runs, capsys):
    create_old_backlog()  # This is the fault of the other workers.
    assert probe.main(["media"]) == 0
    create_old_export()
    assert probe.main(["media"]) == 1
    assert "item has waited 60 s, and the worker runs no tasks" in capsys.readouterr().out
    client().set(worker_key(f"media@{socket.gethostname()}"), "1")
    assert probe.main(["media"]) == 0


def test_a_media_worker_without_work_is_healthy(beat_runs):
    client().zadd("accounts.export/outbox:", {"later": time.time() * 1000 + 60e3, "~": "-inf"})
    assert probe.check_media_worker("media@host") == (0, "the oldest item has waited 0 s")


def test_a_media_worker_is_healthy_without_beat():
    create_old_export()
    assert probe.check_media_worker("media@host") == (0, "items wait, but beat is not running")


def test_a_media_worker_is_healthy_while_its_list_is_loaded(beat_runs):
    client().zadd("accounts.export/outbox:", {keys.FETCH_TOKEN: 7, keys.FLOOR: 8})
    assert probe.check_media_worker("media@host") == (0, "the oldest item has waited 0 s")
    create_old_export()
    assert probe.check_media_worker("media@host")[0] == 1


@pytest.mark.timeout(180)
def test_files_wait_for_their_own_worker_and_nothing_else_waits_for_them(alice, tmp_path):
    post = send_form(alice, "POST", "posts", text="x", image=make_image()).json()["post"]
    path = f"posts/{post['id']}"
    with running("worker"), running("beat", "--schedule", str(tmp_path / "schedule")):
        wait_for_heartbeat(worker_key(NODE))
        wait_for(lambda: not backlog_size(), within=30, name="an empty backlog")
        assert alice.get(path).json()["media"]["state"] == "processing"
        with running("media"):
            wait_for(
                lambda: alice.get(path).json()["media"]["state"] == "ready",
                within=60,
                name="the processed file",
            )
            assert probe.main(["media"]) == 0


def test_workers_are_healthy_without_beat():
    create_old_backlog()
    assert probe.check_worker(NODE) == (0, "there is a backlog, but beat is not running")
    assert probe.check_beat() == (1, "not running its jobs")


def test_workers_are_healthy_without_mongodb(beat_runs):
    create_old_backlog()
    with mongod_paused():
        assert probe.check_worker(NODE)[0] == 0
    assert probe.check_worker(NODE)[0] == 1


def test_every_role_is_healthy_without_redis(beat_runs):
    servers.VALKEY.pause()
    try:
        assert [probe.check_worker(NODE)[0], probe.check_beat()[0]] == [0, 0]
    finally:
        servers.VALKEY.resume()
        wait_for(client().ping, within=10, name="Redis")


def test_a_probe_terminates_unhealthy_processes_that_did_not_just_start(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as sleeper:
        assert probe.main(["beat", "--terminate", str(sleeper.pid)]) == 1
        assert sleeper.poll() is None
        monkeypatch.setattr(probe, "START_SECONDS", 0)
        assert probe.main(["beat", "--terminate", str(sleeper.pid)]) == 1
        assert sleeper.wait(10) == -15


def test_a_probe_kills_a_process_family_that_sigterm_does_not_end(monkeypatch, capsys):
    monkeypatch.setattr(probe, "START_SECONDS", 0)
    child = "import time; time.sleep(60)"
    parent = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}]);"
        "print(child.pid, flush=True); child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as hung:
        pid = int(hung.stdout.readline())
        psutil.Process(hung.pid).suspend()
        arguments = ["beat", "--terminate", str(hung.pid), "--grace", "0.5"]
        assert probe.main(arguments) == 1
        assert hung.wait(10) == -9
    assert "killed 0.5 s after SIGTERM" in capsys.readouterr().out
    wait_for(lambda: not psutil.pid_exists(pid), within=10, name="the end of the child")


@pytest.mark.timeout(180)
def test_a_terminated_worker_exits_in_time_and_loses_nothing(alice):
    alice.create_post("This loads into Redis everything that posts need.")
    with running("worker") as worker:
        wait_for_heartbeat(worker_key(NODE))
        wait_for(lambda: not backlog_size(), within=20, name="an empty backlog")
        with mongod_paused():  # it hangs in the middle of a flush
            alice.create_post("The first")
            wait_for(lambda: client().exists("lease:posts"), within=20, name="a flush")
            for number in range(39):
                alice.create_post(f"{number}")
            worker.terminate()
            time.sleep(1)
            assert worker.poll() is None
        assert worker.wait(stop_grace_seconds("worker")) == 0
    assert verify(pause=0) == set()
    assert len(alice.get(f"users/{alice.id}/posts?limit=100").json()["posts"]) == 41


def stop_grace_seconds(role: str) -> int:
    """Return how long compose waits for a role to stop."""
    return int(COMPOSE[role]["stop_grace_period"].removesuffix("s"))


@pytest.mark.timeout(180)
def test_a_hanging_worker_is_detected_and_its_successor_flushes_everything(alice, tmp_path):
    with running("worker") as worker:
        client().set(SCHEDULER_KEY, "1")
        wait_for_heartbeat(worker_key(NODE))
        hung = psutil.Process(worker.pid)
        for part in (hung, *hung.children(recursive=True)):
            part.suspend()
        client().delete(worker_key(NODE))  # it would expire after 30 s
        alice.create_post("While it hangs")
        client().zadd("dirty:posts", dict.fromkeys(client().zrange("dirty:posts", 0, -1), 1))
        assert probe.check_worker(NODE)[0] == 1
        for part in (*hung.children(recursive=True), hung):
            part.kill()
        worker.wait(20)
    # It may have been killed during a flush, with the lease held; beat then wakes the next worker.
    with running("worker"), running("beat", "--schedule", str(tmp_path / "schedule")):
        wait_for(lambda: probe.check_worker(NODE)[0] == 0, within=60, name="the successor")
        wait_for(lambda: not backlog_size(), within=60, name="an empty backlog")
    assert verify(pause=0) == set()


def backlog_size() -> int:
    """Return the number of dirty records."""
    return sum(backlog.count for backlog in dirty.get_backlogs().values())


@pytest.mark.timeout(180)
def test_writes_are_flushed_without_beat_and_the_probe_detects_it(alice, tmp_path):
    with running("worker"), running("beat", "--schedule", str(tmp_path / "schedule")) as beat:
        wait_for_heartbeat(SCHEDULER_KEY)
        wait_for_heartbeat(worker_key(NODE))
        assert probe.check_beat() == (0, "running")
        beat.kill()
        beat.wait(20)
        wait_for(
            lambda: probe.check_beat() == (1, "not running its jobs"), within=20, name="the probe"
        )
        wait_for(lambda: not backlog_size(), within=20, name="an empty backlog")
        alice.create_post("Without beat")
        assert backlog_size() > 0
        wait_for(lambda: not backlog_size(), within=10, name="an empty backlog")
    assert verify(pause=0) == set()


@pytest.mark.parametrize("role", ["http", "ws", "worker", "media", "beat"])
def test_systemd_units_run_the_commands_of_compose(role):
    unit = (ROOT / f"deploy/systemd/mysocial-{role}.service").read_text()
    (command,) = re.findall(r"^ExecStart=\S*/bin/(.*)$", unit, flags=re.MULTILINE)
    plain = shlex.split(command.replace("%%", "%"))
    compose = shlex.split(COMPOSE[role]["command"])
    differ = {(ours, theirs) for ours, theirs in zip(plain, compose, strict=True) if ours != theirs}
    assert differ <= {("127.0.0.1", "0.0.0.0"), ("8001", "8000")}
    assert f"TimeoutStopSec={stop_grace_seconds(role)}\n" in unit
    assert "Restart=always\n" in unit


@pytest.mark.parametrize(
    "role", ["redis", "mongo", "http", "ws", "proxy", "worker", "media", "beat", "flower"]
)
def test_every_role_of_compose_has_a_restart_policy_and_a_health_check(role):
    assert COMPOSE[role]["restart"] == "unless-stopped"
    assert COMPOSE[role]["healthcheck"]["test"]
