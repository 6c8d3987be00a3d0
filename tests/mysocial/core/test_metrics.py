"""The metrics, and the access to `/metrics` and to the details of `/health/ready`."""

import re
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families as parse

from mysocial.core import keys, metrics, redis
from tests.support import servers
from tests.support.people import anonymous
from tests.support.stack import ROOT, wait_for

TOKEN = "a-token-of-operators"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def scrape() -> dict[tuple[str, ...], float]:
    """Return the value of each sample by its name and its labels, except the process."""
    response = Client().get("/metrics", headers=BEARER)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return {
        (
            sample.name,
            *(v for k, v in sorted(sample.labels.items()) if k != "process"),
        ): sample.value
        for family in parse(response.content.decode())
        for sample in family.samples
    }


def test_dirty_dead_and_flushed_records_are_counted(alice, flush_all):
    flush_all()
    before = scrape()
    alice.create_post("This one is flushed")
    post = alice.create_post()
    redis.client().hset(f"posts.post:{post['id']}", "main", b"not json")
    dirty = scrape()
    assert dirty["mysocial_dirty_records", "posts"] == 2
    assert 0 <= dirty["mysocial_oldest_dirty_seconds", "posts"] < 30
    assert (
        dirty["mysocial_dirty_records", "chat"]
        == dirty["mysocial_oldest_dirty_seconds", "chat"]
        == 0
    )
    flush_all()
    after = scrape()
    assert after["mysocial_dirty_records", "posts"] == 0
    assert after["mysocial_dead_letters", "posts"] == 1
    name = ("mysocial_persisted_records_total", "posts")
    assert after[name] - before.get(name, 0) == 1
    assert after["mysocial_redis_up",] == 1
    assert after["mysocial_redis_memory_bytes",] > 1_000_000
    assert after["mysocial_redis_memory_max_bytes",] == 256 * 1024 * 1024


def test_requests_and_problems_are_counted(alice):
    before = scrape()

    def increase(*name: str) -> float:
        return after[name] - before.get(name, 0)

    alice.get("posts")
    alice.get("posts")
    alice.get("posts/000000000000000000000000")
    anonymous.get("posts/home")
    after = scrape()
    assert increase("mysocial_requests_total", "GET", "200") == 2
    assert increase("mysocial_requests_total", "GET", "404") == 1
    assert increase("mysocial_problems_total", "not_found") == 1
    assert increase("mysocial_problems_total", "not_authenticated") == 1
    assert increase("mysocial_request_duration_seconds_count", "GET") == 4
    assert increase("mysocial_request_duration_seconds_bucket", "+Inf", "GET") == 4
    assert 0 < increase("mysocial_request_duration_seconds_sum", "GET") < 10


def test_rejected_writes_are_counted_and_the_page_works_while_redis_is_unreachable(alice):
    servers.VALKEY.pause()
    try:
        before = scrape()
        assert before["mysocial_redis_up",] == 0
        assert alice.post("posts", {"text": "Lost?"}).status_code == 503
        after = scrape()
    finally:
        servers.VALKEY.resume()
        wait_for(redis.client().ping, within=10, name="Redis")
    name = ("mysocial_problems_total", "unavailable")
    assert after[name] - before.get(name, 0) == 1
    assert ("mysocial_dirty_records", "posts") not in after


async def test_open_connections_are_counted(alice, connected):
    def count() -> float:
        return (
            metrics.REGISTRY.get_sample_value("mysocial_open_connections", {"kind": "socket"}) or 0
        )

    before = count()
    socket = await connected(alice)
    assert count() == before + 1
    await socket.disconnect()
    assert count() == before


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}x", "Bearer é"])
def test_without_the_token_the_page_is_not_found(header):
    assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404


def test_without_a_configured_token_the_page_is_not_found(settings):
    settings.METRICS_TOKEN = ""
    for header in ("Bearer ", "", f"Bearer {TOKEN}"):
        assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404


def test_members_and_strangers_do_not_see_the_details_of_readiness(alice):
    redis.client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})
    for headers in ({}, {"Authorization": f"Bearer {alice.access}"}):
        response = Client().get("/health/ready", headers=headers)
        assert (response.status_code, response.json()) == (200, {"status": "degraded"})


def test_staff_and_operators_see_the_details_of_readiness(moderator):
    redis.client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})
    for response in (moderator.get("/health/ready"), Client().get("/health/ready", headers=BEARER)):
        assert response.status_code == 200
        assert "Are the workers running?" in response.json()["checks"]["backlog"]


def test_the_document_lists_every_metric(alice, flush_all):
    alice.get("posts/000000000000000000000000")
    metrics.record_connection("socket", 0)
    redis.client().set(keys.LAST_BACKUP, 1)
    flush_all()
    page: Any = Client().get("/metrics", headers=BEARER).content.decode()
    families = {family.name for family in parse(page)}
    names = {name for name in families if not name.startswith("mysocial_process_")}
    text = (ROOT / "docs/operations.md").read_text()
    documented = re.findall(r"^\| `(mysocial_\w+)` \|", text, flags=re.MULTILINE)
    assert sorted(name.removesuffix("_total") for name in documented) == sorted(
        name for name in names if not name.endswith("_created")
    )
