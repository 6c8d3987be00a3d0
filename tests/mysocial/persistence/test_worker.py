"""The reconnection of a worker to its broker, and its wake-ups."""

import logging
import re
import threading
from pathlib import Path

import pytest
from celery.worker import WorkController

from mysocial.celery import app
from mysocial.core.redis import client
from mysocial.dev.processes import free_port
from mysocial.dev.servers import Valkey
from mysocial.persistence.worker import Consumer
from tests.support.example_records import QUEUE, create_thing
from tests.support.stack import wait_for

TRIES = 4  # by then, Celery's own consumer would wait for eight seconds


@pytest.fixture
def consumer() -> Consumer:
    """Return the consumer of a worker."""
    consumer = WorkController(app=app, pool="solo", hostname="worker@here").consumer
    assert type(consumer) is Consumer
    return consumer


@pytest.fixture
def celery_log(caplog):
    """Capture the log of Celery, which does not propagate."""
    logging.getLogger("celery").addHandler(caplog.handler)
    yield caplog
    logging.getLogger("celery").removeHandler(caplog.handler)


def test_a_worker_tries_each_second_to_reach_its_broker(tmp_path: Path, consumer, celery_log):
    valkey = Valkey(tmp_path / "valkey", port=free_port())
    connected = threading.Thread(
        target=lambda: consumer.ensure_connected(app.connection_for_read(valkey.url)).release(),
        daemon=True,
    )

    def delays() -> list[str]:
        return re.findall(r"Trying again in ([\d.]+) second", celery_log.text)

    connected.start()
    wait_for(lambda: len(delays()) >= TRIES, within=60, name="tries")
    assert set(delays()) == {"1.00"}
    assert connected.is_alive()

    with valkey:
        connected.join(30)
    assert not connected.is_alive()
    assert app.conf.broker_connection_max_retries is None


def test_a_worker_that_reconnects_requests_lost_wakeups(consumer):
    create_thing(1)
    for _ in range(2):
        wait_for(lambda: client().llen(QUEUE) == 1, within=20, name="the message")
        client().delete(QUEUE)  # received, and lost
        consumer.on_ready()
    assert client().llen(QUEUE) == 1
