"""The world, as it was built."""

import gc

import pytest
from asgiref.sync import sync_to_async

from tests.client_model.world import World, build

_built: list[World] = []


@pytest.fixture
async def world() -> World:
    """Return the world; it is built once a run, and put back by whoever acts in it."""
    if not _built:
        _built.append(await sync_to_async(build)())
        # Each test collects garbage at its end: what is there now need not be looked at again.
        gc.collect()
        gc.freeze()
    return _built[0]
