"""The fixture that creates comments."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.people import Person
from tests.support.shared_objects import shared

Comments = Callable[..., dict[str, Any]]


@pytest.fixture
def comments() -> Comments:
    """Return a function that creates a comment on a post and returns it as all see it."""

    def write(person: Person, post: dict[str, Any], text: str = "Well said.") -> dict[str, Any]:
        response = person.post(f"posts/{post['id']}/comments", {"text": text})
        assert response.status_code == 201, response.content
        return dict(shared(response.json()["comment"]))

    return write
