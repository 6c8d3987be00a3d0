"""Metrics of several processes behind one port: one scrape returns all of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from mysocial.core import shared_metrics
from mysocial.core.errors import error_classes
from mysocial.dev.processes import free_port
from tests.support.stack import ROOT, wait_for

TOKEN = "a-token-of-operators"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def granian(tmp_path: Path) -> Iterator[str]:
    """Run a server with two processes; yield its URL."""
    port = free_port()
    command = [
        "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2",
        "--blocking-threads", "2", "--respawn-failed-workers", "mysocial.wsgi:application",
    ]  # fmt: skip
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "mysocial.settings",
        "METRICS_TOKEN": TOKEN,
        "TMPDIR": str(tmp_path),
    }
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: responds(url), within=60, name="the server")
        yield url
    finally:
        # It does not end in time if one of its processes is still starting.
        for process in (*psutil.Process(server.pid).children(recursive=True), server):
            process.kill()
        server.wait(30)


def responds(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", timeout=5).is_success
    except httpx.HTTPError:
        return False


def scrape(url: str) -> dict[tuple[str, ...], float]:
    """Return the value of each sample by its name and labels."""
    text = httpx.get(f"{url}/metrics", headers=BEARER, timeout=10).text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def metric_files(tmp_path: Path) -> list[Path]:
    return sorted(tmp_path.glob(f"{shared_metrics.FOLDER_PREFIX}*/*.db"))


def running_pids(tmp_path: Path) -> set[int]:
    """Return the pids of the processes that have counted a request."""
    pids = {int(path.stem.rpartition("_")[2]) for path in metric_files(tmp_path)}
    return {pid for pid in pids if pid and psutil.pid_exists(pid)}


@pytest.mark.timeout(180)
def test_a_scrape_sees_every_process_and_its_counters_never_decrease(tmp_path):
    with granian(tmp_path) as url:
        not_found, sent = ("mysocial_requests_total", "GET", "404"), 0

        def request(_: int) -> int:
            return httpx.get(f"{url}/api/v1/nothing", timeout=20).status_code

        def both_processes_have_counted() -> bool:
            nonlocal sent
            with ThreadPoolExecutor(8) as pool:  # else one process answers them all
                assert {*pool.map(request, range(8))} == {404}
            sent += 8
            return len(running_pids(tmp_path)) == 2

        wait_for(both_processes_have_counted, within=60, name="two processes")
        assert {scrape(url)[not_found] for _ in range(10)} == {sent}

        killed = min(running_pids(tmp_path))
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: not psutil.pid_exists(killed), within=20, name="the end of the process")
        wait_for(lambda: responds(url), within=60, name="the server")
        wait_for(lambda: scrape(url)[not_found] == sent, within=20, name="the same counters")
        wait_for(both_processes_have_counted, within=60, name="two processes")
        samples = scrape(url)
        assert samples[not_found] == sent
        assert samples["mysocial_problems_total", "not_found"] == sent
        assert samples["mysocial_request_duration_seconds_count", "GET"] == sent
        processes = {key[1] for key in samples if key[0] == "mysocial_process_max_fds"}
        assert {str(pid) for pid in running_pids(tmp_path)} <= processes
        assert str(killed) not in processes
        assert len(metric_files(tmp_path)) <= 3 * 3


@pytest.mark.timeout(120)
def test_known_codes_are_0_before_the_first_problem(tmp_path):
    with granian(tmp_path) as url:
        samples = scrape(url)
    for error_class in error_classes():
        assert samples["mysocial_problems_total", error_class.code] == 0
    assert samples["mysocial_security_events_total", "refresh", "reuse"] == 0


COUNT = """
import os, sys, time
from mysocial.core import metrics
metrics.record_connection("socket", 3)
metrics.record_problem("invalid")
metrics.record_request("GET", 200, time.perf_counter())
print("counted", flush=True)
if sys.argv[1] == "wait":
    time.sleep(60)
samples = {
    (m.name, s.name.rpartition("_")[2]): s.value
    for m in metrics.collect_counted()
    for s in m.samples
}
print(samples["mysocial_open_connections", "connections"], samples["mysocial_problems", "total"])
"""


@pytest.mark.timeout(120)
def test_gauges_of_dead_processes_vanish_and_their_files_are_merged(tmp_path):
    env = os.environ | {shared_metrics.FOLDER_VARIABLE: str(tmp_path)}

    def start(mode: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", COUNT, mode]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)

    others = [start("wait") for _ in range(2)]
    for other in others:
        assert other.stdout is not None
        assert other.stdout.readline() == "counted\n"
    assert start("read").communicate()[0] == "counted\n9.0 3.0\n"
    for other in others:
        other.kill()
        other.wait(10)
        assert other.stdout is not None
        other.stdout.close()
    for count in range(4, 8):
        assert start("read").communicate()[0] == f"counted\n3.0 {count}.0\n"
    assert len(list(tmp_path.glob("*.db"))) <= 2 + 3


@pytest.fixture
def _starting(monkeypatch) -> None:
    """Let this process be one that starts: it has no folder, and has not loaded the library."""
    monkeypatch.setenv(shared_metrics.FOLDER_VARIABLE, "")
    monkeypatch.delitem(sys.modules, "prometheus_client")


@pytest.mark.usefixtures("_starting")
def test_the_folders_of_servers_that_ended_are_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_metrics.tempfile, "gettempdir", lambda: str(tmp_path))
    prefix = f"{shared_metrics.FOLDER_PREFIX}{os.getuid()}"
    ended = [tmp_path / f"{prefix}-{os.getpid()}-1.00", tmp_path / f"{prefix}-999999999-1.00"]
    other = tmp_path / f"{shared_metrics.FOLDER_PREFIX}12345678-1-1.00"
    for folder in (*ended, other):
        folder.mkdir()
        (folder / "counter_1.db").write_bytes(b"x")
    shared_metrics.share_metrics()
    folder = shared_metrics.shared_folder()
    assert folder is not None
    assert folder.stat().st_mode & 0o077 == 0
    assert sorted(tmp_path.iterdir()) == sorted([folder, other])
    shared_metrics.share_metrics()
    assert shared_metrics.shared_folder() == folder


@pytest.mark.usefixtures("_starting")
def test_a_server_without_a_temporary_folder_has_metrics_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_metrics.tempfile, "gettempdir", lambda: str(tmp_path / "missing"))
    shared_metrics.share_metrics()
    assert shared_metrics.shared_folder() is None


def test_it_is_too_late_when_the_library_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv(shared_metrics.FOLDER_VARIABLE, "")
    monkeypatch.setattr(shared_metrics.tempfile, "gettempdir", lambda: str(tmp_path))
    shared_metrics.share_metrics()
    assert shared_metrics.shared_folder() is None
    assert list(tmp_path.iterdir()) == []
