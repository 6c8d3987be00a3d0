"""`manage.py loadtest`, against the whole application."""

import json
import socket

import httpx
import pytest
from django.core.management import CommandError, call_command

from mysocial.dev.loadtest import Report


@pytest.fixture
def load(capsys):
    """Return a function that runs the command and returns its report."""

    def run(*arguments):
        call_command("loadtest", "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return run


def test_a_site_is_loaded_at_the_given_rate_and_restored(load, two_web_stack):
    report = load(two_web_stack.url, "--rate", "40", "--seconds", "3", "--people", "3")
    assert report["requests"] == 120
    assert report["seconds"] >= 2.9
    assert (report["errors"], report["people_left"]) == (0, 0)
    assert set(report["statuses"]) <= {"200", "201"}
    assert set(report["milliseconds"]) == {"all", "home", "feed", "profile", "post", "reaction"}
    for percentiles in report["milliseconds"].values():
        assert 0 < percentiles["p50"] <= percentiles["p95"] <= percentiles["p99"]
    body = {"username": "alice", "password": "correct-horse-battery"}
    access = httpx.post(f"{two_web_stack.url}/api/v1/signin", json=body).json()["access"]
    headers = {"Authorization": f"Bearer {access}"}
    search = httpx.get(f"{two_web_stack.url}/api/v1/users/search?q=load_", headers=headers).json()
    assert search["users"] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7",
        "http://social.example.invalid",
        "ftp://127.0.0.1",
        "http://[2001:db8::1]/",
    ],
)
def test_other_machines_are_rejected(load, url):
    with pytest.raises(CommandError) as refused:
        load(url)
    assert refused.value.returncode == 2


def test_rate_duration_and_people_are_limited(load):
    for option in (["--rate", "2001"], ["--seconds", "601"], ["--people", "0"]):
        with pytest.raises(CommandError) as refused:
            load(*option)
        assert refused.value.returncode == 2


def test_a_site_that_does_not_respond_is_not_loaded(load):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(CommandError, match="The sign-up at") as refused:
        load(f"http://127.0.0.1:{port}")
    assert refused.value.returncode == 2


def test_percentiles():
    report = Report()
    for milliseconds in range(1, 101):
        report.record("home", 200 if milliseconds < 98 else 503, milliseconds / 1000)
    report.record("post", 0, 1.0)
    assert report.percentiles() == {
        "all": {"p50": 51.0, "p95": 96.0, "p99": 100.0},
        "home": {"p50": 51.0, "p95": 96.0, "p99": 100.0},
        "post": {"p50": 1000.0, "p95": 1000.0, "p99": 1000.0},
    }
    assert report.errors == 4
