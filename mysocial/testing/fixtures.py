"""The fixtures of the plugin. Every test starts with empty servers of this test process."""

import asyncio
import contextlib
import gc
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.core.management import call_command
from django.db import connection
from django.test import Client

from mysocial.api import request_limits
from mysocial.core import mongo, redis
from mysocial.core.queues import queue_names
from mysocial.extra_apps import extra_app_configs
from mysocial.ops.consistency import verify
from mysocial.outbox import run_due_cascades, send_due
from mysocial.persistence import flush
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.store import ensure_indexes, wakeups
from mysocial.testing import servers
from mysocial.testing.people import Person, anonymous, sign_up
from mysocial.testing.sockets import Socket
from mysocial.testing.stack import Stack, wait_for


@pytest.fixture(scope="session", autouse=True)
def _servers() -> Iterator[None]:
    with servers.VALKEY, servers.MONGOD:
        ensure_indexes()
        yield
        mongo.close()
        connection.close()
    shutil.rmtree(servers.FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def _emptied_servers(_servers: None) -> None:
    """Empty both servers, and what this process counts, before each test."""
    request_limits.limits.clear()
    flush_redis()
    database = mongo.client()[settings.MONGO_DB]
    names = [name for name in database.list_collection_names() if not name.startswith("django_")]
    for name in mongo.collections_with(names, {}):
        database[name].delete_many({})
    shutil.rmtree(settings.EMAIL_FILE_PATH, ignore_errors=True)
    shutil.rmtree(settings.MEDIA_DIR, ignore_errors=True)
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True)


def flush_redis() -> None:
    """Flush Redis, and drop the worker wake-ups that are still waiting in this process."""
    wakeups.forget_requested()
    redis.client().flushall()


@pytest.fixture(autouse=True)
def _verified(request: pytest.FixtureRequest, _emptied_servers: None) -> Iterator[None]:
    """Check after each test of an app that Redis, MongoDB, counters and references agree."""
    yield
    folders = [Path(config.path) for config in extra_app_configs()]
    is_of_app = any(request.node.path.is_relative_to(folder) for folder in folders)
    if is_of_app and "tampers" not in request.keywords:
        assert_consistent()


def assert_consistent() -> None:
    """Run the cascades that are due, then assert that all records and lists agree."""
    while run_due_cascades():
        pass
    assert verify(pause=0) == set()


@pytest.fixture(scope="session")
def site() -> Iterator[Stack]:
    """Return a running `manage.py up` with its own servers, in the current folder."""
    stack = Stack("site", EXTRA_APPS=",".join(settings.EXTRA_APPS), FLOWER_PASSWORD="")
    stack.cwd = Path.cwd()
    with stack:
        stack.start(workers=False)
        wait_for(lambda: stack.pids.get("beat"), within=60, name="the workers")
        yield stack


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Refuse `db` and `@pytest.mark.django_db`, which would change the database of all tests."""
    raise RuntimeError("The servers belong to the run of the tests. Use `django_db_blocker`.")


@pytest.fixture
def moderator(_servers: None, django_db_blocker: Any) -> Iterator[Client]:
    """Return a test client that is signed in to /admin/ as a superuser."""
    # The server belongs to this test run: there is no database to protect or to create.
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        Staff.objects.filter(username="mod").delete()
        Staff.objects.create_superuser("mod", "mod@example.com", "correct-horse-battery")
        browser = Client()
        assert browser.login(username="mod", password="correct-horse-battery")
        yield browser


@pytest.fixture
def alice() -> Person:
    """Return a member."""
    return sign_up("alice", client=anonymous)


@pytest.fixture
def bob() -> Person:
    """Return another member."""
    return sign_up("bob", client=anonymous)


@pytest.fixture
def stranger() -> Person:
    """Return a third member."""
    return sign_up("stranger", client=anonymous)


@pytest.fixture
def flush_all() -> Callable[[], int]:
    """Flush every dirty queue to MongoDB, as the workers do; return the number of records."""

    def flush_queues() -> int:
        return sum(flush.flush_queue(queue) for queue in queue_names())

    return flush_queues


@pytest.fixture
def run_cascades() -> Callable[[], None]:
    """Delete the dependents of deleted records, as the workers do."""

    def run() -> None:
        while run_due_cascades():
            pass

    return run


@pytest.fixture
def emails(settings: Any) -> Callable[[], list[Path]]:
    """Send the e-mails that are due, as the workers do; return all sent ones, oldest first."""
    settings.EMAIL_BACKEND = (
        "mysocial.outbox.file_email_backend.EmailBackend"  # pytest-django sets its own
    )

    def read() -> list[Path]:
        send_due()
        return sorted(settings.EMAIL_FILE_PATH.glob("*.eml"))

    return read


@pytest.fixture
def document() -> Callable[..., dict[str, Any] | None]:
    """Return the MongoDB document of a record, also if it is a tombstone."""

    def find(model: Any, pk: str) -> dict[str, Any] | None:
        return mongo.collection(model).find_one({"_id": pk})

    return find


@pytest.fixture
def documents() -> Callable[..., list[dict[str, Any]]]:
    """Return the live MongoDB documents of a model, oldest first."""

    def find(model: Any) -> list[dict[str, Any]]:
        return list(mongo.collection(model).find({"_deleted_at": None}, sort=[("_id", 1)]))

    return find


@pytest_asyncio.fixture
async def connected() -> AsyncIterator[Callable[..., Any]]:
    """Return a function that opens a socket for a person, subscribed to the given topics."""
    sockets: list[Socket] = []

    async def connect(person: Person | None = None, *topics: str, **kwargs: Any) -> Socket:
        socket = Socket("mysocial", *([person.access] if person else []), **kwargs)
        sockets.append(socket)
        accepted, protocol = await socket.connect(timeout=20)
        assert accepted
        assert protocol == "mysocial"
        if person:
            assert (await socket.next())["user_id"] == person.id
        for topic in topics:
            assert await socket.ask(type="subscribe", cid="s", topic=topic) == {
                "type": "ok",
                "cid": "s",
            }
        return socket

    yield connect
    for socket in sockets:
        with contextlib.suppress(asyncio.CancelledError):  # closed already, or a failed test
            await socket.disconnect()
    await get_dispatcher().stop()
    layer: Any = get_channel_layer()
    await layer.flush()
    gc.collect()
