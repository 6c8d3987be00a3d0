"""A11, A17, A18 and secrets: dependencies, the configuration of the servers, and output."""

import json
import logging
import os
import re
import string
import subprocess
import sys
import time
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

# Older releases have vulnerabilities that concern us (misread bodies or headers, tokens of inactive
# users), or lack features that we need.
MIN_VERSIONS = {
    "django": "5.2", "djangorestframework": "3.17.2", "daphne": "4.2.2", "channels": "4.3.2",
    "channels-redis": "4.3.0", "djangorestframework-simplejwt": "5.5.1", "celery": "5.7",
    "kombu": "5.7", "uvicorn": "0.54", "websockets": "15", "granian": "2.8", "pillow": "12",
    "cryptography": "45", "orjson": "3.11", "bcrypt": "5",
}  # fmt: skip
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
CANARY = "canary-of-a-secret-that-must-not-be-printed"


def numbers(version):
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def test_no_dependency_is_older_than_a_release_without_known_vulnerabilities():
    installed = {name: metadata.version(name) for name in MIN_VERSIONS}
    old = {n: v for n, v in installed.items() if numbers(v) < numbers(MIN_VERSIONS[n])}
    assert old == {}


def test_the_locked_versions_are_no_older_and_have_hashes():
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)(?:\[[\w,]+\])?==([\w.]+)", lock, flags=re.MULTILINE))
    assert {n for n in MIN_VERSIONS if numbers(locked[n]) < numbers(MIN_VERSIONS[n])} == set()
    assert lock.count("--hash=sha256:") > len(locked)


def test_test_dependencies_are_not_deployed():
    text = (ROOT / "pyproject.toml").read_text()
    deployed = text.partition("[dependency-groups]")[0]
    for name in ("pytest", "hypothesis", "playwright"):
        assert f'"{name}' not in deployed


# MongoDB and the queues --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"$where": "sleep(10000) || true"},
        {"$expr": {"$function": {"body": "function() { return true }", "args": [], "lang": "js"}}},
    ],
)
def test_queries_cannot_run_scripts(alice, flush_all, query):
    alice.create_post()
    flush_all()
    with pytest.raises(OperationFailure):
        list(mongo.collection(Post).find(query))
    assert "--noscripting" in COMPOSE["services"]["mongo"]["command"]


def test_only_json_messages_are_accepted():
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")
    kind, encoding, body = dumps({"x": 1}, serializer="pickle")
    with pytest.raises(ContentDisallowed):
        loads(body, kind, encoding, accept=app.conf.accept_content)


def test_only_the_proxy_has_a_published_port():
    services, networks = COMPOSE["services"], COMPOSE["networks"]
    assert networks["inside"] == {"internal": True}
    for name in ("redis", "mongo"):
        assert services[name]["networks"] == ["inside"]
    assert services["proxy"]["networks"] == ["outside"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    roles = set(services) - {"redis", "mongo", "proxy"}
    for name in roles:
        assert list(services[name]["networks"]) == ["inside", "outside"], name
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert "--url_prefix=flower" in services["flower"]["command"]


def test_no_role_writes_an_access_log():
    """The paths of requests contain one-time tokens."""
    for name, service in COMPOSE["services"].items():
        assert "access-log" not in str(service.get("command", "")), name
    assert not re.search(r"^\s*log\b", (ROOT / "Caddyfile").read_text(), flags=re.MULTILINE)


def run(*command, **environment):
    """Run a command with production settings in which each secret is a canary."""
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
def test_no_command_prints_a_secret(command):
    result = run("manage.py", command, "--json")
    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stdout
    assert CANARY not in result.stdout + result.stderr
    assert json.loads(result.stdout)["ok"] is False


def check_deployment(**environment):
    """Run the deployment checks with the settings of a production site."""
    secret = string.printable[:62]
    site = {"SECRET_KEY": secret, "PUBLIC_URL": "https://social.example", **environment}
    return run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **site)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"EMAIL_URL": f"smtp+tls://user:{CANARY}@mail.example"},
        {"EMAIL_URL": f"postmark://{CANARY}@"},
        {"ANYMAIL_WEBHOOK_SECRET": f"webhook:{CANARY}"},
        {"EMAIL_URL": "smtp://localhost"},  # a relay on the same machine
    ],
)
def test_the_deployment_checks_find_no_problem(environment):
    result = check_deployment(**environment)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize(
    ("environment", "error"),
    [
        ({"SENDGRID_API_KEY": ""}, "mysocial.E001"),
        ({"EMAIL_URL": "file://"}, "mysocial.E001"),
        ({"EMAIL_URL": "file:///var/mail"}, "mysocial.E001"),
        ({"EMAIL_URL": "console://"}, "mysocial.E001"),
        ({"EMAIL_URL": "memory://"}, "mysocial.E001"),
        ({"EMAIL_URL": "dummy://"}, "mysocial.E001"),
        ({"EMAIL_URL": "mailgun://"}, "mysocial.E003"),
        ({"ANYMAIL_WEBHOOK_SECRET": CANARY}, "mysocial.E004"),
        ({"ANYMAIL_WEBHOOK_SECRET": "webhook:short"}, "mysocial.E004"),
        ({"EMAIL_URL": f"smtp://user:{CANARY}@mail.example"}, "mysocial.W001"),
        ({"PUBLIC_URL": "http://localhost:8000"}, "PUBLIC_URL must start with https://"),
        ({"FRONTEND_URL": "http://app.example"}, "FRONTEND_URL must start with https://"),
        ({"ALLOWED_ORIGINS": "http://localhost:8000"}, "ALLOWED_ORIGINS must start with https://"),
    ],
)
def test_the_deployment_checks_name_an_unsafe_setting(environment, error):
    result = check_deployment(**environment)
    assert result.returncode == 1
    assert error in result.stderr
    assert CANARY not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("environment", "origins"),
    [
        ({}, []),
        ({"PUBLIC_URL": "https://social.example/app/"}, ["https://social.example"]),
        ({"PUBLIC_URL": "https://social.example:8443"}, ["https://social.example:8443"]),
        (
            {"PUBLIC_URL": "https://social.example", "ALLOWED_ORIGINS": "https://app.example"},
            ["https://app.example"],
        ),
    ],
)
def test_the_allowed_origins_of_production_are_derived_from_the_public_url(environment, origins):
    code = "from django.conf import settings; print(settings.ALLOWED_ORIGINS)"
    result = run("-c", code, **environment)
    assert result.stdout.strip() == str(origins), result.stderr


def test_an_allowed_front_end_may_not_send_the_forms_of_the_admin():
    code = "from django.conf import settings; print(settings.CSRF_TRUSTED_ORIGINS)"
    environment = {"PUBLIC_URL": "https://social.example", "ALLOWED_ORIGINS": "https://app.example"}
    result = run("-c", code, **environment)
    assert result.stdout.strip() == "['https://social.example']", result.stderr


def test_emails_without_a_provider_are_readable_by_the_service_only_and_for_a_day(
    alice, emails, settings
):
    (file,) = emails()
    folder = settings.EMAIL_FILE_PATH
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    folder.chmod(0o755)  # as an earlier version left it
    alice.post("accounts/me/verify-email")
    old, new = emails()
    assert folder.stat().st_mode & 0o777 == 0o700
    task = app.tasks["email.delete_old_files"]
    assert task() == 0
    yesterday = time.time() - 24 * 3600 - 1
    os.utime(old, (yesterday, yesterday))
    assert (task(), task()) == (1, 0)
    assert list(folder.iterdir()) == [new]


def test_the_admin_is_at_its_configured_path_only():
    paths = ["/admin/", "/admin/login/", "/flower/", "/staff/queues", "/secret/login/", "/secret/"]
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        f"print([Client().get(path, secure=True, headers={{'host': 'localhost'}}).status_code"
        f" for path in {paths}])"
    )
    result = run("-c", code, ADMIN_PATH="secret", SECRET_KEY="x" * 40, CLOUDINARY_URL="",
               REDIS_URL=os.environ["REDIS_URL"], MONGO_URL=os.environ["MONGO_URL"])  # fmt: skip
    assert result.stdout.strip() == "[404, 404, 404, 404, 200, 302]", result.stderr


# Logs --------------------------------------------------------------------------------------------


@pytest.mark.tampers
def test_an_internal_error_logs_no_secret_of_the_request(alice, caplog):
    caplog.set_level(logging.DEBUG)
    (key,) = client().scan_iter("accounts.account:*")
    client().hset(key, "contact", "not json")
    requests = [
        ("POST", "/api/v1/signin?token=canaryquery", {"username": "alice", "password": PASSWORD}),
        (
            "PUT",
            "/api/v1/accounts/me/password",
            {"current_password": PASSWORD, "new_password": "canary-new-1"},
        ),
        ("GET", "/api/v1/accounts/me", None),
    ]
    codes = []
    for method, path, body in requests:
        headers = {"Authorization": f"Bearer {alice.access}", "Cookie": "refresh=canarycookie"}
        text = json.dumps(body) if body else ""
        response = new_client().generic(method, path, text, "application/json", headers=headers)
        codes.append(response.status_code)
        assert b"Traceback" not in response.content
    assert 500 in codes
    assert "Unexpected error in a request" in caplog.text
    for secret in (PASSWORD, "canary", alice.access, alice.refresh, "alice@example.com"):
        assert secret not in caplog.text


@pytest.mark.tampers
def test_a_failed_task_logs_no_text_of_a_member(alice, caplog):
    caplog.set_level(logging.DEBUG, logger="mysocial")
    post = alice.create_post("canary in a post")
    client().hset(f"posts.post:{post['id']}", "main", '"text":"canary in a broken record')
    app.tasks["posts.flush_records"].apply()
    process_due_media()
    assert "canary" not in caplog.text
