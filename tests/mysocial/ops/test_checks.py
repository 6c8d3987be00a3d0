"""System checks: extra apps, the channel layer, the running Redis and the workers."""

import contextlib
import json
import os
import shutil
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from mysocial.core import redis
from mysocial.core.queues import all_queue_names
from mysocial.ops.worker_queues import untaken_queues
from tests.support import servers
from tests.support.stack import ROOT, wait_for

pytestmark = pytest.mark.timeout(120)


def check(folder, **environment):
    """Run `manage.py check` in a folder; return its exit code and its output."""
    env = os.environ | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mysocial.settings", **environment}
    ended = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "check"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a copy of the example app."""
    shutil.copytree(ROOT / "examples/bookmarks_app", tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_complete_app_has_no_problem(folder):
    code, output = check(folder, EXTRA_APPS="bookmarks")
    assert (code, "no issues" in output) == (0, True), output


def test_records_that_are_neither_exported_nor_excluded_are_an_error(folder):
    (folder / "bookmarks/data_export.py").unlink()
    code, output = check(folder, EXTRA_APPS="bookmarks")
    assert code == 1
    assert "(mysocial.E003) The records of bookmarks.bookmark are neither in the data" in output
    assert "HINT: Register an ExportSection in bookmarks/data_export.py" in output
    (folder / "bookmarks/data_export.py").write_text(
        "from bookmarks.store import bookmarks\nfrom mysocial.privacy import exclude\n"
        "exclude(bookmarks, 'They hold no personal data.')\n"
    )
    assert check(folder, EXTRA_APPS="bookmarks")[0] == 0


def test_records_that_remain_after_an_erasure_are_an_error(folder):
    (folder / "bookmarks/cascades.py").unlink()
    code, output = check(folder, EXTRA_APPS="bookmarks")
    assert code == 1
    assert "(mysocial.E004) The app bookmarks exports records of members, but deletes" in output
    assert "HINT: Declare a Cascade with model_label 'users.user'" in output


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("['CONFIG']['prefix'] = 'other'", "its prefix must be 'asgi'."),
        ("['CONFIG']['hosts'] = ['redis://elsewhere']", "its only host must be that of REDIS_URL."),
        ("['BACKEND'] = 'channels.layers.InMemoryChannelLayer'", "its BACKEND must be channels_"),
    ],
)
def test_a_channel_layer_that_messages_do_not_reach_is_an_error(tmp_path, change, problem):
    text = f"from mysocial.settings import *\nCHANNEL_LAYERS['default']{change}\n"
    (tmp_path / "own_settings.py").write_text(text)
    code, output = check(tmp_path, DJANGO_SETTINGS_MODULE="own_settings")
    assert code == 1
    assert (
        f"(mysocial.E005) The channel layer does not receive the messages of writes: {problem}"
        in (output)
    )


def test_unsafe_settings_of_the_running_redis_are_an_error(django_db_blocker):
    with django_db_blocker.unblock():
        call_command("check", databases=["default"])
        redis.client().config_set("maxmemory-policy", "allkeys-lru")
        try:
            policy = r"E006\) Redis has `maxmemory-policy allkeys-lru"
            with pytest.raises(SystemCheckError, match=policy):
                call_command("check", databases=["default"])
            call_command("check")  # which does not connect to servers
        finally:
            redis.client().config_set("maxmemory-policy", "volatile-lfu")


def test_a_redis_that_cannot_be_reached_is_a_warning(django_db_blocker, capsys):
    servers.VALKEY.pause()
    try:
        with django_db_blocker.unblock():
            call_command("check", databases=["default"])
    finally:
        servers.VALKEY.resume()
    assert "mysocial.W001" in capsys.readouterr().err


@pytest.fixture
def partial_worker(tmp_path):
    """Run a worker that takes the queue of posts only."""
    command = ["-m", "celery", "-A", "mysocial", "worker", "-P", "solo", "-Q", "posts", "-n", "p@x"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(30)


def test_queues_that_no_running_worker_takes_are_reported(partial_worker, capsys):
    wait_for(lambda: untaken_queues() is not None, within=60, name="the worker")
    untaken = [name for name in all_queue_names() if name != "posts"]
    assert untaken_queues() == untaken
    with pytest.raises(SystemExit):
        call_command("status", "--json")
    state = json.loads(capsys.readouterr().out)
    assert state["untaken_queues"] == untaken
    assert "no running worker takes the queue users" in state["problems"]
    with pytest.raises(SystemExit):
        call_command("doctor", "--json")
    checks = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["Workers"]["level"] == "fail"
    assert "none takes the queue accounts, chat" in checks["Workers"]["finding"]


def test_without_a_worker_the_doctor_warns(capsys):
    assert untaken_queues() is None
    with contextlib.suppress(SystemExit):  # other checks may fail on this machine
        call_command("doctor", "--json")
    checks = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)["checks"]}
    assert (checks["Workers"]["level"], checks["Workers"]["finding"]) == ("warn", "none responds")
