"""Helpers that back up and restore the servers of the tests."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from mysocial.core import mongo
from mysocial.testing.fixtures import flush_redis
from tests.support.concurrency import persistent_keys


def create_backup(file: Path) -> dict[str, Any]:
    """Create a backup and return the output of the command."""
    out = StringIO()
    call_command("backup", str(file), "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def restore_backup(file: Path) -> dict[str, Any]:
    """Restore a backup into the servers of this run and return the output of the command."""
    out = StringIO()
    call_command("restore", str(file), "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def run_failing(*command: str) -> str:
    """Run a command that must fail with exit code 2 and return its error message."""
    with pytest.raises(CommandError) as caught:
        call_command(*command, stdout=StringIO())
    assert caught.value.returncode == 2
    return str(caught.value)


def server_contents() -> dict[str, Any]:
    """Return everything in both servers, except Celery messages."""
    database = mongo.client()[settings.MONGO_DB]
    documents = {
        name: sorted(database[name].find({}), key=lambda document: str(document["_id"]))
        for name in database.list_collection_names()
        if not name.startswith("django_")
    }
    return {"mongo": {k: v for k, v in documents.items() if v}, "redis": persistent_keys()}


def empty_servers() -> None:
    """Delete everything in both servers and the media folder."""
    flush_redis()
    database = mongo.client()[settings.MONGO_DB]
    for name in database.list_collection_names():
        if name.startswith(("auth_", "django_")):
            database[name].drop()  # `migrate` creates only missing collections
        else:
            database[name].delete_many({})
    for file in settings.MEDIA_DIR.rglob("*"):
        if file.is_file():
            file.unlink()
