"""Log records of connection errors and of defects."""

import io
import logging

import pytest
from billiard.einfo import ExceptionWithTraceback
from billiard.exceptions import WorkerLostError
from redis import exceptions

from mysocial.core.logging import ShortenConnectionErrors, logging_config


@pytest.fixture
def log():
    """Return a logger, and a function that returns its output."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(ShortenConnectionErrors())
    logger = logging.getLogger("tests.logging")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, written.getvalue
    logger.removeHandler(handler)


def test_a_connection_error_is_logged_in_one_line(log):
    logger, written = log
    try:
        raise exceptions.ConnectionError("Connection closed by server.")
    except exceptions.ConnectionError:
        logger.exception("consumer: %s lost\nTrying again.", "connection")
    assert written() == "consumer: connection lost: ConnectionError: Connection closed by server.\n"


def test_a_killed_pool_process_is_logged_in_one_line(log):
    logger, written = log
    lost = ExceptionWithTraceback(WorkerLostError("signal 9"), None)
    logger.error("Task handler raised error", exc_info=(WorkerLostError, lost, None))
    assert written() == "Task handler raised error: WorkerLostError: signal 9\n"


def test_a_defect_is_logged_with_its_traceback(log):
    logger, written = log
    try:
        raise ValueError("odd")
    except ValueError:
        logger.exception("A defect")
    assert written().startswith("A defect\nTraceback (most recent call last):\n")
    assert written().endswith("ValueError: odd\n")


@pytest.mark.parametrize(
    ("level", "form", "is_logged"),
    [("INFO", "lines", False), ("DEBUG", "lines", True), ("INFO", "json", True)],
)
def test_successful_tasks_are_not_logged_in_lines(level, form, is_logged):
    loggers = logging_config(level, form)["loggers"]
    assert ("celery.app.trace" not in loggers) is is_logged
    assert ("flower.command" not in loggers) is is_logged
