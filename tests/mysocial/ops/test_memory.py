"""Readiness and metrics of the memory of Redis."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from mysocial.core import keys
from mysocial.core.errors import Unavailable
from mysocial.core.redis import client
from mysocial.ops import health
from tests.support.people import new_client
from tests.support.stack import wait_for

BEARER = {"Authorization": "Bearer a-token-of-operators"}


@pytest.fixture(autouse=True)
def _token(settings) -> None:
    settings.METRICS_TOKEN = "a-token-of-operators"


@pytest.fixture
def limit() -> Iterator[Any]:
    """Return a function that sets the memory limit of Redis, which is restored at the end."""
    original = next(iter(client().config_get("maxmemory").values()))
    yield lambda size: client().config_set("maxmemory", size)
    client().config_set("maxmemory", original)


def ready() -> Any:
    return Client().get("/health/ready", headers=BEARER)


def used() -> int:
    return int(client().info("memory")["used_memory"])


def metric(name: str) -> float:
    lines = new_client().get("/metrics", headers=BEARER).content.decode().splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split(" ")[1])


def test_readiness_fails_while_redis_refuses_writes_and_recovers(limit):
    assert ready().status_code == 200
    limit(1)
    wait_for(lambda: ready().status_code == 503, within=10, name="the refused write")
    report = ready().json()
    assert report["status"] == "failing"
    assert "does not accept writes" in report["checks"]["redis"]
    assert "maxmemory" in report["checks"]["redis"]
    limit(0)
    wait_for(lambda: ready().status_code == 200, within=10, name="the accepted write")


def test_readiness_writes_at_most_once_a_second():
    clock = iter([100.0, 100.0, 100.9, 101.0, 101.0])
    probe = health._WriteProbe(clock=lambda: next(clock))
    probe.run()
    assert client().delete(keys.WRITE_PROBE) == 1
    probe.run()
    assert client().exists(keys.WRITE_PROBE) == 0
    probe.run()
    assert 50 <= client().ttl(keys.WRITE_PROBE) <= 60


def test_a_redis_that_is_nearly_full_of_what_it_cannot_evict_is_degraded(limit):
    for number in range(100):
        client().set(f"kept:{number}", "x")
    limit(int(used() / 0.81))
    response = ready()
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert "cannot be evicted" in response.json()["checks"]["memory"]
    assert Client().get("/health/ready").json() == {"status": "degraded"}
    assert metric("mysocial_redis_memory_pressure") == 1
    limit(int(used() / 0.75))
    assert ready().json()["status"] == "ok"
    assert metric("mysocial_redis_memory_pressure") == 0


def test_a_redis_that_is_full_of_what_it_can_evict_is_not_degraded(limit):
    for number in range(100):
        client().set(f"evictable:{number}", "x", ex=60)
    limit(int(used() / 0.9))
    assert ready().json()["status"] == "ok"


def test_stored_responses_near_their_budget_are_reported(alice, settings):
    alice.post("posts", {"text": "x"}, **{"Idempotency-Key": "a"})
    stored = int(client().hget("stored_bytes", "responses"))
    settings.STORED_RESPONSE_BYTES = int(stored / 0.79)
    assert ready().json()["status"] == "ok"
    settings.STORED_RESPONSE_BYTES = int(stored / 0.81)
    response = ready()
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert "STORED_RESPONSE_MB" in response.json()["checks"]["memory"]
    assert metric('mysocial_stored_bytes{kind="responses"}') == stored
    assert metric('mysocial_stored_max_bytes{kind="responses"}') == settings.STORED_RESPONSE_BYTES


def test_a_failed_write_is_reported_until_the_next_one(limit):
    probe = health._WriteProbe()
    limit(1)
    with pytest.raises(Unavailable, match="does not accept writes"):
        probe.run()
    limit(0)
    with pytest.raises(Unavailable, match="does not accept writes"):
        probe.run()
