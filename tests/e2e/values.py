"""Values that a test reads from the page, which may be drawn again at the same time."""

import threading
import time
from collections.abc import Callable

from tests.e2e.window import DEFAULT_TIMEOUT_MS

POLL_SECONDS = 0.05


def expect_value(read: Callable[[], object], expected: object, name: str = "") -> None:
    """Call `read` until it returns the expected value.

    Raises:
        AssertionError: It did not within the default timeout. The message has the last value.
    """
    deadline = time.monotonic() + DEFAULT_TIMEOUT_MS / 1000
    while (value := read()) != expected and time.monotonic() < deadline:
        threading.Event().wait(POLL_SECONDS)
    assert value == expected, name
