"""Backups of the tests' own servers: made, brought back, refused."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from mysocial.core import mongo
from tests.support.concurrency import flush_redis, persistent_keys


def made(file: Path) -> dict[str, Any]:
    """Make a backup; return what the command says of it."""
    out = StringIO()
    call_command("backup", str(file), "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def restored(file: Path) -> dict[str, Any]:
    """Bring a backup into this run's servers; return what the command says of it."""
    out = StringIO()
    call_command("restore", str(file), "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def refused(*command: str) -> str:
    """Run a command that must do nothing; return its sentence."""
    with pytest.raises(CommandError) as caught:
        call_command(*command, stdout=StringIO())
    assert caught.value.returncode == 2
    return str(caught.value)


def holdings() -> dict[str, Any]:
    """Return all that both servers have, but for messages on their way."""
    database = mongo.client()[settings.MONGO_DB]
    documents = {
        name: sorted(database[name].find({}), key=lambda one: str(one["_id"]))
        for name in database.list_collection_names()
        if not name.startswith("django_")
    }
    return {"mongo": {k: v for k, v in documents.items() if v}, "redis": persistent_keys()}


def empty() -> None:
    """Empty both servers and the media, as new ones are."""
    flush_redis()
    database = mongo.client()[settings.MONGO_DB]
    for name in database.list_collection_names():
        if name.startswith(("auth_", "django_")):
            database[name].drop()  # `migrate` makes what it finds nothing of
        else:
            database[name].delete_many({})
    for file in settings.MEDIA_DIR.rglob("*"):
        if file.is_file():
            file.unlink()
