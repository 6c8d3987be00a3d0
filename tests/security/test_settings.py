"""A11, A17, A18 and secrets: what is installed, how servers are started, and what is printed."""

import json
import logging
import os
import re
import string
import subprocess
import sys
from importlib import metadata

import pytest
import yaml
from kombu.exceptions import ContentDisallowed
from kombu.serialization import dumps, loads
from pymongo.errors import OperationFailure

from images.services import process_due_media
from mysocial.celery import app
from mysocial.core import mongo
from mysocial.core.redis import client
from posts.models import Post
from tests.support.people import PASSWORD, new_client
from tests.support.stack import ROOT

# Older releases have holes that concern us (a body or a header that is read wrongly, a token of
# somebody inactive), or lack what we rely on.
FLOORS = {
    "django": "5.2", "djangorestframework": "3.17.2", "daphne": "4.2.2", "channels": "4.3.2",
    "channels-redis": "4.3.0", "djangorestframework-simplejwt": "5.5.1", "celery": "5.7",
    "kombu": "5.7", "uvicorn": "0.54", "websockets": "15", "granian": "2.8", "pillow": "12",
    "cryptography": "45", "orjson": "3.11", "bcrypt": "5",
}  # fmt: skip
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
CANARY = "canary-of-a-secret-that-nobody-may-print"


def numbers(version):
    return tuple(int(one) for one in re.findall(r"\d+", version)[:3])


def test_nothing_is_older_than_what_is_known_to_be_whole():
    installed = {name: metadata.version(name) for name in FLOORS}
    old = {n: v for n, v in installed.items() if numbers(v) < numbers(FLOORS[n])}
    assert old == {}


def test_the_lock_is_no_older_either_and_each_line_has_its_hash():
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)(?:\[[\w,]+\])?==([\w.]+)", lock, flags=re.MULTILINE))
    assert {n for n in FLOORS if numbers(locked[n]) < numbers(FLOORS[n])} == set()
    assert lock.count("--hash=sha256:") > len(locked)


def test_what_only_tests_need_is_not_among_what_is_deployed():
    text = (ROOT / "pyproject.toml").read_text()
    deployed = text.partition("[dependency-groups]")[0]
    for name in ("daphne", "pytest", "hypothesis", "playwright"):
        assert f'"{name}' not in deployed


# MongoDB and the queues --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"$where": "sleep(10000) || true"},
        {"$expr": {"$function": {"body": "function() { return true }", "args": [], "lang": "js"}}},
    ],
)
def test_no_query_may_be_a_program(alice, flush_all, query):
    alice.create_post()
    flush_all()
    with pytest.raises(OperationFailure):
        list(mongo.collection(Post).find(query))
    assert "--noscripting" in COMPOSE["services"]["mongo"]["command"]


def test_a_message_that_is_no_json_is_not_read():
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")
    kind, encoding, body = dumps({"x": 1}, serializer="pickle")
    with pytest.raises(ContentDisallowed):
        loads(body, kind, encoding, accept=app.conf.accept_content)


def test_redis_mongodb_and_flower_have_no_port_and_no_way_out():
    services, networks = COMPOSE["services"], COMPOSE["networks"]
    assert networks["inside"] == {"internal": True}
    for name in ("redis", "mongo"):
        assert services[name]["networks"] == ["inside"]
    assert services["proxy"]["networks"] == ["outside"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    ours = set(services) - {"redis", "mongo", "proxy"}
    for name in ours:
        assert services[name]["networks"] == ["inside", "outside"], name
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert "--url_prefix=flower" in services["flower"]["command"]


def test_no_role_writes_a_log_of_requests():
    """Their paths hold one-time tokens."""
    for name, one in COMPOSE["services"].items():
        assert "access-log" not in str(one.get("command", "")), name
    assert not re.search(r"^\s*log\b", (ROOT / "Caddyfile").read_text(), flags=re.MULTILINE)


def run(*command, **environment):
    """Run a command with settings of production in which each secret is a canary."""
    env = os.environ | {
        "DEBUG": "0",
        "SECRET_KEY": CANARY,
        "FLOWER_PASSWORD": CANARY,
        "SENDGRID_API_KEY": CANARY,
        "CLOUDINARY_URL": f"cloudinary://key:{CANARY}@cloud",
        "REDIS_URL": f"redis://:{CANARY}@127.0.0.1:1/0",
        "MONGO_URL": f"mongodb://somebody:{CANARY}@127.0.0.1:1/?serverSelectionTimeoutMS=300",
        "MONGO_TIMEOUT_MS": "300",
        "DJANGO_SETTINGS_MODULE": "mysocial.settings",
        **environment,
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_what_is_printed_of_the_settings_tells_no_secret(command):
    told = run("manage.py", command, "--json")
    assert told.returncode == 1
    assert "127.0.0.1:1" in told.stdout
    assert CANARY not in told.stdout + told.stderr
    assert json.loads(told.stdout)["ok"] is False


def test_the_checks_of_django_for_a_deployment_find_nothing():
    told = run(
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        SECRET_KEY=string.printable[:62],
        SENDGRID_API_KEY="",
    )
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


def test_the_login_of_staff_is_where_it_is_told_to_be_and_nowhere_else():
    paths = ["/admin/", "/admin/login/", "/flower/", "/staff/queues", "/door/login/", "/door/"]
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        f"print([Client().get(path, secure=True, headers={{'host': 'localhost'}}).status_code"
        f" for path in {paths}])"
    )
    told = run("-c", code, ADMIN_PATH="door", SECRET_KEY="x" * 40, CLOUDINARY_URL="",
               REDIS_URL=os.environ["REDIS_URL"], MONGO_URL=os.environ["MONGO_URL"])  # fmt: skip
    assert told.stdout.strip() == "[404, 404, 404, 404, 200, 302]", told.stderr


# Logs --------------------------------------------------------------------------------------------


@pytest.mark.tampers
def test_a_defect_of_ours_logs_no_secret_of_the_request_that_met_it(alice, caplog):
    caplog.set_level(logging.DEBUG)
    (key,) = client().scan_iter("accounts.account:*")
    client().hset(key, "contact", "not json")
    requests = [
        ("POST", "/api/signin?token=canaryquery", {"username": "alice", "password": PASSWORD}),
        ("PUT", "/api/password", {"current_password": PASSWORD, "new_password": "canary-new-1"}),
        ("GET", "/api/currentuser", None),
    ]
    codes = []
    for method, path, body in requests:
        headers = {"Authorization": f"Bearer {alice.access}", "Cookie": "refresh=canarycookie"}
        text = json.dumps(body) if body else ""
        answer = new_client().generic(method, path, text, "application/json", headers=headers)
        codes.append(answer.status_code)
        assert b"Traceback" not in answer.content
    assert 500 in codes
    assert "Unexpected error in a request" in caplog.text
    for secret in (PASSWORD, "canary", alice.access, alice.refresh, "alice@example.com"):
        assert secret not in caplog.text


@pytest.mark.tampers
def test_a_task_that_fails_logs_no_words_of_a_member(alice, caplog):
    caplog.set_level(logging.DEBUG, logger="mysocial")
    post = alice.create_post("canary in a post")
    client().hset(f"posts.post:{post['id']}", "main", '"text":"canary in a broken record')
    app.tasks["posts.flush_records"].apply()
    process_due_media()
    assert "canary" not in caplog.text
