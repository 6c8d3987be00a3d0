"""Cascades of members."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed
from users.store import username_reservations


class UsernameReservationCascade(Cascade):
    """Deletes the reservations of a member's former usernames, which are free then."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(username_reservations, "user", pk, limit=limit)
