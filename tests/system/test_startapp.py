"""`manage.py startapp`, and the tests of an app with the plugin `mysocial.testing`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import ROOT

pytestmark = pytest.mark.timeout(400)
RUFF, MYPY = (Path(sys.executable).with_name(name) for name in ("ruff", "mypy"))
# Of tests.
IGNORED = ("--ignore", "S101,PLR2004")


def run(folder, *command, **environment):
    """Run a command in a folder outside of the checkout; return its exit code and output."""
    unset = ("REDIS_URL", "MONGO_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {"DEBUG": "1", "DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=env | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def run_tests(folder, app):
    """Run the tests of an app in a folder."""
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "-p", "mysocial.testing")
    return run(folder, sys.executable, "-m", "pytest", *options, app, EXTRA_APPS=app)


def start_app(folder, *arguments):
    """Run `manage.py startapp`."""
    return run(folder, sys.executable, ROOT / "manage.py", "startapp", *arguments)


@pytest.mark.parametrize("name", ["notes", "abacus"])
def test_a_new_app_is_formatted_and_has_no_findings(tmp_path, name):
    assert start_app(tmp_path, name)[0] == 0
    config = ("--config", ROOT / "pyproject.toml")
    assert run(tmp_path, RUFF, "format", "--check", *config, name)[0] == 0
    code, output = run(tmp_path, RUFF, "check", *config, *IGNORED, name)
    assert code == 0, output


@pytest.mark.parametrize("app", ["notes", "bookmarks"])
def test_a_new_app_and_the_example_have_types(tmp_path, app):
    if app == "bookmarks":
        shutil.copytree(ROOT / "examples/bookmarks_app", tmp_path, dirs_exist_ok=True)
    else:
        start_app(tmp_path, app)
    paths = os.pathsep.join((str(ROOT), str(tmp_path)))
    options = ("--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache")
    environment = {"EXTRA_APPS": app, "MYPYPATH": paths, "PYTHONPATH": paths}
    code, output = run(tmp_path, MYPY, *options, "-p", app, **environment)
    assert code == 0, output


def test_the_tests_of_a_new_app_pass(tmp_path):
    start_app(tmp_path, "notes")
    code, output = run_tests(tmp_path, "notes")
    assert code == 0, output
    assert "5 passed" in output


def test_the_tests_of_the_example_pass(tmp_path):
    shutil.copytree(ROOT / "examples/bookmarks_app", tmp_path, dirs_exist_ok=True)
    code, output = run_tests(tmp_path, "bookmarks")
    assert code == 0, output
    assert "3 passed" in output


@pytest.mark.parametrize(
    ("name", "explanation"),
    [
        ("big_shop", "use lowercase letters only"),
        ("Notes", "use lowercase letters only"),
        ("events", "MySocial uses the name 'events' itself"),
        ("media", "MySocial uses the name 'media' itself"),
        ("reactions", "conflicts with the name of an existing Python module"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(tmp_path, name, explanation):
    code, output = start_app(tmp_path, name)
    assert code == 1
    assert explanation in output
    assert not (tmp_path / name).exists()


def test_an_existing_folder_is_not_overwritten(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/models.py").write_text("kept = True\n")
    code, output = start_app(tmp_path, "notes")
    assert code == 1
    assert "conflicts with the name of an existing Python module" in output
    assert (tmp_path / "notes/models.py").read_text() == "kept = True\n"
