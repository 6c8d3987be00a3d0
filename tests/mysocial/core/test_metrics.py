"""`/metrics` for who has the token, and what readiness tells whom."""

import re
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families as parse

from mysocial.core import metrics, redis
from tests.support import servers
from tests.support.people import anonymous
from tests.support.stack import ROOT, wait_for

TOKEN = "a-token-of-operators"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def scrape() -> dict[tuple[str, ...], float]:
    """Return (name, labels but for the process) -> value."""
    answer = Client().get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return {
        (
            sample.name,
            *(v for k, v in sorted(sample.labels.items()) if k != "process"),
        ): sample.value
        for family in parse(answer.content.decode())
        for sample in family.samples
    }


def test_debts_dead_letters_and_what_was_carried_are_counted(alice, flush_all):
    flush_all()
    before = scrape()
    post = alice.create_post()
    redis.client().hset(f"posts.post:{post['id']}", "main", b"not json")
    owed = scrape()
    assert owed["mysocial_dirty_records", "posts"] == 2
    assert 0 <= owed["mysocial_oldest_dirty_seconds", "posts"] < 30
    assert (
        owed["mysocial_dirty_records", "chat"] == owed["mysocial_oldest_dirty_seconds", "chat"] == 0
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


def test_requests_and_refusals_are_counted(alice):
    before = scrape()

    def more(*name: str) -> float:
        return after[name] - before.get(name, 0)

    alice.get("posts")
    alice.get("posts")
    alice.get("posts/000000000000000000000000")
    anonymous.get("posts/home")
    after = scrape()
    assert more("mysocial_requests_total", "GET", "200") == 2
    assert more("mysocial_requests_total", "GET", "404") == 1
    assert more("mysocial_problems_total", "not_found") == 1
    assert more("mysocial_problems_total", "not_authenticated") == 1
    assert more("mysocial_request_duration_seconds_count", "GET") == 4
    assert more("mysocial_request_duration_seconds_bucket", "+Inf", "GET") == 4
    assert 0 < more("mysocial_request_duration_seconds_sum", "GET") < 10


def test_refused_writes_are_counted_while_redis_is_away_and_the_page_stays(alice):
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


async def test_open_sockets_are_counted(alice, connected):
    def count() -> float:
        return (
            metrics.REGISTRY.get_sample_value(
                "mysocial_open_connections", {"process": str(metrics.os.getpid()), "kind": "socket"}
            )
            or 0
        )

    before = count()
    socket = await connected(alice)
    assert count() == before + 1
    await socket.disconnect()
    assert count() == before


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}x", "Bearer é"])
def test_without_the_token_there_is_no_such_page(said):
    assert Client().get("/metrics", headers={"Authorization": said}).status_code == 404


def test_where_no_token_is_set_there_is_no_such_page(settings):
    settings.METRICS_TOKEN = ""
    for said in ("Bearer ", "", f"Bearer {TOKEN}"):
        assert Client().get("/metrics", headers={"Authorization": said}).status_code == 404


def test_a_member_or_a_stranger_is_told_no_reasons(alice):
    redis.client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})
    for said in ({}, {"Authorization": f"Bearer {alice.access}"}):
        answer = Client().get("/health/ready", headers=said)
        assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


def test_staff_and_operators_are_told_the_reasons(moderator):
    redis.client().zadd("dirty:posts", {"posts.post:660e39afede98a295c2d9391": 1})
    for answer in (moderator.get("/health/ready"), Client().get("/health/ready", headers=BEARER)):
        assert answer.status_code == 503
        assert "Are the workers running?" in answer.json()["checks"]["backlog"]


def test_every_metric_is_in_the_document_and_every_documented_one_exists(alice, flush_all):
    alice.get("posts/000000000000000000000000")
    metrics.record_connection("socket", 0)
    flush_all()
    page: Any = Client().get("/metrics", headers=BEARER).content.decode()
    told = {family.name for family in parse(page)}
    ours = {name for name in told if not name.startswith("mysocial_process_")}
    text = (ROOT / "docs/operations.md").read_text()
    found = re.findall(r"^\| `(mysocial_\w+)` \|", text, flags=re.MULTILINE)
    assert sorted(name.removesuffix("_total") for name in found) == sorted(
        name for name in ours if not name.endswith("_created")
    )
