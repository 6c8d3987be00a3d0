"""Settings: a wrong value stops the start with a sentence; a Redis that differs is not served."""

import logging
import os
import subprocess
import sys

import pytest

from mysocial.core import redis
from tests.support.people import anonymous
from tests.support.stack import ROOT

SECRET = "x" * 40


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the project's settings in a process of their own."""
    unset = {"DEBUG", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    env = {name: value for name, value in os.environ.items() if name not in unset}
    return subprocess.run(
        [sys.executable, "-c", "from mysocial import settings; print(settings.DEBUG)"],
        cwd=ROOT,
        env=env | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_a_secret():
    result = start(DEBUG="0", SECRET_KEY=SECRET)
    assert (result.returncode, result.stdout.strip()) == (0, "False")


def test_debug_is_off_by_default():
    assert start(SECRET_KEY=SECRET).stdout.strip() == "False"


@pytest.mark.parametrize(("debug", "prefix"), [("0", "__Host-"), ("1", "")])
def test_every_cookie_has_the_host_prefix_in_production_only(debug, prefix, tmp_path):
    code = (
        "from mysocial import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.REFRESH_COOKIE_NAME);"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.REFRESH_COOKIE_SECURE)"
    )
    env = os.environ | {"DEBUG": debug, "SECRET_KEY": SECRET, "DATA_DIR": str(tmp_path)}
    env["DJANGO_SETTINGS_MODULE"] = "mysocial.settings"
    output = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=env, text=True)
    names, secure = output.splitlines()
    assert names.split() == [f"{prefix}{name}" for name in ("sessionid", "csrftoken", "refresh")]
    assert secure.split() == [str(debug == "0")] * 3


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY must be set to at least 32 random characters"),
        ({"DEBUG": "0", "SECRET_KEY": "short"}, "SECRET_KEY must be set to at least 32"),
        (
            {"DEBUG": "0", "SECRET_KEY": SECRET, "SECRET_KEY_FALLBACKS": f"{SECRET},short"},
            "SECRET_KEY_FALLBACKS: each secret needs at least 32 characters",
        ),
        ({"DEBUG": "maybe"}, "DEBUG='maybe' must be 1 or 0"),
        ({"DEBUG": "1", "PORT": "http"}, "PORT='http' must be an integer"),
        ({"DEBUG": "1", "PORT": "70000"}, "PORT=70000 must be between 1 and 65535"),
        ({"DEBUG": "1", "REDIS_URL": "me:secret@host"}, "REDIS_URL must start with redis:// or"),
        ({"DEBUG": "1", "CACHE_URL": "memcached://host"}, "CACHE_URL must start with redis://"),
        ({"DEBUG": "1", "MONGO_URL": "me:secret@host"}, "MONGO_URL must start with mongodb:// or"),
        ({"DEBUG": "1", "REDIS_FSYNC": "no"}, "REDIS_FSYNC='no' must be one of: always, everysec"),
    ],
)
def test_an_invalid_value_prevents_the_start_with_an_explanation(environment, sentence):
    result = start(**environment)
    assert result.returncode != 0
    assert sentence in result.stderr
    assert "me:secret" not in result.stderr


# `.env` and files of secrets ----------------------------------------------------------------------


@pytest.fixture
def env_file(tmp_path):
    """Return a function that writes a `.env` file and returns its path."""

    def write(text):
        file = tmp_path / ".env"
        file.write_text(text)
        return str(file)

    return write


def show(*names, **environment):
    """Return the values of settings in a process of its own, as that process prints them."""
    code = (
        f"from mysocial import settings as s; print(*(getattr(s, n) for n in {names}), sep='\\n')"
    )
    unset = {"DEBUG", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    env = {name: value for name, value in os.environ.items() if name not in unset}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_env_file_sets_what_the_environment_does_not(env_file):
    path = env_file(
        f"# A comment\nexport SECRET_KEY={SECRET}\nPORT=9000\nWEB_PROCESSES = 3\n"
        "METRICS_TOKEN='to#ken $HOME'  # with a comment\n\nMONGO_DB=\n"
    )
    result = show("SECRET_KEY", "PORT", "WEB_PROCESSES", "METRICS_TOKEN", "MONGO_DB",
                  ENV_FILE=path, PORT="9001")  # fmt: skip
    assert result.stdout.split("\n") == [SECRET, "9001", "3", "to#ken $HOME", "", ""], result.stderr


def test_every_process_and_command_reads_the_file(env_file, tmp_path):
    path = env_file(f"SECRET_KEY={SECRET}\nDEFAULT_FROM_EMAIL=Site <site@env.example>\n")
    env = {name: value for name, value in os.environ.items() if name not in {"DEBUG", "SECRET_KEY"}}
    env |= {"ENV_FILE": path, "DJANGO_SETTINGS_MODULE": "mysocial.settings"}
    code = "from django.conf import settings; print(settings.DEBUG, settings.DEFAULT_FROM_EMAIL)"
    for command in (
        ["manage.py", "shell", "--no-imports", "--command", code],
        ["-c", f"import mysocial.wsgi; {code}"],
        ["-c", f"import mysocial.celery; {code}"],
    ):
        result = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True,
                                text=True, check=False)  # fmt: skip
        assert result.stdout.strip() == "False Site <site@env.example>", result.stderr


@pytest.mark.parametrize("text", ["canary-of-a-secret\n", "PORT=1\nKEY='canary\n", "=canary\n"])
def test_an_invalid_line_is_named_by_its_number_and_not_shown(text, env_file):
    result = show("PORT", ENV_FILE=env_file(text))
    assert result.returncode != 0
    assert "write NAME=value" in result.stderr
    assert ", line " in result.stderr
    assert "canary" not in result.stdout + result.stderr


def test_a_missing_env_file_is_an_error_only_if_it_was_named(tmp_path):
    result = show("PORT", ENV_FILE=str(tmp_path / "missing"), SECRET_KEY=SECRET)
    assert result.returncode != 0
    assert "missing cannot be read: FileNotFoundError." in result.stderr
    assert show("PORT", ENV_FILE="", SECRET_KEY=SECRET).stdout.strip() == "8000"


def test_a_secret_can_be_in_a_file_of_its_own(tmp_path, env_file):
    secret, key = tmp_path / "secret", tmp_path / "key"
    secret.write_text(f"{SECRET}\n")
    key.write_text("key-of-mailgun\n")
    result = show(
        "SECRET_KEY",
        "ANYMAIL",
        SECRET_KEY_FILE=str(secret),
        ANYMAIL_MAILGUN_API_KEY_FILE=str(key),
    )
    assert result.stdout.split("\n")[0] == SECRET, result.stderr
    assert "'MAILGUN_API_KEY': 'key-of-mailgun'" in result.stdout
    in_env_file = env_file("SECRET_KEY_FILE=/somewhere/else\n")
    result = show("SECRET_KEY", ENV_FILE=in_env_file, SECRET_KEY="y" * 40)
    assert result.stdout.strip() == "y" * 40


def test_a_file_of_a_secret_that_cannot_be_read_is_named_by_its_variable(tmp_path):
    result = show("SECRET_KEY", SECRET_KEY_FILE=str(tmp_path / "missing"))
    assert result.returncode != 0
    assert "SECRET_KEY_FILE names a file that cannot be read: FileNotFoundError." in result.stderr


def test_email_url_wins_over_the_key_of_sendgrid():
    names = ("EMAIL_BACKEND", "EMAIL_HOST", "ANYMAIL")
    result = show(*names, SECRET_KEY=SECRET, SENDGRID_API_KEY="k", EMAIL_URL="smtps://mail.example")
    backend, host, anymail = result.stdout.strip().split("\n")
    assert (backend, host) == ("django.core.mail.backends.smtp.EmailBackend", "mail.example")
    assert "'SENDGRID_API_KEY': 'k'" in anymail
    result = show(*names, SECRET_KEY=SECRET, SENDGRID_API_KEY="k")
    assert result.stdout.startswith("anymail.backends.sendgrid.EmailBackend")
    result = show(*names, SECRET_KEY=SECRET)
    assert result.stdout.startswith("mysocial.outbox.file_email_backend.EmailBackend")


def test_the_first_start_creates_a_secret_and_keeps_it(tmp_path):
    code = "from mysocial import settings; print(settings.SECRET_KEY)"
    env = os.environ | {"DEBUG": "1", "DATA_DIR": str(tmp_path)}
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    }
    assert len(keys) == 1
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_an_unknown_host_is_rejected_without_a_log_entry(settings):
    """Anybody may send one, as often as they like; Django would write a trace for each."""
    settings.ALLOWED_HOSTS = ["localhost"]
    assert anonymous.get("posts", Host="evil.example").json()["code"] == "bad_request"
    assert not logging.getLogger("django.security.DisallowedHost").isEnabledFor(logging.ERROR)


@pytest.fixture
def careless():
    """A Redis that may lose what it acknowledged."""
    redis.client().config_set("appendfsync", "no")
    redis.durability.forget()
    yield
    redis.client().config_set("appendfsync", "everysec")
    redis.durability.forget()


def test_writes_are_rejected_if_redis_is_not_durable(alice, bob, careless):
    response = alice.post("posts", {"text": "Promised to nobody"})

    assert response.status_code == 503
    assert response["Retry-After"]
    assert "appendfsync" in response.json()["detail"]
    redis.client().config_set("appendfsync", "everysec")
    assert bob.get("posts").json()["posts"] == []
    assert bob.received_events("feed") == []
