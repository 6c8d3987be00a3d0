"""`manage.py queues`: what waits in each queue."""

import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from mysocial.core import redis
from mysocial.store import wakeups
from tests.support import servers


@pytest.fixture
def queues(capsys):
    """Run the command; return what it printed, line by line."""

    def run(*arguments):
        call_command("queues", *arguments)
        return capsys.readouterr().out.splitlines()

    return run


def test_each_queue_is_told_with_its_messages_and_what_it_owes(alice, queues):
    alice.create_post("Owed")
    for key in redis.client().scan_iter("wakeup:*"):
        redis.client().delete(key)
    wakeups.send_wakeup("posts")
    (line,) = queues("--json")
    said = json.loads(line)
    assert list(said) == settings.CELERY_QUEUE_NAMES
    assert (said["posts"]["debts"], said["posts"]["dead_letters"]) == (2, 0)
    assert said["posts"]["messages"] >= 1
    assert said["chat"] == {"messages": 0, "debts": 0, "oldest_seconds": 0.0, "dead_letters": 0}
    table = queues()
    assert [
        name for name in settings.CELERY_QUEUE_NAMES if not any(name in row for row in table)
    ] == []


def test_it_looks_again_until_it_has_seen_enough(queues):
    lines = queues("--json", "--watch", "0.01", "--looks", "3")
    assert [list(json.loads(line)) for line in lines] == [settings.CELERY_QUEUE_NAMES] * 3


def test_what_is_not_well_is_the_exit_code(alice, queues, flush_all):
    post = alice.create_post("Poison")
    redis.client().hset(f"posts.post:{post['id']}", "main", b"not json")
    flush_all()
    with pytest.raises(CommandError, match="Not well: posts") as told:
        queues()
    assert told.value.returncode == 1


def test_a_redis_that_is_away_is_said(queues):
    servers.VALKEY.pause()
    try:
        with pytest.raises(CommandError) as told:
            queues()
    finally:
        servers.VALKEY.resume()
    assert told.value.returncode == 2
