"""`manage.py up`: several web processes on one port, start-up errors, and leftover processes."""

import os
import signal
import subprocess
import sys
import threading

import httpx
import psutil
import pytest

from mysocial.dev.processes import end_leftover, write_json
from tests.support.journey import join, posts_in_mongodb
from tests.support.stack import ROOT, wait_for

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def stack(two_web_stack):
    return two_web_stack


def up(stack, **settings):
    """Run another `up` to its end; return its exit code and output."""
    env = stack.environment | settings
    command = [sys.executable, "manage.py", "up"]
    ended = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=50
    )
    return ended.returncode, ended.stdout + ended.stderr


def collect_statuses(stack, seconds):
    """Send requests on new connections for some time; return status codes and error names."""
    statuses = []
    done = threading.Event()
    timer = threading.Timer(seconds, done.set)
    timer.start()
    while not done.is_set():
        try:
            statuses.append(httpx.get(f"{stack.url}/health/live", timeout=15).status_code)
        except httpx.HTTPError as error:
            statuses.append(type(error).__name__)
    timer.join()
    return statuses


def test_the_port_stays_open_while_web_processes_restart(stack):
    assert {"web", "web-2"} <= set(stack.pids)
    killed = [stack.kill(name) for name in ("web", "web-2")]
    statuses = collect_statuses(stack, 3)
    # Without a process, connections wait. Those that a killed process had accepted break, but none
    # is refused.
    assert set(statuses) <= {200, "ReadError", "RemoteProtocolError"}
    assert statuses.count(200) > 0
    for name, pid in zip(("web", "web-2"), killed, strict=True):
        stack.wait_restarted(name, pid)


def test_while_one_worker_hangs_the_other_flushes(stack):
    member = join(stack, "two_workers")
    wait_for(lambda: stack.pids.get("worker-2"), within=30, name="the second worker")
    for name in ("worker", "worker-2"):
        pid = stack.pids[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            response = httpx.post(
                f"{stack.url}/api/v1/posts", json={"text": name}, headers=member.headers, timeout=10
            )
            pk = response.json()["post"]["id"]
            # The time limit includes the start of the other worker.
            wait_for(lambda pk=pk: pk in posts_in_mongodb(stack), within=60, name="in MongoDB")
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_second_up_in_a_checkout_is_an_error(stack):
    code, output = up(stack)
    assert code == 1
    assert "MySocial is already running in this checkout" in output
    assert httpx.get(f"{stack.url}/health/live", timeout=10).status_code == 200


def test_an_up_in_another_checkout_reports_the_process_that_uses_the_port(stack, tmp_path):
    code, output = up(stack, DATA_DIR=str(tmp_path))
    assert code == 1
    assert f"Port {stack.port} is in use by " in output
    assert f"PORT={stack.port + 10} make up" in output


def test_after_a_killed_up_the_next_one_gets_the_port_and_the_data(stack):
    before = stack.pids
    stack.kill_up()
    stack.start(workers=False)
    # The state file is of the killed one until the new one writes its own.
    wait_for(
        lambda: stack.pids.get("web-2") not in (None, before["web-2"]),
        within=60,
        name="both web processes",
    )
    wait_for(lambda: set(collect_statuses(stack, 0.1)) == {200}, within=60, name="the site")
    assert not set(before.values()) & set(stack.pids.values())
    assert not [pid for pid in before.values() if psutil.pid_exists(pid)]


def test_a_process_with_the_same_command_but_another_start_time_is_left_alone(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(command) as other:
        born = psutil.Process(other.pid).create_time()
        pid_file = tmp_path / "web.pid.json"
        write_json(pid_file, {"pid": other.pid, "args": command, "born": born - 60})
        assert not end_leftover(pid_file)
        assert other.poll() is None
        write_json(pid_file, {"pid": other.pid, "args": command, "born": born})
        assert end_leftover(pid_file)
    assert not psutil.pid_exists(other.pid)
