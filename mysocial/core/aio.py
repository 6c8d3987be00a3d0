"""Tasks of an event loop that go on until they are told to end."""

import asyncio
import contextlib
from typing import Any

RETRY_SECONDS = 0.2


async def cancel_and_wait(*tasks: "asyncio.Future[Any] | None") -> None:
    """Cancel each and wait until it has ended; nothing to one that is done, or was never begun.

    Until Python 3.12 `asyncio.wait_for`, in which redis-py sends, loses a cancellation that comes
    with its result: who was not ended by one is cancelled again.
    """
    for task in tasks:
        if task is None:
            continue
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=RETRY_SECONDS)
        with contextlib.suppress(asyncio.CancelledError):
            task.result()
