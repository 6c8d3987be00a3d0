"""Members who also write cards, whose fields change from release to release."""

import time
from collections.abc import Callable
from typing import Any

from tests.chaos.actors import Actor
from tests.chaos.http_client import Response
from tests.chaos.records import Operation

MAX_CARDS = 30  # of a member, so that each is edited often
RECONNECT_SHARE = 0.2  # of requests: the new connection may lead to the other web process


class CardActor(Actor):
    """A member who also creates, edits and deletes cards."""

    def _possible_operations(self) -> list[tuple[Callable[[], Operation], int]]:
        operations = super()._possible_operations()
        if len(self.record.cards) < MAX_CARDS:
            operations.append((self._create_card, 60))
        if self._not_in_doubt(self.record.cards):
            operations += [(self._edit_card, 90), (self._delete_card, 4)]
        return operations

    def _request(
        self, method: str, path: str, body: Any = None, key: str = "", **options: Any
    ) -> Response | None:
        if self._random.random() < RECONNECT_SHARE:
            self._client.close()
        return super()._request(method, path, body, key, **options)

    def _create_card(self) -> Operation:
        created_id, title, text = "", f"{self._text()} title", self._text()

        def done(data: dict[str, Any]) -> None:
            nonlocal created_id
            created_id = data["card"]["id"]
            self.record.cards[created_id] = title, text

        def read_back() -> tuple[str, Callable[[Response], bool]]:
            return self._read_card(created_id)

        return Operation("", "POST", "cards", {"title": title, "text": text}, done, read_back)

    def _edit_card(self) -> Operation:
        pk, name = self._choose(self.record.cards), self._random.choice(("title", "text"))
        new = self._text()

        def done(_: dict[str, Any]) -> None:
            title, text = self.record.cards[pk]
            self.record.cards[pk] = (new, text) if name == "title" else (title, new)

        return Operation(pk, "PATCH", f"cards/{pk}", {name: new}, done, lambda: self._read_card(pk))

    def _delete_card(self) -> Operation:
        pk = self._choose(self.record.cards)

        def done(_: dict[str, Any]) -> None:
            del self.record.cards[pk]
            self.record.deleted_cards.add(pk)

        return Operation(pk, "DELETE", f"cards/{pk}", None, done, lambda: self._read_card(pk))

    def _read_card(self, pk: str) -> tuple[str, Callable[[Response], bool]]:
        """Return the path of a card, and the check of the response."""
        return f"cards/{pk}", lambda response: self.is_card_as_acknowledged(pk, response)

    def is_card_as_acknowledged(self, pk: str, response: Response) -> bool:
        """Return whether a response about an own card shows what was acknowledged."""
        if pk in self.record.deleted_cards:
            return response.status == 404
        if not response.is_success:
            return False
        card = response.data
        self.record.releases.append((time.monotonic(), card.pop("release")))
        title, text = self.record.cards[pk]
        derived = derived_fields(title) if "length" in card else {}  # since release 3
        return bool(card == {"title": title, "text": text, **derived})


def derived_fields(title: str) -> dict[str, Any]:
    """Return the fields of a card that follow from its title."""
    return {"length": len(title), "kind": title[-1:]}
