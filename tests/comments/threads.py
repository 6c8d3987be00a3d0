"""Reads of threads of comments."""

from typing import Any

from tests.support.people import Person
from tests.support.shared_objects import shared

LABEL = "comments.comment"


def get_comment(person: Person, comment: dict[str, Any]) -> dict[str, Any]:
    """Return a comment as all see it."""
    return dict(shared(person.get(f"comments/{comment['id']}").json()))


def reply_ids(person: Person, comment: dict[str, Any], query: str = "") -> list[str]:
    """Return the ids of the replies in a thread that a person sees."""
    response = person.get(f"comments/{comment['id']}/replies{query}")
    assert response.status_code == 200, response.content
    return [shown["id"] for shown in response.json()["comments"]]
