"""The command that tries both client packages on a running site."""

import shutil
import subprocess
import sys

import pytest

from tests.clients.check_site import STEPS
from tests.support.stack import ROOT
from tests.support.web_process import WebProcess


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("_servers")
def test_both_packages_pass_on_a_running_site():
    with WebProcess() as site:
        command = [
            sys.executable,
            "-m",
            "tests.clients.check_site",
            f"http://127.0.0.1:{site.port}",
        ]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=150
        )
    assert result.returncode == 0, result.stdout + result.stderr
    expected = [f"python  {step}: ok" for step in STEPS]
    if shutil.which("node"):
        expected += [f"js      {step}: ok" for step in STEPS]
    assert result.stdout.splitlines()[: len(expected)] == expected


def test_a_site_that_does_not_do_as_expected_fails():
    command = [sys.executable, "-m", "tests.clients.check_site", "http://127.0.0.1:9"]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=150
    )
    assert result.returncode == 1
    assert "not responding" in result.stderr
