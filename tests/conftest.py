"""Fixtures for all tests, beside those of `mysocial.testing`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from mysocial.core.request_context import detached
from mysocial.store import writes
from mysocial.testing.fixtures import assert_consistent
from tests.support import event_contract, query_plans
from tests.support.people import Person, sign_up
from tests.support.stack import Stack, wait_for

pytest_plugins = ["mysocial.testing"]
DOMAINS = {name for name in settings.INSTALLED_APPS if "." not in name}


@pytest.fixture(autouse=True)
def _apps_verified(request: pytest.FixtureRequest, _emptied_servers: None) -> Iterator[None]:
    """Check after each test of an app that Redis, MongoDB, counters and references agree."""
    yield
    if request.node.path.parent.name in DOMAINS and "tampers" not in request.keywords:
        assert_consistent()


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
