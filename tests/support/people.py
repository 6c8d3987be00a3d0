"""Members whose requests and responses are also checked against the OpenAPI document."""

from dataclasses import dataclass
from typing import Any

from accounts import selectors, services
from accounts.models import VERIFY_EMAIL
from mysocial.testing import people
from mysocial.testing.people import logged_events, new_client
from mysocial.testing.servers import PASSWORD
from tests.support import api_contract
from tests.support.shared_objects import shared

__all__ = [
    "PASSWORD",
    "Person",
    "anonymous",
    "confirm_emails",
    "logged_events",
    "new_client",
    "sign_up",
]


@dataclass
class Person(people.Person):
    """A member with an account, or `anonymous`."""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """Send a request, check the response, and return it."""
        response = super().call(method, path, body, content_type, **headers)
        api_contract.check(method, f"/api/v1/{path}", response)
        return response

    def create_post(self, text: str = "Hello", **fields: Any) -> dict[str, Any]:
        """Create a post and return it as all its viewers see it."""
        return shared(super().create_post(text, **fields))


anonymous = Person("", "")


def sign_up(username: str, **fields: Any) -> Person:
    """Sign up a member and return them, signed in."""
    return people.sign_up(username, client=anonymous, **fields)


def confirm_emails(*people: Person) -> None:
    """Confirm the addresses of members with new tokens, without an e-mail."""
    for person in people:
        account = selectors.get_account(person.id)
        token = services.create_token(account, VERIFY_EMAIL)
        assert anonymous.post(f"verify-email/{token}").status_code == 200
