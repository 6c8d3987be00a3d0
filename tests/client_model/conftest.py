"""The fixture of the world."""

import gc

import pytest
from asgiref.sync import sync_to_async

from tests.client_model.world import World, build

_built: list[World] = []


@pytest.fixture
async def world() -> World:
    """Return the world, which is built once a run; tests that change it restore it first."""
    if not _built:
        _built.append(await sync_to_async(build)())
        # Each test collects garbage at its end; the frozen objects are skipped.
        gc.collect()
        gc.freeze()
    return _built[0]
