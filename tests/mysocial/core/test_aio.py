"""Background tasks end when they are told to, whatever becomes of one cancellation."""

import asyncio

import pytest

from mysocial.core import aio


async def test_a_task_that_lost_a_cancellation_is_ended_all_the_same():
    lost = 0

    async def follow() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost > 1:
                    raise

    task = asyncio.create_task(follow())
    await asyncio.sleep(0)
    await aio.cancel_and_wait(task, None)
    assert (task.cancelled(), lost) == (True, 2)


async def test_what_a_task_had_failed_of_is_raised():
    async def fail() -> None:
        raise OSError("away")

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="away"):
        await aio.cancel_and_wait(task)
