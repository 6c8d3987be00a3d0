"""How people comment."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.people import Person

Comments = Callable[..., dict[str, Any]]


@pytest.fixture
def comments() -> Comments:
    """Write a comment under a post; return it."""

    def write(person: Person, post: dict[str, Any], text: str = "Well said.") -> dict[str, Any]:
        answer = person.post(f"posts/{post['id']}/comments", {"text": text})
        assert answer.status_code == 201, answer.content
        return dict(answer.json()["comment"])

    return write
