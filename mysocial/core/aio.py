"""Helpers for asyncio tasks."""

import asyncio
import contextlib
from typing import Any

RETRY_SECONDS = 0.2


async def cancel_and_wait(*tasks: "asyncio.Future[Any] | None") -> None:
    """Cancel each task and wait until it has ended; skip tasks that are done, and None.

    Until Python 3.12, `asyncio.wait_for`, in which redis-py sends, loses a cancellation that
    arrives together with its result. A task that did not end is therefore cancelled again.
    """
    for task in tasks:
        if task is None:
            continue
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=RETRY_SECONDS)
        with contextlib.suppress(asyncio.CancelledError):
            task.result()
