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
        ({"DEBUG": "maybe"}, "DEBUG='maybe' must be 1 or 0"),
        ({"DEBUG": "1", "PORT": "http"}, "PORT='http' must be an integer"),
        ({"DEBUG": "1", "PORT": "70000"}, "PORT=70000 must be between 1 and 65535"),
        ({"DEBUG": "1", "REDIS_FSYNC": "no"}, "REDIS_FSYNC='no' must be one of: always, everysec"),
    ],
)
def test_an_invalid_value_prevents_the_start_with_an_explanation(environment, sentence):
    result = start(**environment)
    assert result.returncode != 0
    assert sentence in result.stderr


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
    redis.check_durability.cache_clear()
    yield
    redis.client().config_set("appendfsync", "everysec")
    redis.check_durability.cache_clear()


def test_writes_are_rejected_if_redis_is_not_durable(alice, bob, careless):
    response = alice.post("posts", {"text": "Promised to nobody"})

    assert response.status_code == 503
    assert response["Retry-After"]
    assert "appendfsync" in response.json()["detail"]
    redis.client().config_set("appendfsync", "everysec")
    assert bob.get("posts").json()["posts"] == []
    assert bob.received_events("feed") == []
