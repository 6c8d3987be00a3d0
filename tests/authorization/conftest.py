"""The worlds, each as it was built."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.authorization.world import World, build

_built: dict[str, World] = {}


@pytest.fixture
def world_of(mailoutbox: list[Any]) -> Callable[[str], World]:
    """Return the world of a visibility; it is built once a run, and put back here."""

    def make(visibility: str) -> World:
        if visibility not in _built:
            _built[visibility] = build(visibility, mailoutbox)
        w = _built[visibility]
        assert w.kept
        w.kept.restore()
        return w

    return make
