"""A supervised process whose folder is taken away, or has no room for its pid file."""

import sys

import psutil
import pytest

from mysocial.dev.processes import Child
from tests.support.stack import wait_for

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_that_a_process_ended_is_told_though_its_folder_is_gone(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    child = Child(SLEEPS, pid_file=folder / "child.json")
    child.start()
    folder.rename(tmp_path / "away")
    folder.write_text("Not a folder.")

    psutil.Process(child.pid).kill()
    wait_for(lambda: not child.alive(), within=10, name="its end")

    assert child.exit_code == -9


def test_a_process_that_nobody_would_find_again_is_ended(tmp_path):
    longest = 255  # of a file's name; a draft of it is longer
    child = Child(SLEEPS, pid_file=tmp_path / ("c" * longest))

    with pytest.raises(OSError, match="too long"):
        child.start()

    assert not child.alive()
    assert child.exit_code == -9
