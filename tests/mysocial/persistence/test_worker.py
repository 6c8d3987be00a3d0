"""A worker comes back to its broker a second after the broker does, and asks for what is owed."""

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
from tests.support.example_records import QUEUE, put
from tests.support.stack import wait_for

TRIES = 4  # Celery's own would wait for eight seconds by then


@pytest.fixture
def consumer() -> Consumer:
    """What takes the messages of a worker."""
    made = WorkController(app=app, pool="solo", hostname="worker@here").consumer
    assert type(made) is Consumer
    return made


@pytest.fixture
def celery_log(caplog):
    """What Celery logs, which it hands on to nobody."""
    logging.getLogger("celery").addHandler(caplog.handler)
    yield caplog
    logging.getLogger("celery").removeHandler(caplog.handler)


def test_a_worker_asks_each_second_for_a_broker_that_is_away(tmp_path: Path, consumer, celery_log):
    valkey = Valkey(tmp_path / "valkey", port=free_port())
    connected = threading.Thread(
        target=lambda: consumer.ensure_connected(app.connection_for_read(valkey.url)).release(),
        daemon=True,
    )

    def waits() -> list[str]:
        return re.findall(r"Trying again in ([\d.]+) second", celery_log.text)

    connected.start()
    wait_for(lambda: len(waits()) >= TRIES, within=60, name="tries")
    assert set(waits()) == {"1.00"}
    assert connected.is_alive()

    with valkey:
        connected.join(30)
    assert not connected.is_alive()
    assert app.conf.broker_connection_max_retries is None


def test_a_worker_that_takes_messages_again_asks_for_what_was_lost_on_its_way(consumer):
    put(1)
    for _ in range(2):
        wait_for(lambda: client().llen(QUEUE) == 1, within=20, name="the message")
        client().delete(QUEUE)  # taken, and lost
        consumer.on_ready()
    assert client().llen(QUEUE) == 1
