"""Fixture of the worlds, each restored to the state in which it was built."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.authorization.world import World, build

_built: dict[str, World] = {}


@pytest.fixture
def world_of(mailoutbox: list[Any]) -> Callable[[str], World]:
    """Return a function that builds a world once per run and restores it for each test."""

    def make(visibility: str) -> World:
        if visibility not in _built:
            _built[visibility] = build(visibility, mailoutbox)
        w = _built[visibility]
        assert w.snapshot
        w.snapshot.restore()
        return w

    return make
