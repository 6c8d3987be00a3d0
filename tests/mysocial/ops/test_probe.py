"""Probes: a role is ill only when a restart of it would help; and real roles end and come back."""

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
import yaml

from mysocial.core.redis import client
from mysocial.ops import probe
from mysocial.ops.consistency import verify
from mysocial.persistence import dirty
from mysocial.persistence.heartbeats import SCHEDULER_KEY, worker_key
from tests.support import servers
from tests.support.concurrency import mongod_paused
from tests.support.stack import ROOT, wait_for

NODE = f"worker@{socket.gethostname()}"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


@contextmanager
def running(role: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a role by its command of compose.yaml, on the servers of this test process."""
    words = shlex.split(COMPOSE[role]["command"])
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    process = subprocess.Popen([sys.executable, "-m", *words, *more], cwd=ROOT, env=env)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)


def wait_for_sign(key: str) -> None:
    wait_for(lambda: client().exists(key), within=60, name=key)


def old_debt() -> None:
    """Let a debt be a minute old."""
    client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": time.time() * 1000 - 60e3})


@pytest.fixture
def beats():
    client().set(SCHEDULER_KEY, "1")


def test_a_worker_is_ill_when_debts_wait_and_nobody_else_is_at_fault(beats, capsys):
    assert probe.main(["worker"]) == 0
    old_debt()
    assert probe.main(["worker"]) == 1
    assert "and the worker runs no tasks" in capsys.readouterr().out


def test_a_worker_that_works_is_not_at_fault(beats):
    old_debt()
    client().set(worker_key(NODE), "1")
    assert probe.check_worker(NODE) == (0, "there is a backlog, but the worker runs tasks")
    assert probe.check_worker("another@host")[0] == 1


def test_without_beat_no_worker_is_at_fault():
    old_debt()
    assert probe.check_worker(NODE) == (0, "there is a backlog, but beat is not running")
    assert probe.check_beat() == (1, "not running its jobs")


def test_without_mongodb_no_worker_is_at_fault(beats):
    old_debt()
    with mongod_paused():
        assert probe.check_worker(NODE)[0] == 0
    assert probe.check_worker(NODE)[0] == 1


def test_without_redis_nobody_is_at_fault(beats):
    servers.VALKEY.pause()
    try:
        assert [probe.check_worker(NODE)[0], probe.check_beat()[0]] == [0, 0]
    finally:
        servers.VALKEY.resume()
        wait_for(client().ping, within=10, name="Redis")


def test_a_probe_ends_who_is_ill_but_not_who_has_just_begun(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as sleeper:
        assert probe.main(["beat", "--terminate", str(sleeper.pid)]) == 1
        assert sleeper.poll() is None
        monkeypatch.setattr(probe, "START_SECONDS", 0)
        assert probe.main(["beat", "--terminate", str(sleeper.pid)]) == 1
        assert sleeper.wait(10) == -15


@pytest.mark.timeout(180)
def test_a_worker_that_is_told_to_end_ends_in_time_and_loses_nothing(alice):
    alice.create_post("What all posts need is in Redis from now on")
    with running("worker") as worker:
        wait_for_sign(worker_key(NODE))
        wait_for(lambda: not owed(), within=20, name="what was owed before")
        with mongod_paused():  # it hangs in the middle of a drain
            alice.create_post("The first")
            wait_for(lambda: client().exists("lease:posts"), within=20, name="a drain")
            for number in range(39):
                alice.create_post(f"{number}")
            worker.terminate()
            time.sleep(1)
            assert worker.poll() is None
        assert worker.wait(grace("worker")) == 0
    assert verify(pause=0) == set()
    assert len(alice.get(f"users/{alice.id}/posts?limit=100").json()["posts"]) == 41


def grace(role: str) -> int:
    return int(COMPOSE[role]["stop_grace_period"].removesuffix("s"))


@pytest.mark.timeout(180)
def test_a_worker_that_hangs_is_found_and_its_successor_carries_all(alice, tmp_path):
    with running("worker") as worker:
        client().set(SCHEDULER_KEY, "1")
        wait_for_sign(worker_key(NODE))
        hung = psutil.Process(worker.pid)
        for one in (hung, *hung.children(recursive=True)):
            one.suspend()
        client().delete(worker_key(NODE))  # it would be gone after 30 s
        alice.create_post("While it hangs")
        client().zadd("dirty:posts", dict.fromkeys(client().zrange("dirty:posts", 0, -1), 1))
        assert probe.check_worker(NODE)[0] == 1
        for one in (*hung.children(recursive=True), hung):
            one.kill()
        worker.wait(20)
    # It may have been killed in the middle of a drain, with the lease; then beat asks again.
    with running("worker"), running("beat", "--schedule", str(tmp_path / "schedule")):
        wait_for(lambda: probe.check_worker(NODE)[0] == 0, within=60, name="the successor")
        wait_for(lambda: not owed(), within=60, name="all carried")
    assert verify(pause=0) == set()


def owed() -> int:
    return sum(debt.count for debt in dirty.get_backlogs().values())


@pytest.mark.timeout(180)
def test_without_beat_writes_are_carried_by_their_nudges_and_the_probe_tells(alice, tmp_path):
    with running("worker"), running("beat", "--schedule", str(tmp_path / "schedule")) as beat:
        wait_for_sign(SCHEDULER_KEY)
        wait_for_sign(worker_key(NODE))
        assert probe.check_beat() == (0, "running")
        beat.kill()
        beat.wait(20)
        wait_for(
            lambda: probe.check_beat() == (1, "not running its jobs"), within=20, name="the probe"
        )
        wait_for(lambda: not owed(), within=20, name="what was owed before")
        alice.create_post("Without beat")
        assert owed() > 0
        wait_for(lambda: not owed(), within=10, name="carried without beat")
    assert verify(pause=0) == set()


@pytest.mark.parametrize("role", ["http", "ws", "worker", "beat"])
def test_a_unit_of_systemd_runs_what_compose_runs(role):
    unit = (ROOT / f"deploy/systemd/mysocial-{role}.service").read_text()
    (command,) = re.findall(r"^ExecStart=\S*/bin/(.*)$", unit, flags=re.MULTILINE)
    plain = shlex.split(command.replace("%%", "%"))
    compose = shlex.split(COMPOSE[role]["command"])
    differ = {(ours, theirs) for ours, theirs in zip(plain, compose, strict=True) if ours != theirs}
    assert differ <= {("127.0.0.1", "0.0.0.0"), ("8001", "8000")}
    assert f"TimeoutStopSec={grace(role)}\n" in unit
    assert "Restart=always\n" in unit


@pytest.mark.parametrize(
    "role", ["redis", "mongo", "http", "ws", "proxy", "worker", "beat", "flower"]
)
def test_every_role_of_compose_is_restarted_and_asked_how_it_is(role):
    assert COMPOSE[role]["restart"] == "unless-stopped"
    assert COMPOSE[role]["healthcheck"]["test"]
