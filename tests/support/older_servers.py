"""Servers of this test process that lose data, or come back with older data."""

import shutil
from typing import Any

from django.conf import settings

from mysocial.core import keys, mongo
from mysocial.core.redis import client
from mysocial.core.wakeup_names import RECOVERY
from mysocial.ops.recovery import recover
from mysocial.persistence.due import is_due
from mysocial.store import ensure_indexes
from tests.support.servers import FOLDER, VALKEY

APPEND_ONLY_FILES = VALKEY.folder / "appendonlydir"


class OlderRedis:
    """A copy of the files of Redis as they are now, for a Redis that comes back with them."""

    def __init__(self) -> None:
        with client().pipeline(transaction=False) as pipe:
            pipe.set(keys.WRITE_PROBE, "1", ex=60)
            pipe.execute_command("WAITAOF", 1, 0, 10_000)  # a busy disk delays what it writes
            pipe.execute()
        self._copy = FOLDER / "older_redis"
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(APPEND_ONLY_FILES, self._copy)

    def install(self) -> None:
        """Kill Redis, and start it with the copy."""
        VALKEY.kill()
        shutil.rmtree(APPEND_ONLY_FILES)
        shutil.copytree(self._copy, APPEND_ONLY_FILES)
        VALKEY.start()


def lose_redis() -> None:
    """Kill Redis, and start it without its files."""
    VALKEY.kill()
    shutil.rmtree(APPEND_ONLY_FILES)
    VALKEY.start()


class OlderMongo:
    """A copy of all documents as they are now, for a MongoDB that comes back with them."""

    def __init__(self) -> None:
        self._documents: dict[str, list[dict[str, Any]]] = {
            name: list(_database()[name].find()) for name in _collections()
        }

    def install(self) -> None:
        """Replace all documents by the copy."""
        for name in _collections():
            _database()[name].delete_many({})
        for name, documents in self._documents.items():
            if documents:
                _database()[name].insert_many(documents)


def empty_mongo() -> None:
    """Drop all collections, and create their indexes, as `prepare` does in an empty MongoDB."""
    for name in _collections():
        _database()[name].drop()
    ensure_indexes()


def _database() -> Any:
    return mongo.client()[settings.MONGO_DB]


def _collections() -> list[str]:
    names = _database().list_collection_names()
    return [name for name in names if not name.startswith(("system.", "django_", "auth_"))]


def recover_data() -> None:
    """Do what beat and the workers do after a loss."""
    while is_due(RECOVERY):
        recover(pause=lambda: None)
