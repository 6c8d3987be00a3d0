"""`manage.py prepare`: twice at once, and again after an interruption."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from moderation.roles import ROLES
from mysocial.core import keys, mongo
from mysocial.core.redis import client
from mysocial.management.exclusive import exclusive
from posts.models import Post
from tests.support.stack import ROOT

pytestmark = pytest.mark.timeout(120)
NAME = "prepare_test"


@pytest.fixture
def database() -> Iterator[Any]:
    """Return an empty database of its own."""
    mongo.client().drop_database(NAME)
    yield mongo.client()[NAME]
    mongo.client().drop_database(NAME)


def start_prepare() -> subprocess.Popen[str]:
    environment = os.environ | {
        "DEBUG": "0",
        "SECRET_KEY": "x" * 40,
        "MONGO_DB": NAME,
        "DJANGO_SETTINGS_MODULE": "mysocial.settings",
    }
    command = [sys.executable, "manage.py", "prepare", "--wait", "60"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_at_once_complete_what_an_interrupted_one_has_begun(database):
    # MongoDB has no transactions for collections: these are of a migration that was not recorded.
    database.create_collection("django_content_type")
    database.create_collection("auth_group_permissions")
    running = [start_prepare(), start_prepare()]
    outputs = [process.communicate(timeout=100)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    applied = [row["app"] for row in database["django_migrations"].find()]
    assert sorted(applied) == ["admin", "auth", "contenttypes"]
    assert {group["name"] for group in database["auth_group"].find()} == set(ROLES)
    assert "feed" in database[Post._meta.db_table].index_information()
    assert "Traceback" not in "".join(outputs)


def test_a_leftover_with_content_is_not_dropped(database):
    database["auth_group"].insert_one({"name": "of somebody else"})
    process = start_prepare()
    output = process.communicate(timeout=100)[0]
    assert process.returncode == 1
    assert "auth_group already exists" in output
    assert [group["name"] for group in database["auth_group"].find()] == ["of somebody else"]


def test_the_lock_of_a_killed_command_expires():
    key = keys.lease("prepare")
    with exclusive("prepare", 0, print):
        assert 0 < client().pttl(key) <= 10_000
    assert not client().exists(key)
    client().set(key, "a killed process", px=1500)
    lines: list[str] = []
    with exclusive("prepare", 0, lines.append):
        assert client().get(key) != b"a killed process"
