"""`manage.py test`: pytest behind Django's command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from mysocial.dev.test_runner import PytestRunner, find_tests
from tests.support.stack import ROOT

PASSING = "tests/mysocial/core/test_text.py"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py test`."""
    command = [sys.executable, "manage.py", "test", *arguments]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "mysocial.settings"} | environment
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("label", "node"),
    [
        ("tests/posts", "tests/posts"),
        ("tests/posts/test_feeds.py", "tests/posts/test_feeds.py"),
        ("tests/posts/test_feeds.py::test_x", "tests/posts/test_feeds.py::test_x"),
        ("posts", "tests/posts"),
        ("tests.posts", "tests/posts"),
        ("tests", "tests"),
        ("posts.test_feeds", "tests/posts/test_feeds.py"),
        ("tests.posts.test_feeds.TestX.test_y", "tests/posts/test_feeds.py::TestX::test_y"),
        ("mysocial.core.test_text", PASSING),
    ],
)
def test_a_label_is_a_path_or_a_dotted_name(label, node, tmp_path):
    for name in ("posts/models.py", "tests/posts/test_feeds.py", PASSING):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_tests(tmp_path, label).removeprefix(f"{tmp_path}/") == node


@pytest.mark.parametrize("label", ["nothing", "posts.models", "tests/nothing.py", "posts.test_x"])
def test_an_unknown_label_is_an_error(label):
    with pytest.raises(CommandError, match=f"There are no tests '{label}'"):
        find_tests(ROOT, label)


@pytest.mark.timeout(150)
def test_the_options_are_those_of_pytest():
    label = "mysocial.core.test_text"
    ended = run(label, "-k", "not a_name_that_no_test_has", "-v", "2", "--failfast")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{PASSING}::test_" in ended.stdout
    assert "PASSED" in ended.stdout


@pytest.mark.timeout(150)
def test_a_selection_without_tests_fails():
    ended = run("mysocial.core.test_text", "-k", "a_name_that_no_test_has")
    assert ended.returncode == 1
    assert "no tests ran" in ended.stdout or "deselected" in ended.stdout


def test_an_unknown_label_is_one_sentence():
    ended = run("nothing")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("CommandError: There are no tests 'nothing': name a folder")


def test_an_installed_package_has_no_tests(settings, tmp_path: Path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="The installed package has no tests"):
        PytestRunner().run_tests(["posts"])
