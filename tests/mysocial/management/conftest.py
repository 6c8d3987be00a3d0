"""Commands in the process of the tests."""

import django
import pytest


@pytest.fixture(autouse=True)
def _set_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep commands from setting up Django again: logs would go to the output of one test."""
    monkeypatch.setattr(django, "setup", lambda: None)
