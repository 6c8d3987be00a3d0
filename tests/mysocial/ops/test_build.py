"""The version and the commit in the metrics and in `manage.py status`."""

import io
import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client

from mysocial import __version__
from mysocial.ops import build
from tests.support.stack import ROOT


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    build.current_build.cache_clear()
    yield
    build.current_build.cache_clear()


def status() -> dict[str, str]:
    output = io.StringIO()
    try:
        call_command("status", "--json", stdout=output)
    except SystemExit:
        pass  # nothing runs in this checkout
    return json.loads(output.getvalue())["build"]


def test_metrics_and_status_show_the_commit_of_the_setting(settings):
    settings.COMMIT, settings.METRICS_TOKEN = "5eed", "a-token"
    page = Client().get("/metrics", headers={"Authorization": "Bearer a-token"}).content.decode()
    assert f'mysocial_build_info{{commit="5eed",version="{__version__}"}} 1.0\n' in page
    assert status() == {"version": __version__, "commit": "5eed"}


def test_the_commit_of_a_checkout_is_known(settings, tmp_path):
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        identity = ["-c", "user.name=x", "-c", "user.email=x@mysocial.example"]
        subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
    settings.COMMIT, settings.BASE_DIR = "", tmp_path
    assert re.fullmatch("[0-9a-f]{40}", status()["commit"])


def test_without_git_the_commit_is_unknown(settings, tmp_path, monkeypatch):
    settings.COMMIT, settings.BASE_DIR = "", tmp_path
    assert status()["commit"] == ""
    build.current_build.cache_clear()
    settings.BASE_DIR = ROOT
    monkeypatch.setenv("PATH", str(tmp_path))
    assert status()["commit"] == ""
