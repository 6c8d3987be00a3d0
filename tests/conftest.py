"""Fixtures for all tests. Every test starts with empty servers of this test process."""

import asyncio
import contextlib
import gc
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.core.management import call_command
from django.db import connection
from django.test import Client

from mysocial.api import request_limits
from mysocial.core import mongo
from mysocial.core.request_context import detached
from mysocial.ops.consistency import verify
from mysocial.outbox import run_due_cascades, send_due
from mysocial.persistence import dirty, flush
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.store import ensure_indexes, writes
from tests.support import event_contract, query_plans, servers
from tests.support.concurrency import flush_redis
from tests.support.people import Person, sign_up
from tests.support.sockets import Socket
from tests.support.stack import Stack, wait_for

DOMAINS = {name for name in settings.INSTALLED_APPS if "." not in name}


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


@pytest.fixture(autouse=True)
def _verified(request: pytest.FixtureRequest, _emptied_servers: None) -> Iterator[None]:
    """Check after each test of an app that Redis, MongoDB, counters and references agree."""
    yield
    if request.node.path.parent.name in DOMAINS and "tampers" not in request.keywords:
        while run_due_cascades():
            pass
        assert verify(pause=0) == set()


@pytest.fixture(scope="module", autouse=True)
def _indexed(_servers: None) -> Iterator[None]:
    """Check after each module that every MongoDB query could use an index."""
    yield
    assert list(query_plans.QUERIES.collection_scans()) == []


@pytest.fixture(autouse=True)
def _events_match_schema(_emptied_servers: None) -> Iterator[None]:
    """Check after each test that every logged event matches the AsyncAPI document."""
    yield
    event_contract.check_all()


@pytest.fixture(scope="session")
def two_web_stack() -> Iterator[Stack]:
    """`manage.py up` with two web processes behind one port, and two workers."""
    settings = {"WEB_PROCESSES": "2", "WORKER_PROCESSES": "2", "RATE_LIMITS": "1"}
    with Stack("two_web_stack", **settings, FLOWER_PASSWORD="") as stack:
        stack.start(workers=False)
        wait_for(lambda: stack.pids.get("beat"), within=30, name="the workers")
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
    return sign_up("alice")


@pytest.fixture
def bob() -> Person:
    return sign_up("bob")


@pytest.fixture
def stranger() -> Person:
    return sign_up("stranger")


@pytest.fixture
def flush_all() -> Callable[[], int]:
    """Flush every dirty queue to MongoDB, as the workers do; return the number of records."""

    def flush_queues() -> int:
        return sum(flush.flush_queue(queue) for queue in dirty.queue_names())

    return flush_queues


@pytest.fixture
def before_writes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run concurrent changes between the reads of a service and its write.

    The fixture is called with `act`, which runs before the next `times` writes, after `passed`
    writes went through undisturbed.
    """
    apply = writes.WRITE

    def interfere(act: Callable[[], Any], *, times: int = 1, passed: int = 0) -> None:
        actions = iter([None] * passed + [act] * times)

        def act_and_apply(request: dict[str, Any]) -> Any:
            with detached(), monkeypatch.context() as undisturbed:
                undisturbed.setattr(writes, "WRITE", apply)
                (next(actions, None) or bool)()
            return apply(request)

        monkeypatch.setattr(writes, "WRITE", act_and_apply)

    return interfere


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


@pytest.fixture
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
    await get_channel_layer().flush()
    gc.collect()
