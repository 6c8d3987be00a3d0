"""Commands without Redis or MongoDB: one sentence, in time, instead of a traceback."""

import io
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mysocial.dev.processes import free_port
from mysocial.management.command_line import EXIT_CODES, NEEDED_SERVERS, CommandLine
from mysocial.management.reachability import MONGODB, REDIS, find_unreachable, wait_until_ready
from tests.support.stack import ROOT, wait_for

MAX_SECONDS = 3.0
# Of the processor: the time until the sentence also depends on what else the machine does. Nothing
# is waited for, because the ports are closed.
MAX_CPU_SECONDS = 1.5
ADDRESS = r"(Redis|MongoDB) \(127\.0\.0\.1:\d+\)"
SENTENCE = re.compile(
    rf"CommandError: Cannot reach {ADDRESS}( and {ADDRESS})?: run `[^`]+` in another terminal, or "
    r"set [A-Z_]+( and [A-Z_]+)?\.\n"
)


@pytest.fixture
def closed(settings) -> tuple[int, int]:
    """Set both URLs to ports on which nothing listens, and return these."""
    ports = free_port(), free_port()
    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{ports[0]}/0"
    settings.MONGO_URL = f"mongodb://somebody:secret@127.0.0.1:{ports[1]}/?replicaSet=rs0"
    return ports


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command without any server."""
    unset = ("REDIS_URL", "MONGO_URL", "DJANGO_SETTINGS_MODULE", "DATA_DIR")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "MONGO_URL": f"mongodb://127.0.0.1:{free_port()}",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def cpu_seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("name", sorted(NEEDED_SERVERS))
def test_a_command_names_the_missing_servers_and_their_addresses(name, closed, capsys):
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", name]).execute()
    output = capsys.readouterr()
    assert ended.value.code == EXIT_CODES.get(name, 1)
    assert output.out == ""
    assert output.err.count("\n") == 1
    for server, port in zip((REDIS, MONGODB), closed, strict=True):
        is_needed = server in NEEDED_SERVERS[name]
        assert (f"{server} (127.0.0.1:{port})" in output.err) is is_needed
    assert "secret" not in output.err


@pytest.mark.parametrize("name", sorted(NEEDED_SERVERS))
def test_the_help_of_a_command_needs_no_server(name, closed, capsys):
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", name, "--help"]).execute()
    assert ended.value.code == 0
    assert f"usage: manage.py {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["runserver"], ["migrate"], ["prepare"], ["status"], ["createsuperuser"]]
)
def test_the_sentence_comes_in_time_and_without_traceback(arguments):
    started = cpu_seconds_of_children()
    ended = manage(*arguments, DEBUG="1")
    assert cpu_seconds_of_children() - started < MAX_CPU_SECONDS
    assert ended.returncode == 1
    assert SENTENCE.fullmatch(ended.stderr), ended.stderr
    assert ended.stdout == ""


def test_a_query_in_a_shell_fails_without_traceback():
    code = "from django.contrib.auth.models import User; User.objects.count()"
    ended = manage("shell", "-v", "0", "-c", code, DEBUG="1", MONGO_TIMEOUT_MS="500")
    assert ended.returncode == 1
    warning, error = ended.stderr.splitlines(keepends=True)
    assert SENTENCE.fullmatch(warning)
    assert SENTENCE.fullmatch(error)


@pytest.fixture
def without_mongodb(settings) -> None:
    """Let nothing listen at MONGO_URL."""
    settings.MONGO_URL = f"mongodb://127.0.0.1:{free_port()}"


@pytest.mark.usefixtures("without_mongodb")
def test_makemigrations_warns_without_mongodb_as_django_does(capsys):
    with pytest.warns(RuntimeWarning, match=r"Cannot reach MongoDB \(127\.0\.0\.1:\d+\)"):
        CommandLine(["manage.py", "makemigrations", "--check", "--dry-run"]).execute()
    assert capsys.readouterr().out == "No changes detected\n"


@pytest.mark.usefixtures("without_mongodb")
@pytest.mark.parametrize("name", ["sendtestemail", "send_test_email"])
def test_a_missing_mail_server_is_not_taken_for_another(name, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", name, "ada@example.com"]).execute()
    assert ended.value.code == 1
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "CommandError: 127.0.0.1 refused the connection.\n")


@pytest.mark.usefixtures("without_mongodb")
def test_a_file_that_cannot_be_written_is_named(capsys, tmp_path):
    path = tmp_path / "missing" / "schema.yaml"
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", "spectacular", "--file", str(path)]).execute()
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"CommandError: No such file or directory: {path}\n"


def test_an_invalid_setting_is_one_sentence():
    ended = manage("check", PORT="abc", DEBUG="1")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "CommandError: PORT='abc' must be an integer.\n"


def test_an_invalid_address_of_runserver_is_not_taken_for_a_port_in_use(settings, capsys):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        settings.PORT = busy.getsockname()[1]
        with pytest.raises(SystemExit) as ended:
            CommandLine(["manage.py", "runserver", "abc"]).execute()
    assert ended.value.code == 1
    assert '"abc" is not a valid port number' in capsys.readouterr().err


@pytest.fixture
def static_root(settings, tmp_path) -> Path:
    """Return a folder of static files that is not empty: `collectstatic` asks first."""
    (tmp_path / "old").touch()
    settings.STATIC_ROOT = str(tmp_path)
    return tmp_path


def test_a_question_without_an_input_ends_the_command(static_root, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", "collectstatic"]).execute()
    assert ended.value.code == 1
    assert "there is no input to answer it" in capsys.readouterr().err
    assert [path.name for path in static_root.iterdir()] == ["old"]


def test_an_interrupted_command_ends_without_traceback(static_root, capsys, monkeypatch):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", "collectstatic"]).execute()
    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


def test_one_missing_server_is_named_alone(settings, capsys):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    with pytest.raises(SystemExit):
        CommandLine(["manage.py", "runserver"]).execute()
    error = capsys.readouterr().err
    assert "Redis" in error
    assert MONGODB not in error
    assert "or set REDIS_URL." in error


def test_one_node_of_a_replica_set_is_enough(settings):
    existing = settings.MONGO_URL.partition("//")[2].partition("/")[0]
    settings.MONGO_URL = f"mongodb://127.0.0.1:{free_port()},{existing}/?replicaSet=rs0"
    assert find_unreachable() == []
    settings.MONGO_URL = f"mongodb://127.0.0.1:{free_port()},127.0.0.1:{free_port()}/"
    assert [server.name for server in find_unreachable()] == [MONGODB]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_status_reports_a_single_missing_server_with_the_rest(arguments, settings, capsys):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    with pytest.raises(SystemExit) as ended:
        CommandLine(["manage.py", "status", *arguments]).execute()
    output = capsys.readouterr().out
    assert ended.value.code == 1
    assert "Cannot reach Redis (127.0.0.1:" in output
    assert "MongoDB 6" in output


def test_addresses_that_only_dns_knows_are_left_to_the_driver(settings):
    settings.MONGO_URL = "mongodb+srv://cluster.example/"
    assert find_unreachable() == []


def test_a_host_that_does_not_answer_takes_no_longer_than_the_deadline(settings):
    with socket.socket() as full:  # its queue of connections is full: it answers nobody
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        settings.REDIS_URL = f"redis://127.0.0.1:{full.getsockname()[1]}/0"
        started = time.monotonic()
        assert [server.name for server in find_unreachable()] == [REDIS]
        assert time.monotonic() - started < MAX_SECONDS
        for client in waiting:
            client.close()


def test_prepare_waits_for_its_servers_and_says_so(settings):
    url, lines = settings.REDIS_URL, []
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    def start_redis() -> None:
        wait_for(lambda: lines, within=10, name="the first line")
        settings.REDIS_URL = url

    thread = threading.Thread(target=start_redis)
    thread.start()
    wait_until_ready(20, lines.append)
    thread.join()
    assert len(lines) == 1
    assert re.fullmatch(r"Waiting for Redis \(127\.0\.0\.1:\d+\), at most 20 s more\.", lines[0])


def test_prepare_stops_waiting_at_its_deadline():
    started = time.monotonic()
    ended = manage("prepare", "--wait", "1", DEBUG="1")
    assert time.monotonic() - started > 1
    assert ended.returncode == 1
    assert ended.stdout.count("Waiting for Redis (127.0.0.1:") == 1
    assert SENTENCE.fullmatch(ended.stderr), ended.stderr
