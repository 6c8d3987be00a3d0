"""`cancel_and_wait`: the end of asyncio tasks."""

import asyncio

import pytest

from mysocial.core import aio


async def test_a_task_that_loses_a_cancellation_is_cancelled_again():
    lost = 0

    async def ignore_first_cancellation() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost > 1:
                    raise

    task = asyncio.create_task(ignore_first_cancellation())
    await asyncio.sleep(0)
    await aio.cancel_and_wait(task, None)
    assert (task.cancelled(), lost) == (True, 2)


async def test_the_error_of_a_failed_task_is_raised():
    async def fail() -> None:
        raise OSError("unreachable")

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="unreachable"):
        await aio.cancel_and_wait(task)
