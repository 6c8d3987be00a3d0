"""Child processes whose folder disappears, or cannot hold the pid file."""

import sys

import psutil
import pytest

from mysocial.dev.processes import Child
from tests.support.stack import wait_for

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_the_exit_code_is_known_without_the_folder(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    child = Child(SLEEPS, pid_file=folder / "child.json")
    child.start()
    folder.rename(tmp_path / "away")
    folder.write_text("Not a folder.")

    psutil.Process(child.pid).kill()
    wait_for(lambda: not child.alive(), within=10, name="its end")

    assert child.exit_code == -9


def test_a_process_without_a_pid_file_is_killed(tmp_path):
    max_length = 255  # of a file name; the name of its draft is longer
    child = Child(SLEEPS, pid_file=tmp_path / ("c" * max_length))

    with pytest.raises(OSError, match="too long"):
        child.start()

    assert not child.alive()
    assert child.exit_code == -9
