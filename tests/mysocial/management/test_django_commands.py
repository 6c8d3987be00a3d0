"""Django's commands: each does the right thing here, or says what to use instead."""

import io
import json
import os
import re
import subprocess
import sys
import tomllib
from typing import NamedTuple

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.core.management import get_commands

from mysocial.core import mongo
from mysocial.management.command_line import NEEDED_SERVERS, CommandLine
from mysocial.management.reachability import MONGODB, REDIS
from posts.models import Post
from tests.project.test_architecture import APPS
from tests.support.stack import ROOT

TEXT = (ROOT / "docs/commands.md").read_text()
ROW = re.compile(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \|$", flags=re.MULTILINE)
ROWS = {name: (needs, text) for name, needs, text in ROW.findall(TEXT)}
# Tests of their own start these.
LONG_LASTING = {"runserver", "test"}
OURS = {"mysocial", *APPS}


class Example(NamedTuple):
    """A use of a command: the exit code, and a pattern of its output."""

    arguments: tuple[str, ...] = ()
    output: str = ""
    code: int = 0


EXAMPLES = {
    "changepassword": Example(("nobody",), "user 'nobody' does not exist", 1),
    "check": Example((), "no issues"),
    "clearsessions": Example((), "Nothing to clear"),
    "collectstatic": Example(("--noinput", "--dry-run", "-v", "0")),
    "compilemessages": Example((), ".*", 1),
    "createcachetable": Example(),
    "createsuperuser": Example(
        ("--noinput", "--username", "chief", "--email", "chief@example.com"), "Superuser created"
    ),
    "dbshell": Example((), "`mongosh` is not installed: install it", 1),
    "diffsettings": Example((), r"ROOT_URLCONF = 'mysocial\.urls'"),
    "dumpdata": Example(("auth.Group",), r"^\[.*\]$"),
    "findstatic": Example(("web/icon.svg",), r"web/static/web/icon\.svg"),
    "flush": Example(("--noinput",), "stop the site and delete DATA_DIR", 1),
    "generateschema": Example(("--format", "openapi"), "Use `manage.py spectacular`", 1),
    "inspectdb": Example(("auth_group",), "have no schema", 1),
    "loaddata": Example(("missing",), "No fixture named 'missing' found", 1),
    "makemessages": Example(("-l", "de"), ".*", 1),
    "makemigrations": Example(("--check", "--dry-run"), "No changes detected"),
    "migrate": Example((), "No migrations to apply"),
    "optimizemigration": Example(("auth", "0001", "--check"), "No optimizations possible"),
    "remove_stale_contenttypes": Example(("--noinput",)),
    "sendtestemail": Example(("somebody@example.com",)),
    "shell": Example(("-v", "0", "-c", "print(6 * 7)"), "42"),
    "showmigrations": Example((), r"\[X\] 0001_initial"),
    "spectacular": Example((), "openapi: 3.1.0"),
    "sqlflush": Example((), "MongoDB has no SQL", 1),
    "sqlmigrate": Example(("auth", "0001"), "use `migrate --plan`", 1),
    "sqlsequencereset": Example(("auth",), "nothing to reset", 1),
    "squashmigrations": Example(("auth", "9999"), "Cannot find a migration matching", 1),
    "startapp": Example(("posts",), "MySocial uses the name 'posts' itself", 1),
    "startproject": Example(("mysocial",), "conflicts with the name of an existing", 1),
    "testserver": Example(("fixture.json",), "DATA_DIR=/tmp/other PORT=8010 manage.py up", 1),
}


@pytest.fixture
def manage(capfd, django_db_blocker):
    """Return a function that runs a command and returns its exit code and all output."""

    def run(*arguments: str) -> tuple[int, str]:
        code = 0
        with django_db_blocker.unblock():
            try:
                CommandLine(["manage.py", *arguments]).execute()
            except SystemExit as ended:
                code = int(ended.code or 0)
        output = capfd.readouterr()
        return code, output.out + output.err

    run("migrate", "-v", "0")
    return run


def test_every_command_is_documented():
    documented = set(re.findall(r"`(?:manage\.py |make )?([a-z_0-9]+)", TEXT))
    assert set(get_commands()) - documented == set()


def test_the_table_says_which_servers_a_command_needs():
    names = {(): "nothing", (MONGODB,): "MongoDB", (REDIS, MONGODB): "Redis and MongoDB"}
    assert len(ROWS) > 30
    assert {name: needs for name, (needs, _) in ROWS.items()} == {
        name: names[NEEDED_SERVERS.get(name, ())] for name in ROWS
    }


def test_the_table_says_which_commands_are_refused():
    refused = {name for name, (_, text) in ROWS.items() if text.startswith("Refused")}
    assert refused == {
        "flush",
        "generateschema",
        "inspectdb",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "testserver",
    }


def test_every_command_of_the_table_has_an_example():
    assert set(EXAMPLES) | LONG_LASTING == set(ROWS)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_command_does_what_the_table_says(name, manage, monkeypatch, tmp_path):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct-horse-battery")
    monkeypatch.setenv("PATH", str(tmp_path))  # no mongosh, no gettext
    example = EXAMPLES[name]
    code, output = manage(name, *example.arguments)
    assert code == example.code, output
    assert re.search(example.output, output, flags=re.MULTILINE | re.DOTALL), output
    assert "Traceback" not in output


def test_flush_leaves_everything(alice, manage, flush_all):
    post = alice.create_post("Still here.")
    flush_all()
    assert manage("flush", "--noinput")[0] == 1
    assert mongo.collection(Post).count_documents({"_id": post["id"]}) == 1
    assert alice.get(f"posts/{post['id']}").status_code == 200


@pytest.mark.parametrize(
    "arguments", [(), ("posts",), ("posts.Post",), ("auth", "users.user"), ("posts", "auth")]
)
def test_records_are_not_dumped(arguments, manage):
    code, output = manage("dumpdata", *arguments)
    assert code == 1
    assert "use `manage.py backup FILE` for everything" in output
    assert "[" not in output


def test_tables_of_staff_are_dumped_and_loaded(manage, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        Group.objects.create(name="editors")
    file = tmp_path / "staff.json"
    assert manage("dumpdata", "auth.Group", "--output", str(file)) == (0, "")
    assert "editors" in {entry["fields"]["name"] for entry in json.loads(file.read_text())}
    with django_db_blocker.unblock():
        Group.objects.all().delete()
    code, output = manage("loaddata", str(file))
    assert (code, output.count("Installed ")) == (0, 1)
    with django_db_blocker.unblock():
        assert Group.objects.filter(name="editors").exists()


@pytest.mark.parametrize("is_stdin", [False, True], ids=["file", "standard input"])
def test_a_fixture_with_a_record_loads_nothing(
    is_stdin, manage, tmp_path, django_db_blocker, monkeypatch
):
    fields = {"author_id": "a" * 24, "text": "Not from Redis.", "privacy": "public"}
    fixture = [
        {"model": "auth.group", "pk": "a" * 24, "fields": {"name": "intruders"}},
        {"model": "posts.post", "pk": "b" * 24, "fields": fields},
    ]
    file = tmp_path / "mixed.json"
    file.write_text(json.dumps(fixture))
    monkeypatch.setattr(sys, "stdin", io.StringIO(file.read_text()))
    arguments = ("--format", "json", "-") if is_stdin else (str(file),)
    code, output = manage("loaddata", *arguments)
    assert code == 1
    assert "Nothing was loaded: posts.Post is written to Redis first" in output
    with django_db_blocker.unblock():
        assert not Group.objects.filter(name="intruders").exists()
    assert mongo.collection(Post).count_documents({"_id": "b" * 24}) == 0


def test_records_need_no_migrations(manage):
    code, output = manage("makemigrations", "posts", "chat")
    assert code == 1
    assert "The records of chat, posts need no migration" in output
    assert not (ROOT / "posts" / "migrations").exists()


def test_migrate_creates_the_indexes_of_records(manage):
    mongo.collection(Post).drop_index("feed")
    assert manage("migrate", "--plan")[0] == 0
    assert "feed" not in mongo.collection(Post).index_information()
    assert manage("migrate")[0] == 0
    assert "feed" in mongo.collection(Post).index_information()


def test_a_superuser_of_the_command_can_sign_in(manage, monkeypatch, client, django_db_blocker):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct-horse-battery")
    name = ("--username", "chief_2", "--email", "chief_2@example.com")
    assert manage("createsuperuser", "--noinput", *name)[0] == 0
    with django_db_blocker.unblock():
        assert Staff.objects.get(username="chief_2").check_password("correct-horse-battery")
    code, output = manage("createsuperuser", "--noinput", *name)
    assert (code, output) == (1, "CommandError: Error: That username is already taken.\n")


def test_a_test_email_is_written_to_a_file(manage, emails):
    assert manage("sendtestemail", "somebody@example.com")[0] == 0
    assert "somebody@example.com" in emails()[-1].read_text()


def test_dbshell_runs_mongosh_with_the_url_and_the_database(tmp_path):
    program = tmp_path / "mongosh"
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    program.chmod(0o755)
    environment = os.environ | {"PATH": str(tmp_path), "MONGO_DB": "other"}
    environment["DJANGO_SETTINGS_MODULE"] = "mysocial.settings"
    command = [sys.executable, "manage.py", "dbshell", "--", "--eval", "1 + 1"]
    output = subprocess.check_output(command, cwd=ROOT, env=environment, text=True)
    url, *rest = output.splitlines()
    assert url.startswith("mongodb://127.0.0.1:")
    assert url.endswith("/other?replicaSet=rs0")
    assert rest == ["--eval", "1 + 1"]


def test_the_version_is_that_of_the_project(manage):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    code, output = manage("--version")
    assert code == 0
    assert output.startswith(f"MySocial {project['version']}, Django 5.2.")
