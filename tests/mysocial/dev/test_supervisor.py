"""The supervisor of `manage.py up`: it restarts the processes of one rank."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mysocial.dev.supervisor import Log, Program, Supervisor
from tests.support.stack import wait_for

SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(output: io.StringIO) -> Iterator[Supervisor]:
    with Supervisor(Log(output)) as running:
        yield running


def start(supervisor: Supervisor, name: str, code: str, folder: Path, rank: int) -> Program:
    command = [sys.executable, "-c", code]
    program = Program(name, command, log=supervisor.log, run_dir=folder)
    supervisor.start(program, stop_rank=rank)
    return program


def test_only_the_processes_of_the_rank_are_restarted(supervisor, output, tmp_path):
    for name, rank in (("server", 0), ("web", 2), ("web-2", 2), ("worker", 1)):
        start(supervisor, name, SLEEP, tmp_path, rank)
    before = supervisor.pids
    supervisor.restart(2)
    after = supervisor.pids
    assert {name for name in before if before[name] != after[name]} == {"web", "web-2"}
    assert None not in after.values()
    assert output.getvalue().count("restarted") == 2


def test_a_process_that_waits_after_a_crash_is_restarted_at_once(supervisor, output, tmp_path):
    file = tmp_path / "code.py"
    file.write_text("syntax error")
    code = f"exec(open({str(file)!r}).read())"
    web = start(supervisor, "web", code, tmp_path, 2)

    def is_waiting() -> bool:  # each crash doubles the delay
        supervisor.check()
        return "it restarts in 0.8 s" in output.getvalue()

    wait_for(is_waiting, within=30, name="the fourth crash")
    file.write_text(SLEEP)  # what the developer does
    supervisor.restart(2)
    assert web.alive()
