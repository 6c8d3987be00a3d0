"""Sockets for the tests of the plumbing."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from channels.layers import get_channel_layer

from mysocial.hub import get_hub
from tests.people import Person
from tests.sockets import Socket


@pytest.fixture
async def connected() -> AsyncIterator[Callable[..., Any]]:
    sockets: list[Socket] = []

    async def connect(person: Person | None = None, *topics: str, **kwargs: Any) -> Socket:
        socket = Socket("mysocial", *([person.access] if person else []), **kwargs)
        sockets.append(socket)
        accepted, protocol = await socket.connect(timeout=5)
        assert accepted
        assert protocol == "mysocial"
        if person:
            assert (await socket.next())["user_id"] == person.id
        for topic in topics:
            assert await socket.ask(type="subscribe", cid="s", topic=topic) == {
                "type": "ok",
                "cid": "s",
            }
        return socket

    yield connect
    for socket in sockets:
        with contextlib.suppress(asyncio.CancelledError):  # it was closed, or a test failed
            await socket.disconnect()
    await get_hub().stop()
    await get_channel_layer().flush()
    gc.collect()
