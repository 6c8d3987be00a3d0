"""Fixtures of the tests of images and videos."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def scheduling_is_unchanged() -> Iterator[None]:
    """Fail if a test leaves this process with another scheduling policy, as SVT-AV1 does."""
    yield
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
