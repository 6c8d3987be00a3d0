"""What the log says of a server that is away, and of a defect."""

import io
import logging

import pytest
from billiard.einfo import ExceptionWithTraceback
from billiard.exceptions import WorkerLostError
from redis import exceptions

from mysocial.core.logging import ShortenConnectionErrors, logging_config


@pytest.fixture
def log():
    """Return a logger, and what it wrote."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(ShortenConnectionErrors())
    logger = logging.getLogger("tests.brief")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, written.getvalue
    logger.removeHandler(handler)


def test_that_a_server_is_away_is_said_in_one_line(log):
    logger, written = log
    try:
        raise exceptions.ConnectionError("Connection closed by server.")
    except exceptions.ConnectionError:
        logger.exception("consumer: %s lost\nTrying again.", "connection")
    assert written() == "consumer: connection lost: ConnectionError: Connection closed by server.\n"


def test_that_a_process_of_the_pool_was_killed_is_said_in_one_line(log):
    logger, written = log
    lost = ExceptionWithTraceback(WorkerLostError("signal 9"), None)
    logger.error("Task handler raised error", exc_info=(WorkerLostError, lost, None))
    assert written() == "Task handler raised error: WorkerLostError: signal 9\n"


def test_a_defect_is_shown_with_the_way_to_it(log):
    logger, written = log
    try:
        raise ValueError("odd")
    except ValueError:
        logger.exception("A defect")
    assert written().startswith("A defect\nTraceback (most recent call last):\n")
    assert written().endswith("ValueError: odd\n")


@pytest.mark.parametrize(
    ("level", "form", "says_it"),
    [("INFO", "lines", False), ("DEBUG", "lines", True), ("INFO", "json", True)],
)
def test_in_lines_nothing_is_said_of_tasks_that_went_well(level, form, says_it):
    said = logging_config(level, form)["loggers"]
    assert ("celery.app.trace" not in said) is says_it
    assert ("flower.command" not in said) is says_it
