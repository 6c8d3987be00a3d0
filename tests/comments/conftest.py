"""Fixtures that create comments and replies."""

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


@pytest.fixture
def reply() -> Comments:
    """Return a function that replies to a comment and returns the reply as all see it."""

    def write(person: Person, parent: dict[str, Any], text: str = "Answered.") -> dict[str, Any]:
        body = {"text": text, "parent_id": parent["id"]}
        response = person.post(f"posts/{parent['post_id']}/comments", body)
        assert response.status_code == 201, response.content
        return dict(shared(response.json()["comment"]))

    return write


@pytest.fixture
def post(alice: Person) -> dict[str, Any]:
    return alice.create_post("About threads")
