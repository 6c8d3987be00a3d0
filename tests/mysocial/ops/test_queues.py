"""`manage.py queues`: the state of each queue."""

import json

import pytest
from django.core.management import CommandError, call_command

from mysocial.core import redis
from mysocial.core.queues import all_queue_names
from mysocial.store import wakeups
from tests.support import servers

QUEUE_NAMES = all_queue_names()


@pytest.fixture
def queues(capsys):
    """Run the command; return the lines that it prints."""

    def run(*arguments):
        call_command("queues", *arguments)
        return capsys.readouterr().out.splitlines()

    return run


def test_each_queue_is_shown_with_its_messages_and_pending_records(alice, queues):
    alice.create_post("Pending")
    for key in redis.client().scan_iter("wakeup:*"):
        redis.client().delete(key)
    wakeups.send_wakeup("posts")
    (line,) = queues("--json")
    states = json.loads(line)
    assert list(states) == QUEUE_NAMES
    assert (states["posts"]["pending"], states["posts"]["dead_letters"]) == (1, 0)
    assert states["posts"]["messages"] >= 1
    assert states["chat"] == {
        "messages": 0,
        "pending": 0,
        "oldest_seconds": 0.0,
        "dead_letters": 0,
    }
    table = queues()
    assert [name for name in QUEUE_NAMES if not any(name in row for row in table)] == []


def test_the_command_refreshes_as_often_as_requested(queues):
    lines = queues("--json", "--watch", "0.01", "--count", "3")
    assert [list(json.loads(line)) for line in lines] == [QUEUE_NAMES] * 3


def test_an_unhealthy_queue_sets_the_exit_code(alice, queues, flush_all):
    post = alice.create_post("Poison")
    redis.client().hset(f"posts.post:{post['id']}", "main", b"not json")
    flush_all()
    with pytest.raises(CommandError, match="Unhealthy queues: posts") as raised:
        queues()
    assert raised.value.returncode == 1


def test_an_unreachable_redis_sets_the_exit_code(queues):
    servers.VALKEY.pause()
    try:
        with pytest.raises(CommandError) as raised:
            queues()
    finally:
        servers.VALKEY.resume()
    assert raised.value.returncode == 2
